//! Documents that a strict server refuses, and what is refused here.

use super::*;

#[tokio::test]
async fn documents_are_read_as_leniently_as_the_reference_reads_them() {
    let world = World::new();
    let all = json!([{ "fee": 1_100 }, { "fee": 1_200 }, { "fee": 1_300 }, { "fee": 1_400 }]);
    let first = json!([{ "fee": 1_100 }]);
    for (query, variables, wanted) in [
        (
            "query($ids: [Bytes]!) { pools(where: { id_in: $ids }) { fee } }",
            json!({ "ids": [format!("0x{}", hex(11))] }),
            &first,
        ),
        (
            "query($id: String) { pools(where: { id: $id }) { fee } }",
            json!({ "id": hex(11) }),
            &first,
        ),
        (
            "query($fee: BigInt!) { pools(where: { fee: $fee }) { fee } }",
            json!({ "fee": 1_100 }),
            &first,
        ),
        (
            "query($tvl: String) { pools(where: { tvl_gt: $tvl }) { fee } }",
            json!({ "tvl": "98.9" }),
            &first,
        ),
        (
            "query($tick: Int!) { pools(where: { tick: $tick }) { fee } }",
            json!({ "tick": 5 }),
            &first,
        ),
        ("query($n: Int = 1) { pools(first: $n) { fee } }", json!({}), &first),
        ("query($n: Int = 1) { pools(first: $n) { fee } }", json!({ "n": null }), &all),
        ("query($n: Int) { pools(first: $n) { fee } }", json!({}), &all),
        ("{ pools(first: $undeclared) { fee } }", json!({}), &all),
        ("{ pools(nobody: 1, subgraphError: allow) { fee(a: 1) } }", json!({}), &all),
        ("{ pools { fee { a b } } }", json!({}), &all),
        ("{ pools { ...F } } fragment F on Pool { fee }", json!({}), &all),
        ("{ pools { fee } } fragment F on Nothing { a { b } }", json!({}), &all),
        ("{ pools { fee fee ...F ...F } } fragment F on Pool { fee }", json!({}), &all),
        ("{,,pools(first: 1,,) { fee, } , }", json!({}), &first),
        (
            "query A($x: Boolean = false) { pools { fee id @include(if: $x) ...F @skip(if: true) } } fragment F on Pool { tick }",
            json!({}),
            &all,
        ),
        (
            "{ pools(where: null, orderBy: null, orderDirection: null, skip: null) { fee } }",
            json!({}),
            &all,
        ),
    ] {
        let found = world.ask(query, variables).await;
        assert_eq!(found.as_ref().map(|data| &data["pools"]), Ok(wanted), "{query}");
    }
    let nothing = json!([{}, {}, {}, {}]);
    for query in [
        "{ pools { ... on Token { symbol nonsense } } }",
        "{ pools { token0 } }",
        "{ pools { ticks ticks } }",
    ] {
        assert_eq!(world.data(query).await["pools"], nothing, "{query}");
    }
    // parts of one object come together
    let parts = "{ pools(first: 1) { token0 { symbol } ...F } } fragment F on Pool { token0 { decimals } fee }";
    assert_eq!(
        world.data(parts).await["pools"],
        json!([{ "token0": { "symbol": "WETH", "decimals": "18" }, "fee": 1_100 }])
    );
    let many: String = (0..500).map(|n| format!("t{n}: pools(first: 1) {{ fee }} ")).collect();
    assert_eq!(world.data(&format!("{{ {many} }}")).await.as_object().unwrap().len(), 500);
}

