//! Answers: the numbered cases of the dialect on a small subgraph, and chance against a plain evaluation.

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    memory::{Memory, Version},
    schema::EntityIx,
    value::{Bytes, Integer, Value},
};

mod chance;
mod documents;

const SCHEMA: &str = r#"
    type Factory @entity { id: ID! owner: Bytes }
    type Token @entity {
      id: Bytes! symbol: String! decimals: BigInt! price: BigDecimal
      pools: [Pool!]! @derivedFrom(field: "token0")
      whitelistPools: [Pool!]!
    }
    type Pool @entity {
      id: Bytes! token0: Token! token1: Token! tick: BigInt tvl: BigDecimal! fee: Int!
      ticks: [Tick!]! @derivedFrom(field: "pool")
    }
    type Tick @entity { id: ID! pool: Pool! tickIdx: BigInt! liquidityNet: BigInt! }
"#;

/// The height at which a pool changes.
const CHANGE: u64 = 50;

fn address(n: u8) -> Value {
    Value::Bytes(Bytes::from(&[n; 20][..]))
}

fn integer(n: i64) -> Value {
    Value::Integer(Integer::from(n))
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

struct World {
    schema: Schema,
    api: Api,
    memory: Memory,
    limits: Limits,
}

impl World {
    /// Tokens 1 to 3, pools 11 to 14 of them, and ticks of the first two.
    fn new() -> Self {
        let schema = Schema::parse(SCHEMA).unwrap();
        let of = |name: &str| schema.entities().find(|(_, entity)| entity.name == name).unwrap().0;
        let mut versions = Vec::new();
        let mut add = |entity: &str, from: u64, to: Option<u64>, values: Vec<(&str, Value)>| {
            versions.push(version(&schema, of(entity), (from, to), &values));
        };
        add("Factory", 10, None, vec![("id", Value::text("0x5C69bEe701ef"))]);
        for (n, symbol, price) in [(1, "WETH", "2000"), (2, "USDC", "1"), (3, "usdt", "")] {
            let price = if price.is_empty() { Value::Null } else { decimal(price) };
            let pools = if n == 1 { vec![address(12), address(11)] } else { Vec::new() };
            add(
                "Token",
                10,
                None,
                vec![
                    ("id", address(n)),
                    ("symbol", Value::text(symbol)),
                    ("decimals", integer(18)),
                    ("price", price),
                    ("whitelistPools", Value::List(pools)),
                ],
            );
        }
        for (n, tokens, tick, tvl) in [
            (11, (1, 2), Some(5), "10.5"),
            (12, (1, 3), None, "3"),
            (13, (2, 3), Some(-7), "3"),
            (14, (3, 1), Some(0), "0.000000000000000000000000000001"),
        ] {
            let values = |tvl: &str| {
                vec![
                    ("id", address(n)),
                    ("token0", address(tokens.0)),
                    ("token1", address(tokens.1)),
                    ("tick", tick.map_or(Value::Null, integer)),
                    ("tvl", decimal(tvl)),
                    ("fee", Value::Int(i32::from(n) * 100)),
                ]
            };
            let is_changed = n == 11;
            add("Pool", 20, is_changed.then_some(CHANGE), values(tvl));
            if is_changed {
                add("Pool", CHANGE, None, values("99"));
            }
        }
        for (pool, index, net) in [(11, -20, 5), (11, 100, 0), (12, -3, 0), (11, 3, 7)] {
            let id = format!("0x{}#{index}", hex(pool));
            add(
                "Tick",
                30,
                None,
                vec![
                    ("id", Value::text(&id)),
                    ("pool", address(pool)),
                    ("tickIdx", integer(index)),
                    ("liquidityNet", integer(net)),
                ],
            );
        }
        let memory = Memory::new(&schema, 10, 60, versions);
        Self { api: Api::of(&schema), schema, memory, limits: Limits::default() }
    }

    async fn ask(&self, query: &str, variables: Json) -> Result<Json, String> {
        let Json::Object(variables) = variables else { panic!() };
        let subgraph = Subgraph {
            schema: &self.schema,
            api: &self.api,
            entities: &self.memory,
            limits: &self.limits,
            deployment: "Qm",
        };
        let answer = subgraph.answer(Request { query: query.to_owned(), variables }).await;
        answer
            .map(|data| serde_json::from_str(&data).unwrap())
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    async fn data(&self, query: &str) -> Json {
        self.ask(query, json!({})).await.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    async fn refusal(&self, query: &str) -> String {
        self.ask(query, json!({})).await.expect_err(query)
    }

    /// The first bytes of the ids of a list.
    async fn pools(&self, arguments: &str) -> Vec<u8> {
        let data = self.data(&format!("{{ pools({arguments}) {{ id }} }}")).await;
        let rows = data["pools"].as_array().unwrap();
        let id = |row: &Json| u8::from_str_radix(&row["id"].as_str().unwrap()[2..4], 16).unwrap();
        rows.iter().map(id).collect()
    }
}

fn hex(n: u8) -> String {
    format!("{n:02x}").repeat(20)
}

fn version(
    schema: &Schema,
    entity: EntityIx,
    (from, to): (u64, Option<u64>),
    values: &[(&str, Value)],
) -> Version {
    let known = schema.entity(entity);
    let mut all = vec![Value::Null; known.width()];
    for (name, value) in values {
        all[known.find(name).unwrap().place()] = value.clone();
    }
    Version { entity, from, to, values: all }
}

#[tokio::test]
async fn entities_by_id_and_in_lists() {
    let world = World::new();
    let query = format!(
        "{{ pool(id: \"0x{}\") {{ tvl token0 {{ symbol }} }} none: pool(id: \"0x01\") {{ tvl }} __typename }}",
        hex(11).to_uppercase()
    );
    assert_eq!(
        world.data(&query).await,
        json!({ "pool": { "tvl": "99", "token0": { "symbol": "WETH" } }, "none": null, "__typename": "Query" })
    );
    assert_eq!(world.pools("first: 3").await, [11, 12, 13]);
    assert_eq!(world.pools("orderBy: tvl").await, [14, 12, 13, 11]);
    assert_eq!(world.pools("orderBy: tvl, orderDirection: desc").await, [11, 13, 12, 14]);
    assert_eq!(world.pools("orderBy: tick").await, [13, 14, 11, 12], "nothing is last");
    assert_eq!(world.pools("orderBy: tick, orderDirection: desc").await, [12, 11, 14, 13]);
    assert_eq!(world.pools("orderBy: token0__symbol").await, [13, 11, 12, 14]);
    assert_eq!(world.pools("orderBy: token0__symbol, skip: 1, first: 2").await, [11, 12]);
    assert_eq!(world.pools("where: { id_gt: \"\" }, first: 1").await, [11]);
    assert_eq!(
        world.data("{ factories(where: { id: \"0x5C69bEe701ef\" }) { id owner } }").await,
        json!({ "factories": [{ "id": "0x5C69bEe701ef", "owner": null }] })
    );
}

#[tokio::test]
async fn what_they_refer_to_and_what_points_to_them() {
    let world = World::new();
    let ticks = "{ pools(first: 2) { ticks(orderBy: tickIdx) { tickIdx pool { fee } } } }";
    assert_eq!(
        world.data(ticks).await,
        json!({ "pools": [
            { "ticks": [
                { "tickIdx": "-20", "pool": { "fee": 1_100 } },
                { "tickIdx": "3", "pool": { "fee": 1_100 } },
                { "tickIdx": "100", "pool": { "fee": 1_100 } },
            ] },
            { "ticks": [{ "tickIdx": "-3", "pool": { "fee": 1_200 } }] },
        ] })
    );
    let stored = "{ tokens { whitelistPools(orderBy: fee, orderDirection: desc, first: 1) { fee } all: whitelistPools { fee } } }";
    assert_eq!(
        world.data(stored).await["tokens"],
        json!([
            { "whitelistPools": [{ "fee": 1_200 }], "all": [{ "fee": 1_100 }, { "fee": 1_200 }] },
            { "whitelistPools": [], "all": [] },
            { "whitelistPools": [], "all": [] },
        ])
    );
    let derived = "{ tokens { pools(where: { tvl_gt: 3 }) { fee } } }";
    assert_eq!(
        world.data(derived).await["tokens"],
        json!([{ "pools": [{ "fee": 1_100 }] }, { "pools": [] }, { "pools": [] }])
    );
}

#[tokio::test]
async fn conditions_of_other_entities() {
    let world = World::new();
    for (arguments, wanted) in [
        ("where: { ticks_: { liquidityNet_not: \"0\" } }", vec![11]),
        ("where: { ticks_: {} }", vec![11, 12]),
        ("where: { token0_: { symbol_contains: \"usd\" } }", vec![14]),
        ("where: { token0_: { symbol_contains_nocase: \"usd\" } }", vec![13, 14]),
        ("where: { or: [{ token0_: { symbol: \"usdt\" } }, { tvl: 99 }] }", vec![11, 14]),
        ("where: { token1_: { price_gt: 1 }, tick_not: null }", vec![14]),
        ("where: { ticks_: {} }, orderBy: token1__symbol, orderDirection: desc", vec![12, 11]),
        ("where: { ticks_: {} }, skip: 1", vec![12]),
        ("where: { _change_block: { number_gte: 50 } }", vec![11]),
    ] {
        assert_eq!(world.pools(arguments).await, wanted, "{arguments}");
    }
    let stored = "{ tokens(where: { whitelistPools_: { fee: 1200 } }) { symbol } }";
    assert_eq!(world.data(stored).await, json!({ "tokens": [{ "symbol": "WETH" }] }));
}

#[tokio::test]
async fn every_field_of_the_root_is_of_its_own_block() {
    let world = World::new();
    let id = hex(11);
    let query = format!(
        "query($then: Block_height, $nothing: Block_height = null) {{
           now: pool(id: \"{id}\") {{ tvl }}
           before: pool(id: \"{id}\", block: {{ number: 49 }}) {{ tvl token0 {{ pools {{ tvl }} }} }}
           given: pool(id: \"{id}\", block: $then) {{ tvl }}
           unsaid: pool(id: \"{id}\", block: $nothing) {{ tvl }}
           early: pools(block: {{ number: 19 }}) {{ id }}
           late: pool(id: \"{id}\", block: {{ number_gte: 49 }}) {{ tvl }}
           hash: pool(id: \"{id}\", block: {{ hash: \"0x{:064x}\" }}) {{ tvl }}
         }}",
        49
    );
    let data = world.ask(&query, json!({ "then": { "number": 49 } })).await.unwrap();
    assert_eq!(
        data,
        json!({
            "now": { "tvl": "99" },
            "before": { "tvl": "10.5", "token0": { "pools": [{ "tvl": "10.5" }, { "tvl": "3" }] } },
            "given": { "tvl": "10.5" },
            "unsaid": { "tvl": "99" },
            "early": [],
            "late": { "tvl": "99" },
            "hash": { "tvl": "10.5" },
        })
    );
    for (block, wanted) in [
        (
            "{ number: 61 }",
            "block.number` value: `subgraph Qm has only indexed up to block number 60 and data for block number 61 is",
        ),
        ("{ number_gte: 61 }", "block.number_gte` value: `subgraph Qm has only indexed up to"),
        (
            "{ number: 9 }",
            "only has data starting at block number 10 and data for block number 9 is therefore not available",
        ),
        ("{ hash: \"0xff\" }", "`no block with that hash found`"),
        (
            "{ number: null }",
            "Invalid value provided for argument `block`: Object({\"number\": Null})",
        ),
        ("{}", "Invalid value provided for argument `block`: Object({})"),
        ("{ number: $nobody }", "Invalid value provided for argument `block`"),
    ] {
        let refusal = world.refusal(&format!("{{ pools(block: {block}) {{ id }} }}")).await;
        assert!(refusal.contains(wanted), "{refusal}");
    }
}

#[tokio::test]
async fn the_server_says_how_far_it_is() {
    let world = World::new();
    let block = "{ block { number hash timestamp parentHash } deployment hasIndexingErrors }";
    let query =
        format!("{{ _meta {block} then: _meta(block: {{ number: 49 }}) {block} _logs {{ id }} }}");
    let data = world.data(&query).await;
    assert_eq!(
        data["_meta"],
        json!({
            "block": {
                "number": 60, "hash": format!("0x{:064x}", 60), "timestamp": 600, "parentHash": format!("0x{:064x}", 59),
            },
            "deployment": "Qm", "hasIndexingErrors": false,
        })
    );
    assert_eq!(
        data["then"]["block"],
        json!({ "number": 49, "hash": null, "timestamp": null, "parentHash": null })
    );
    assert_eq!(data["_logs"], json!([]));
}

#[tokio::test]
async fn reads_do_not_grow_with_rows() {
    let world = World::new();
    let query = |first: u32| {
        format!(
            "{{ pools(first: {first}) {{ token0 {{ symbol pools {{ fee }} }} token1 {{ symbol }} ticks {{ pool {{ fee }} }} }} }}"
        )
    };
    let mut counts = Vec::new();
    for first in [1, 4] {
        let before = world.memory.reads.load(std::sync::atomic::Ordering::Relaxed);
        world.data(&query(first)).await;
        counts.push(world.memory.reads.load(std::sync::atomic::Ordering::Relaxed) - before);
    }
    assert_eq!(counts, [6, 6]);
}

#[tokio::test]
async fn a_list_is_looked_through_until_there_is_enough_of_it() {
    let mut world = World::new();
    let of = |name: &str| {
        let mut entities = world.schema.entities();
        entities.find(|(_, entity)| entity.name == name).unwrap().0
    };
    let (pool, tick) = (of("Pool"), of("Tick"));
    let id = |n: u32| Value::Bytes(Bytes::from(&[&[0xff; 16][..], &n.to_be_bytes()].concat()[..]));
    for n in 0..2_500 {
        let fields = [("id", id(n)), ("fee", Value::Int(1)), ("token0", address(1))];
        world.memory.versions.push(version(&world.schema, pool, (20, None), &fields));
    }
    let fields = [("id", Value::text("far")), ("pool", id(2_400))];
    world.memory.versions.push(version(&world.schema, tick, (20, None), &fields));
    let arguments = "where: { ticks_: { id: \"far\" } }, first: 1";
    assert_eq!(world.pools(arguments).await, [0xff]);
    assert!(world.pools("where: { ticks_: { id: \"far\" } }, skip: 1, first: 1").await.is_empty());
    world.limits.candidates = 1_500;
    let refusal = world.refusal(&format!("{{ pools({arguments}) {{ id }} }}")).await;
    assert!(refusal.starts_with("query is too expensive: "), "{refusal}");
    // what comes early is found all the same
    assert_eq!(world.pools("where: { ticks_: { tickIdx: 3 } }, first: 1").await, [11]);
}

#[tokio::test]
async fn all_that_names_no_block_is_of_one_while_blocks_come() {
    let mut world = World::new();
    world.memory.grows = 5;
    *world.memory.head.lock().unwrap() = CHANGE - 1;
    let id = hex(11);
    let query = format!(
        "{{ a: pool(id: \"{id}\") {{ tvl }} _meta {{ block {{ number }} }} b: pool(id: \"{id}\", block: {{ number_gte: 20 }}) {{ tvl }}
            c: _meta(block: {{ number_gte: 30 }}) {{ block {{ number }} }} d: pools(first: 1) {{ tvl }} }}"
    );
    for (number, tvl) in [(CHANGE - 1, "10.5"), (CHANGE + 4, "99")] {
        let (pool, block) = (json!({ "tvl": tvl }), json!({ "block": { "number": number } }));
        let wanted = json!({ "a": pool, "_meta": block, "b": pool, "c": block, "d": [pool] });
        assert_eq!(world.data(&query).await, wanted);
    }
}

#[tokio::test]
async fn what_many_refer_to_is_counted_each_time_it_is_written() {
    let mut world = World::new();
    // a token's text is short, those of all that refer to it are not
    let many: String = (0..100).map(|n| format!("a{n}: symbol ")).collect();
    for of in ["pools { token0 { SYMBOLS } }", "tokens { whitelistPools { token0 { SYMBOLS } } }"] {
        let query = format!("{{ {} }}", of.replace("SYMBOLS", &many));
        let length = world.data(&query).await.to_string().len();
        world.limits.bytes = length / 2;
        let refusal = world.refusal(&query).await;
        assert!(refusal.contains("is larger than the allowed limit of"), "{refusal}");
        world.limits = Limits::default();
    }
}
