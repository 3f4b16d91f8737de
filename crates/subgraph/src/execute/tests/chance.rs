//! Chance: conditions, orders, parts and blocks drawn from the schema, against an evaluation that knows nothing of this crate's
//! values, conditions or orders: whole numbers, texts and loops.

use std::cmp::Ordering;

use proptest::{collection::vec, option, prelude::*};

use super::*;

/// A value as people write it: decimals are in hundredths.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Plain {
    Null,
    Number(i64),
    Text(String),
}

/// A pool's versions: from a block on, its fields.
#[derive(Debug, Clone)]
struct PlainPool {
    versions: Vec<(u64, [Plain; 4])>,
    end: Option<u64>,
    token: usize,
}

/// Fields of a pool by name; the fourth is its id.
const FIELDS: [&str; 4] = ["fee", "tick", "tvl", "id"];
const SYMBOLS: [&str; 4] = ["WETH", "weth", "USDC", "%_"];

#[derive(Debug, Clone)]
enum Condition {
    Compares(usize, &'static str, Plain),
    Among(usize, bool, Vec<Plain>),
    Symbol(&'static str, String),
    Children(&'static str, i64),
    Changed(u64),
    All(Vec<Self>),
    Any(Vec<Self>),
}

#[derive(Debug, Clone)]
struct Question {
    condition: Condition,
    by: usize,
    descending: bool,
    skip: usize,
    first: usize,
    block: Option<u64>,
}

fn literal(field: usize, value: &Plain) -> String {
    match (value, FIELDS[field]) {
        (Plain::Null, _) => "null".to_owned(),
        (Plain::Number(number), "tvl") => {
            let sign = if *number < 0 { "-" } else { "" };
            format!("\"{sign}{}.{:02}\"", number.abs() / 100, number.abs() % 100)
        }
        (Plain::Number(number), "tick") => format!("\"{number}\""),
        (Plain::Number(number), _) => number.to_string(),
        (Plain::Text(text), _) => format!("\"{text}\""),
    }
}

impl Condition {
    /// As members of an object.
    fn text(&self) -> String {
        let object = |one: &Self| format!("{{ {} }}", one.text());
        let list = |all: &[Self]| all.iter().map(object).collect::<Vec<_>>().join(", ");
        match self {
            Self::Compares(field, end, value) => {
                format!("{}{end}: {}", FIELDS[*field], literal(*field, value))
            }
            Self::Among(field, negated, values) => {
                let values: Vec<_> = values.iter().map(|value| literal(*field, value)).collect();
                let end = if *negated { "_not_in" } else { "_in" };
                format!("{}{end}: [{}]", FIELDS[*field], values.join(", "))
            }
            Self::Symbol(end, part) => format!("token0_: {{ symbol{end}: \"{part}\" }}"),
            Self::Children(end, net) => format!("ticks_: {{ liquidityNet{end}: \"{net}\" }}"),
            Self::Changed(block) => format!("_change_block: {{ number_gte: {block} }}"),
            Self::All(all) => format!("and: [{}]", list(all)),
            Self::Any(all) => format!("or: [{}]", list(all)),
        }
    }

    fn is_true(&self, of: &Row, nets: &[i64]) -> bool {
        match self {
            Self::Compares(field, end, value) => compares(&of.fields[*field], end, value),
            Self::Among(_, true, values) if values.is_empty() => false,
            Self::Among(field, negated, values) => {
                let own = &of.fields[*field];
                let is_among = values.contains(own);
                if *negated { *own != Plain::Null && !is_among } else { is_among }
            }
            Self::Symbol(end, part) => {
                let symbol = SYMBOLS[of.token];
                match *end {
                    "_contains" => symbol.contains(part.as_str()),
                    "_contains_nocase" => symbol.to_lowercase().contains(&part.to_lowercase()),
                    "_not_starts_with" => !symbol.starts_with(part.as_str()),
                    "" => symbol == part,
                    other => panic!("{other}"),
                }
            }
            Self::Children(end, net) => {
                nets.iter().any(|own| compares(&Plain::Number(*own), end, &Plain::Number(*net)))
            }
            Self::Changed(block) => of.from >= *block,
            Self::All(all) => all.iter().all(|one| one.is_true(of, nets)),
            Self::Any(all) => all.iter().any(|one| one.is_true(of, nets)),
        }
    }
}

fn compares(own: &Plain, end: &str, value: &Plain) -> bool {
    let order = match (own, value) {
        (Plain::Number(own), Plain::Number(value)) => Some(own.cmp(value)),
        (Plain::Text(own), Plain::Text(value)) => Some(own.cmp(value)),
        _ => None,
    };
    match end {
        "" => own == value,
        "_not" => *own != Plain::Null && own != value,
        "_gt" => order == Some(Ordering::Greater),
        "_lt" => order == Some(Ordering::Less),
        "_gte" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        "_lte" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        other => panic!("{other}"),
    }
}

/// A pool as of a block.
#[derive(Debug)]
struct Row {
    fields: [Plain; 4],
    token: usize,
    from: u64,
    number: usize,
}

fn at(pools: &[PlainPool], block: u64) -> Vec<Row> {
    let valid = pools.iter().enumerate().filter_map(|(number, pool)| {
        if pool.end.is_some_and(|end| end <= block) {
            return None;
        }
        let (from, fields) = pool.versions.iter().rfind(|(from, _)| *from <= block)?;
        Some(Row { fields: fields.clone(), token: pool.token, from: *from, number })
    });
    valid.collect()
}

/// What the answer has to be: the fees.
fn expected(pools: &[PlainPool], nets: &[Vec<i64>], question: &Question) -> Vec<Json> {
    let mut rows = at(pools, question.block.unwrap_or(60));
    rows.retain(|row| question.condition.is_true(row, &nets[row.number]));
    rows.sort_by(|one, other| {
        let [one_key, other_key] = [one, other].map(|row| match question.by {
            4 => Plain::Text(SYMBOLS[row.token].to_owned()),
            field => row.fields[field].clone(),
        });
        let keys = match (&one_key, &other_key) {
            (Plain::Null, Plain::Null) => Ordering::Equal,
            (Plain::Null, _) => Ordering::Greater,
            (_, Plain::Null) => Ordering::Less,
            (Plain::Number(one), Plain::Number(other)) => one.cmp(other),
            (Plain::Text(one), Plain::Text(other)) => one.cmp(other),
            _ => panic!("{one_key:?} {other_key:?}"),
        };
        let order = keys.then(one.number.cmp(&other.number));
        if question.descending { order.reverse() } else { order }
    });
    let part = rows.into_iter().skip(question.skip).take(question.first);
    part.map(|row| json!({ "id": format!("0x{}", id(row.number)) })).collect()
}

fn id(number: usize) -> String {
    format!("{:040x}", number + 1)
}

fn values() -> impl Strategy<Value = [Plain; 3]> {
    // few, so that they meet
    let tick = option::of(-2_i64..3).prop_map(|tick| tick.map_or(Plain::Null, Plain::Number));
    (0_i64..4, tick, -150_i64..150)
        .prop_map(|(fee, tick, tvl)| [Plain::Number(fee), tick, Plain::Number(tvl / 50 * 50)])
}

/// Versions, where they end, and the number of the token.
type Drawn = (Vec<(u64, [Plain; 3])>, Option<u64>, usize);

fn pools() -> impl Strategy<Value = Vec<PlainPool>> {
    let pool = (vec((11_u64..60, values()), 1..4), option::weighted(0.2, 30_u64..60), 0_usize..4);
    let pools = vec(pool, 0..12);
    pools.prop_map(|pools| {
        let pool = |(number, drawn): (usize, Drawn)| {
            let (mut versions, end, token) = drawn;
            versions.sort_by_key(|(from, _)| *from);
            versions.dedup_by_key(|(from, _)| *from);
            let full = |(from, [fee, tick, tvl]): (u64, [Plain; 3])| {
                (from, [fee, tick, tvl, Plain::Text(format!("0x{}", id(number)))])
            };
            PlainPool { versions: versions.into_iter().map(full).collect(), end, token }
        };
        pools.into_iter().enumerate().map(pool).collect()
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let ends = || prop::sample::select(vec!["", "_not", "_gt", "_lt", "_gte", "_lte"]);
    let number = |field: usize| match FIELDS[field] {
        "tvl" => (-3_i64..4).prop_map(|number| Plain::Number(number * 50)).boxed(),
        "id" => (0_usize..14).prop_map(|number| Plain::Text(format!("0x{}", id(number)))).boxed(),
        _ => (-2_i64..4).prop_map(Plain::Number).boxed(),
    };
    let compares = (0_usize..4, ends())
        .prop_flat_map(move |(field, end)| (Just(field), Just(end), number(field)))
        .prop_map(|(field, end, value)| Condition::Compares(field, end, value));
    let null = prop::sample::select(vec!["", "_not"])
        .prop_map(|end| Condition::Compares(1, end, Plain::Null));
    let among = (0_usize..3, any::<bool>())
        .prop_flat_map(move |(field, negated)| {
            (Just(field), Just(negated), vec(number(field), 0..4))
        })
        .prop_map(|(field, negated, values)| Condition::Among(field, negated, values));
    let symbol = (
        prop::sample::select(vec!["", "_contains", "_contains_nocase", "_not_starts_with"]),
        prop::sample::select(vec!["W", "eth", "USDC", "C"]),
    )
        .prop_map(|(end, part)| Condition::Symbol(end, part.to_owned()));
    let children = (ends(), -1_i64..2).prop_map(|(end, net)| Condition::Children(end, net));
    let changed = (10_u64..60).prop_map(Condition::Changed);
    let leaf =
        prop_oneof![4 => compares, 1 => null, 2 => among, 1 => symbol, 1 => children, 1 => changed];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::All),
            vec(inner, 0..4).prop_map(Condition::Any),
        ]
    })
}

fn question() -> impl Strategy<Value = Question> {
    let block = option::of(10_u64..=60);
    let parts = (condition(), 0_usize..5, any::<bool>(), 0_usize..4, 1_usize..8, block);
    parts.prop_map(|(condition, by, descending, skip, first, block)| Question {
        condition,
        by,
        descending,
        skip,
        first,
        block,
    })
}

fn value(field: usize, plain: &Plain) -> Value {
    match (plain, FIELDS[field]) {
        (Plain::Null, _) => Value::Null,
        (Plain::Number(number), "fee") => Value::Int(i32::try_from(*number).unwrap()),
        (Plain::Number(number), "tvl") => {
            Value::Decimal(domain::decimal::Decimal::from_parts(i128::from(*number), -2))
        }
        (Plain::Number(number), _) => integer(*number),
        (Plain::Text(text), _) => Value::Bytes(Bytes::parse(text).unwrap()),
    }
}

/// The same for the one who answers.
fn world(pools: &[PlainPool], nets: &[Vec<i64>]) -> World {
    let mut world = World::new();
    let of = |name: &str| {
        let mut entities = world.schema.entities();
        entities.find(|(_, entity)| entity.name == name).unwrap().0
    };
    let mut versions = Vec::new();
    for (number, symbol) in SYMBOLS.into_iter().enumerate() {
        let fields = [
            ("id", address(u8::try_from(number).unwrap())),
            ("symbol", Value::text(symbol)),
            ("decimals", integer(18)),
        ];
        versions.push(version(&world.schema, of("Token"), (10, None), &fields));
    }
    for (number, pool) in pools.iter().enumerate() {
        for (place, (from, fields)) in pool.versions.iter().enumerate() {
            let next = pool.versions.get(place + 1).map(|(next, _)| *next);
            let to = [next, pool.end].into_iter().flatten().min();
            let token = address(u8::try_from(pool.token).unwrap());
            let own = FIELDS
                .iter()
                .enumerate()
                .map(|(place, name)| (*name, value(place, &fields[place])));
            let own: Vec<_> = own.chain([("token0", token)]).collect();
            versions.push(version(&world.schema, of("Pool"), (*from, to), &own));
        }
        for (place, net) in nets[number].iter().enumerate() {
            let pool = Value::Bytes(Bytes::parse(&id(number)).unwrap());
            let fields = [
                ("id", Value::text(&format!("{number}#{place}"))),
                ("pool", pool),
                ("liquidityNet", integer(*net)),
            ];
            versions.push(version(&world.schema, of("Tick"), (10, None), &fields));
        }
    }
    world.memory.versions = versions;
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_a_plain_evaluation(
        pools in pools(),
        nets in vec(vec(-1_i64..2, 0..3), 12),
        questions in vec(question(), 8),
    ) {
        let world = world(&pools, &nets);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for question in questions {
            let by = FIELDS.get(question.by).copied().unwrap_or("token0__symbol");
            let direction = if question.descending { "desc" } else { "asc" };
            let block = question.block.map_or_else(String::new, |block| format!(", block: {{ number: {block} }}"));
            let query = format!(
                "{{ pools(where: {{ {} }}, orderBy: {by}, orderDirection: {direction}, skip: {}, first: {}{block}) {{ id }} }}",
                question.condition.text(), question.skip, question.first,
            );
            let found = runtime.block_on(world.ask(&query, json!({}))).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&found["pools"], &Json::Array(expected(&pools, &nets, &question)), "{}", query);
        }
    }
}