#[tokio::test]
async fn refusals_are_in_the_words_of_the_reference() {
    let world = World::new();
    for (query, wanted) in [
        ("{ nobody { id } }", "Type `Query` has no field `nobody`"),
        ("{ pools { nobody } }", "Type `Pool` has no field `nobody`"),
        ("{ _meta { nobody } }", "Type `_Meta_` has no field `nobody`"),
        ("{ pool { id } }", "No value provided for required argument: `id`"),
        (
            "query($x: Int!) { pools(first: $x) { id } }",
            "No value provided for required variable `x`",
        ),
        ("query($x: Pool) { pools { id } }", "Variable `x` must have an input type"),
        ("query A { pools { id } } query B { pools { id } }", "Operation name required"),
        ("{ pools { id } } query B { pools { id } }", "Operation name required"),
        ("query A { pools { id } } query A { pools { id } }", "Operation name required"),
        ("fragment F on Pool { id }", "Operation name required"),
        ("{ _logs { nobody } }", "Type `_Log_` has no field `nobody`"),
        ("mutation { pools { id } }", "Not supported: Mutations are not supported"),
        ("subscription { pools { id } }", "Not supported: Subscriptions are not supported"),
        ("{ pools { ...Nobody } }", "fragment `Nobody` is not defined"),
        ("{ pools(orderBy: nobody) { id } }", "Entity `Pool` has no attribute `nobody`"),
        (
            "{ pools(first: 1001) { id } }",
            "The `first` argument must be between 0 and 1000, but is 1001",
        ),
        ("{ pools(where: { nobody: 1 }) { id } }", "Invalid value provided for argument `where`"),
        (
            "{ pools(subgraphError: perhaps) { id } }",
            "Invalid value provided for argument `subgraphError`",
        ),
        (
            "{ pools(first: 1000) { ticks(first: 1000) { pool { ticks(first: 1000) { id } } } } }",
            "query potentially returns `1002001000` entities or more and thereby exceeds the limit of `2000000` entities.",
        ),
        ("{ pools {", "expected"),
    ] {
        let refusal = world.refusal(query).await;
        assert!(refusal.contains(wanted), "{query}: {refusal}");
    }
    let deep = format!("{{ pools {} symbol {} }}", "{ token0 { pools".repeat(12), "} }".repeat(12));
    let deep = deep.replace("{ token0 { pools } }", "{ token0 { symbol } }");
    let deep = deep.replace("{ token0 { pools symbol } }", "{ token0 { symbol } }");
    assert_eq!(world.refusal(&deep).await, "query has a depth that exceeds the limit of `16`");
    let mut wide = String::from("fragment F0 on Pool { fee } ");
    for n in 1..30 {
        wide.push_str(&format!("fragment F{n} on Pool {{ ...F{0} ...F{0} }} ", n - 1));
    }
    assert_eq!(
        world.refusal(&format!("{{ pools {{ ...F29 }} }} {wide}")).await,
        "query is too expensive"
    );
    let circle =
        "{ pools { ...A } } fragment A on Pool { fee ...B } fragment B on Pool { ...A tick }";
    assert_eq!(world.data(circle).await["pools"][0], json!({ "fee": 1_100, "tick": "5" }));
}

#[tokio::test]
async fn what_is_used_again_and_again_is_counted() {
    let world = World::new();
    let many: Vec<i64> = (0..2_000).collect();
    let roots: String =
        (0..200).map(|n| format!("a{n}: pools(where: {{ tick_in: $t }}) {{ fee }} ")).collect();
    let query = format!("query($t: [BigInt!]) {{ {roots} }}");
    let refused = world.ask(&query, json!({ "t": many })).await;
    assert_eq!(refused.unwrap_err(), "query is too expensive");
    let mut chain = String::from("fragment F0 on Pool { fee } ");
    for n in 1..5_000 {
        chain.push_str(&format!("fragment F{n} on Pool {{ ...F{} }} ", n - 1));
    }
    let query = format!("{{ pools {{ ...F4999 }} }} {chain}");
    assert_eq!(world.refusal(&query).await, "query is too expensive");
    // long names and texts, too
    let long = "a".repeat(100_000);
    for part in [format!("{long}: fee"), format!("ticks(where: {{ id: \"{long}\" }}) {{ id }}")] {
        let roots: String = (0..200).map(|n| format!("a{n}: pools {{ ...F }} ")).collect();
        let query = format!("{{ {roots} }} fragment F on Pool {{ {part} }}");
        assert_eq!(world.refusal(&query).await, "query is too expensive", "{}", &part[..20]);
    }
    let mut world = World::new();
    world.limits.bytes = 100;
    let refusal = world.refusal("{ pools { id fee tvl } }").await;
    assert!(refusal.contains("is larger than the allowed limit of 100"), "{refusal}");
}

#[tokio::test]
async fn what_is_not_there_holds_or_does_not() {
    let world = World::new();
    for (directive, is_there) in [
        ("@include", true),
        ("@skip", false),
        ("@include(if: $nobody)", false),
        ("@skip(if: null)", true),
        ("@include(if: 1)", false),
    ] {
        let data = world.data(&format!("{{ pools(first: 1) {{ fee {directive} tvl }} }}")).await;
        assert_eq!(data["pools"][0].get("fee").is_some(), is_there, "{directive}");
    }
    assert_eq!(
        world.data("{ _meta _logs factories __typename }").await,
        json!({ "__typename": "Query" })
    );
    assert_eq!(
        world.data("{ _meta { block deployment } }").await,
        json!({ "_meta": { "deployment": "Qm" } })
    );
    let query = "query($n: Int!) { pools(first: $n) { id } }";
    let refused = world.ask(query, json!({ "n": null })).await;
    assert_eq!(refused.unwrap_err(), "Invalid value provided for argument `n`: Null");
}
