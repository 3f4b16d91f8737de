//! Conditions: what they mean, and what is refused.

use std::collections::HashMap;

use async_graphql_parser::parse_query;
use async_graphql_value::ConstValue;

use super::*;
use crate::{
    error::QueryError,
    schema::Schema,
    value::{Bytes, Integer},
};

const SCHEMA: &str = "
    enum Kind { mint burn }
    type Pool @entity {
      id: Bytes! token0: Token! tick: BigInt tvl: BigDecimal! index: Int! kind: Kind
      colours: [String!]! tokens: [Token!]! mints: [Mint!]! @derivedFrom(field: \"pool\")
    }
    type Token @entity { id: ID! symbol: String! best: Pool }
    type Mint @entity { id: ID! pool: Pool! }
";

fn schema() -> Schema {
    Schema::parse(SCHEMA).unwrap()
}

fn literal(text: &str) -> ConstValue {
    let document = parse_query(format!("{{ a(where: {text}) }}")).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    let selection = &operation.node.selection_set.node.items[0].node;
    let async_graphql_parser::types::Selection::Field(field) = selection else { panic!() };
    field.node.arguments[0].1.node.clone().into_const().unwrap()
}

fn parsed(text: &str) -> Result<Predicate, QueryError> {
    let schema = schema();
    let pool = schema.entities().next().unwrap().0;
    read(&schema, pool, &literal(text))
}

/// A pool for conditions to be asked of, by the names of its fields.
struct Pool(HashMap<usize, Value>);

impl Pool {
    fn of(values: &[(&str, Value)]) -> Self {
        let schema = schema();
        let entity = schema.entities().next().unwrap().1;
        let all = values.iter();
        Self(all.map(|(name, value)| (entity.find(name).unwrap().place(), value.clone())).collect())
    }
}

impl Candidate for Pool {
    fn value(&self, field: FieldIx) -> &Value {
        self.0.get(&field.place()).unwrap_or(&Value::Null)
    }

    fn has_child(&self, _: FieldIx, _: &Predicate) -> bool {
        panic!("nobody is asked of others here")
    }

    fn changed(&self) -> i64 {
        50
    }
}

fn pool() -> Pool {
    Pool::of(&[
        ("id", Value::Bytes(Bytes::parse("0xABCD01").unwrap())),
        ("token0", Value::text("0xaa")),
        ("tick", Value::Integer(Integer::parse("-5").unwrap())),
        ("tvl", Value::Decimal("0.01".parse().unwrap())),
        ("index", Value::Int(7)),
        ("kind", Value::text("mint")),
        ("colours", Value::List(vec![Value::text("Red"), Value::text("green")])),
    ])
}

#[test]
fn conditions_mean_what_they_mean_in_the_reference() {
    let pool = pool();
    for (text, wanted) in [
        ("{}", true),
        ("null", true),
        ("{ id: \"0xabcd01\" }", true),
        ("{ id: \"ABCD01\" }", true),
        ("{ id_gt: \"\" }", true),
        ("{ id_gt: \"0xabcd\" }", true),
        ("{ id_lt: \"0xabcd0100\" }", true),
        ("{ id_contains: \"cd\" }", true),
        ("{ id_not_contains: \"dd\" }", true),
        ("{ token0: \"0xAA\" }", false),
        ("{ token0_in: [\"0xaa\"] }", true),
        ("{ token0_starts_with: \"0x\" }", true),
        ("{ token0_ends_with_nocase: \"A\" }", true),
        ("{ tick_lt: 0, tick_gte: \"-5\" }", true),
        ("{ tick_gt: -5 }", false),
        ("{ tick: null }", false),
        ("{ tick_not: null }", true),
        ("{ tick_in: [null] }", false),
        ("{ tvl: 0.01 }", true),
        ("{ tvl: \"0.010\" }", true),
        ("{ tvl_lt: \"1.7976931348623157e+308\" }", true),
        ("{ tvl_lt: 1e40 }", true),
        ("{ index_not: 8 }", true),
        ("{ index_in: [] }", false),
        ("{ index_not_in: [] }", false),
        ("{ index_not_in: [8] }", true),
        ("{ kind: mint, kind_not_in: [burn] }", true),
        ("{ kind_in: [\"burn\"] }", false),
        ("{ colours: [\"Red\", \"green\"] }", true),
        ("{ colours_contains: [\"green\"] }", true),
        ("{ colours_contains: [\"green\", \"blue\"] }", false),
        ("{ colours_contains: [\"red\"] }", false),
        ("{ colours_contains_nocase: [\"red\"] }", true),
        ("{ colours_not_contains: [\"blue\"] }", true),
        ("{ colours_not_contains_nocase: [\"GREEN\"] }", false),
        ("{ and: [] }", true),
        ("{ or: [] }", false),
        ("{ or: [{ index: 1 }, { index: 7 }] }", true),
        ("{ and: [{ or: [{ index: 1 }] }] }", false),
        ("{ _change_block: { number_gte: 50 } }", true),
        ("{ _change_block: { number_gte: 51 }, or: [{}] }", false),
        ("{ tick_in: [1, \"-5\"] }", true),
        ("{ tvl_in: [1, 0.01] }", true),
        // of what it refers to that only speaks of its id is its own
        ("{ token0_: { id_in: [\"0xaa\", \"0xbb\"] } }", true),
        ("{ token0_: { or: [{ id: \"0xbb\" }, { id_gt: \"0xaa\" }] } }", false),
    ] {
        assert_eq!(parsed(text).unwrap().is_true(&pool), wanted, "{text}");
    }
    let nothing = Pool::of(&[]);
    for (text, wanted) in [
        ("{ tick: null }", true),
        ("{ tick_not: null }", false),
        ("{ tick_not: 1 }", false),
        ("{ tick_lt: 1 }", false),
        ("{ tick_in: [null, 1] }", true),
        ("{ tick_not_in: [1] }", false),
        ("{ token0_contains: \"%\" }", false),
        ("{ token0_not_contains: \"a\" }", false),
        ("{ colours_not_contains: [\"a\"] }", false),
    ] {
        assert_eq!(parsed(text).unwrap().is_true(&nothing), wanted, "{text}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_in_the_words_of_the_reference() {
    for (text, wanted) in [
        (
            "{ nothing: 1 }",
            "Invalid value provided for argument `where`: Object({\"nothing\": Int(1)})",
        ),
        ("{ index_contains: 1 }", "argument `where`: Object({\"index_contains\""),
        ("{ tick_gt: null }", "argument `where`"),
        ("[]", "argument `where`: List([])"),
        ("{ id: \"0xabc\" }", "Failed to decode `Bytes` value: `String(\"0xabc\")`"),
        ("{ id: \"xyz\" }", "Failed to decode `Bytes`"),
        ("{ tick: \"1.5\" }", "Failed to decode `BigInt`"),
        ("{ tvl: \"a\" }", "Failed to decode `BigDecimal`"),
        ("{ index: \"1\" }", "Failed to decode `Int`"),
        ("{ index: 3000000000 }", "Failed to decode `Int`"),
        (
            "{ token0_: { best_: { index: 1 } } }",
            "Child filter nesting not supported by value `best_`",
        ),
        ("{ index_in: 7 }", "argument `where`: Object({\"index_in\": Int(7)})"),
        ("{ index_in: [1, \"2\"] }", "Failed to decode `Int`"),
        (
            "{ index: 1, or: [{ index: 2 }] }",
            "Cannot mix column filters with 'or' operator at the same level. Found column filter(s) 'index' alongside 'or' operator.",
        ),
        ("{ _change_block: { number_lt: 1 } }", "argument `where`"),
    ] {
        let refused = parsed(text).unwrap_err().message;
        assert!(refused.contains(wanted), "{text}: {refused}");
    }
    let ids: String = (0..100).map(|n| format!("\"0x{n:040x}\", ")).collect();
    let refused = parsed(&format!("{{ id_in: [{ids}], ticks: 1 }}")).unwrap_err().message;
    assert!(refused.contains("(ticks)"), "{refused}");
    // the name of what a server does not know is in the message, however deep it stands
    let refused = parsed("{ mints_: { liquidityNet_not: \"0\" } }").unwrap_err().message;
    assert!(refused.contains("liquidityNet_not"), "{refused}");
    let deep = format!("{}{}", "{ and: [".repeat(100), "] }".repeat(100));
    assert!(parsed(&deep).is_err());
}

#[test]
fn forms_of_texts() {
    for (pattern, text, fits) in [
        (Pattern::within("b", false), "abc", true),
        (Pattern::within("B", false), "abc", false),
        (Pattern::within("B", true), "abc", true),
        (Pattern::within("%", false), "", true),
        (Pattern::within("a%", false), "abc", true),
        (Pattern::within("a%", false), "xabc", false),
        (Pattern::within("a_c", false), "xabcx", true),
        (Pattern::within("a\\_c", false), "xabcx", false),
        (Pattern::within("a\\_c", false), "xa_cx", true),
        (Pattern::beginning("ab", false), "abc", true),
        (Pattern::beginning("bc", false), "abc", false),
        (Pattern::end("bc", false), "abc", true),
        (Pattern::end("ab", false), "abc", false),
        (Pattern::within("", false), "", true),
        (Pattern::within("ä", true), "xÄx", true),
        (Pattern::within("%a%a%a%b", false), &"a".repeat(2_000), false),
    ] {
        assert_eq!(pattern.fits(text), fits, "{pattern:?} {}", text.get(..20).unwrap_or(text));
    }
}
