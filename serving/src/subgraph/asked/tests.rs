//! What tables are asked says nothing that the client did not ask for.

use subgraph::{
    page::Page,
    schema::{EntityIx, Schema},
};

use super::*;

const SCHEMA: &str = r#"
type Pool @entity {
  id: ID!
  value: BigInt! @from(column: "worth")
  token: Token!
}
type Token @entity { id: ID! }
"#;

fn number(value: u64) -> Value {
    Value::Integer(value.into())
}

fn asked(filter: &Predicate, of: Of<'_>) -> Asked {
    let schema = Schema::parse(SCHEMA).unwrap();
    let (ix, entity): (EntityIx, &Entity) = schema.entities().next().unwrap();
    let by = By::Field(entity.find("value").unwrap());
    let order = Order { by, descending: true };
    let page = Page { skip: 0, first: 1 };
    Asked::of(entity, &Read { entity: ix, of, filter, order: Some(order), page, columns: &[] })
}

fn field(name: &str, test: Test) -> Predicate {
    let schema = Schema::parse(SCHEMA).unwrap();
    let (_, entity) = schema.entities().next().unwrap();
    Predicate::Field(entity.find(name).unwrap(), test)
}

#[test]
fn conditions_that_all_hold_bound_a_column() {
    let filter = Predicate::All(vec![
        field("value", Test::Greater(number(3))),
        Predicate::All(vec![field("value", Test::AtLeast(number(5)))]),
        Predicate::Any(vec![field("value", Test::AtMost(number(9)))]),
        field("token", Test::In(vec![Value::text("a"), Value::text("b")].into())),
    ]);
    let asked = asked(&filter, Of::All);
    assert_eq!(asked.least("worth"), Some(&number(5)));
    assert_eq!(asked.most("worth"), Some(&number(9)));
    assert_eq!(asked.among("token").map(<[Value]>::len), Some(2));
    assert_eq!((asked.among("worth"), asked.least("value")), (None, None));
    assert!(asked.is_by("worth", true) && !asked.is_by("worth", false));
}

#[test]
fn conditions_of_which_one_may_fail_bound_nothing() {
    let filter = Predicate::Any(vec![
        field("value", Test::Equal(number(3))),
        field("token", Test::Equal(Value::text("a"))),
    ]);
    let asked = asked(&filter, Of::All);
    assert_eq!(
        (asked.least("worth"), asked.most("worth"), asked.among("token")),
        (None, None, None)
    );
}

#[test]
fn nothing_is_on_no_side_of_a_bound() {
    let values = vec![number(7), Value::Null, number(5)];
    let asked = asked(&field("value", Test::In(values.into())), Of::All);
    assert_eq!((asked.least("worth"), asked.most("worth")), (Some(&number(5)), Some(&number(7))));
}

#[test]
fn the_shortest_list_counts() {
    let ids = [Value::text("a"), Value::text("b")];
    let filter = field("id", Test::Equal(Value::text("b")));
    let asked = asked(&filter, Of::Ids(&ids));
    assert_eq!(asked.among("id"), Some(&[Value::text("b")][..]));
    assert_eq!(
        asked.with("token", &Value::text("c")).among("token"),
        Some(&[Value::text("c")][..])
    );
}
