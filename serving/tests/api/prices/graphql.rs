//! The same in GraphQL, and what hangs on tokens and swaps.

use alloy_primitives::Address;
use domain::market::{Deviation, deviation::of_token};
use serde_json::json;

use super::{MINUTE, dec, now, price, put};
use crate::{
    chain::{SWAP_BLOCKS, address},
    service::{CHAIN, Service},
};

/// Time of the block before the first one with swaps.
const BLOCKS: u64 = 1_700_000_001_000;

#[tokio::test]
async fn prices_at_a_time_and_now() {
    let service = Service::empty().await;
    let (now, token) = (now(), address(0xa0));
    let begin = now - 60 * MINUTE;
    put(&service, begin, begin, &[(token, price("2000", begin))]).await;
    put(&service, now, now, &[(token, price("2100", now))]).await;
    let query = format!(
        "{{ now: price(token: \"{token}\") {{ value currency sourceCount sources status ageSeconds reason }} \
         then: price(token: \"{token}\", at: \"{begin}\") {{ value asOf at }} \
         prices(tokens: [\"{token}\", \"{}\"], knownAt: \"{begin}\") {{ token value status }} }}",
        address(1)
    );
    let answer = service.query(&query).await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let data = &answer["data"];
    assert_eq!((&data["now"]["value"], &data["now"]["status"]), (&json!("2100"), &json!("FRESH")));
    assert_eq!(data["now"]["sources"], json!(["chainlink", "binance"]));
    assert_eq!(data["then"], json!({ "value": "2000", "asOf": begin, "at": begin }));
    assert_eq!(
        data["prices"],
        json!([
            { "token": format!("{token:#x}"), "value": "2000", "status": "STALE" },
            { "token": format!("{:#x}", address(1)), "value": null, "status": "NONE" },
        ])
    );
    for (query, code) in [
        ("{ price(token: \"x\") { value } }".to_owned(), "ADDRESS_INVALID"),
        (format!("{{ price(token: \"{token}\", at: \"x\") {{ value }} }}"), "TIME_INVALID"),
        (format!("{{ price(chain: 1, token: \"{token}\") {{ value }} }}"), "CHAIN_UNSUPPORTED"),
        (
            format!("{{ prices(tokens: [{}]) {{ value }} }}", format!("\"{token}\",").repeat(501)),
            "TOKENS_INVALID",
        ),
    ] {
        let answer = service.query(&query).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    service.stop().await;
}

#[tokio::test]
async fn tokens_have_a_price_and_a_deviation() {
    let service = Service::filled().await;
    let now = now();
    let (a, b) = (address(0xa0), address(0xa1));
    put(&service, now - 1_000, now - 1_000, &[(a, price("3", now)), (b, price("0.5", now))]).await;
    let point = |time, pool| Deviation { time, pool: dec(pool), market: dec("3") };
    let points = [point(now - 2 * MINUTE, "6"), point(now - MINUTE, "3.3")];
    service.market().put_deviations(CHAIN, &of_token(a), &points).await.unwrap();
    let answer = service
        .query(
            "{ tokens { nodes { address marketPrice { value status } priceDeviation { pool market deviation } } } \
             pools { nodes { token1 { marketPrice { value } } } } }",
        )
        .await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let nodes = answer["data"]["tokens"]["nodes"].as_array().unwrap();
    let wanted = [
        (Address::ZERO, json!({ "value": null, "status": "NONE" }), json!(null)),
        (
            a,
            json!({ "value": "3", "status": "FRESH" }),
            json!({ "pool": "3.3", "market": "3", "deviation": "0.1" }),
        ),
        (b, json!({ "value": "0.5", "status": "FRESH" }), json!(null)),
    ];
    assert_eq!(nodes.len(), wanted.len());
    for (node, (token, price, deviation)) in nodes.iter().zip(wanted) {
        assert_eq!(node["address"], format!("{token:#x}"));
        assert_eq!((&node["marketPrice"], &node["priceDeviation"]), (&price, &deviation));
    }
    for pool in answer["data"]["pools"]["nodes"].as_array().unwrap() {
        assert_eq!(pool["token1"]["marketPrice"]["value"], "0.5", "{answer}");
    }
    service.stop().await;
}

/// Of blocks from before prices were collected: what became known first, which no correction changes.
#[tokio::test]
async fn a_swap_from_before_prices_were_collected_is_worth_what_became_known_first() {
    let service = Service::filled().await;
    let (a, b) = (address(0xa0), address(0xa1));
    let market = service.market();
    let moment = |n: u64, value: &str| {
        let time = BLOCKS + n * 1_000;
        (time, vec![(a, price(value, time)), (b, price("10000", time))])
    };
    let run = |value: &str| (0..3).map(|n| moment(n, value)).collect::<Vec<_>>();
    let day = 24 * 60 * MINUTE;
    market.put_sheet_runs(CHAIN, BLOCKS + day, &[run("2000000")]).await.unwrap();
    market.put_sheet_runs(CHAIN, BLOCKS + 2 * day, &[run("1000000")]).await.unwrap();
    let query = "{ swaps(first: 500) { nodes { usd { value amount0 status price0 { value knownAt } } \
                 corrected: usd(corrected: true) { amount0 } } } }";
    let answer = service.query(query).await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let swaps = answer["data"]["swaps"]["nodes"].as_array().unwrap();
    assert_eq!(swaps.len() as u64, SWAP_BLOCKS * 10);
    for swap in swaps {
        assert_eq!(swap["usd"]["price0"], json!({ "value": "2000000", "knownAt": BLOCKS + day }));
        let usd = (&swap["usd"]["value"], &swap["usd"]["amount0"], &swap["usd"]["status"]);
        assert_eq!(usd, (&json!("20"), &json!("10"), &json!("FRESH")), "{swap}");
        assert_eq!(swap["corrected"]["amount0"], "5", "{swap}");
    }
    service.stop().await;
}

#[tokio::test]
async fn a_swap_is_worth_what_was_known_at_its_time() {
    let service = Service::filled().await;
    let (a, b) = (address(0xa0), address(0xa1));
    // known when the blocks came, of one token from the third block with swaps on of both; corrected an hour later
    put(&service, BLOCKS, BLOCKS, &[(a, price("2000000", BLOCKS))]).await;
    let both = [(a, price("2000000", BLOCKS)), (b, price("10000", BLOCKS))];
    put(&service, BLOCKS + 3_000, BLOCKS + 3_000, &both).await;
    let corrected = [(a, price("1000000", BLOCKS))];
    put(&service, BLOCKS, BLOCKS + 60 * MINUTE, &corrected).await;
    let answer = service
        .query(
            "{ swaps(first: 500) { nodes { timestamp usd { value amount0 amount1 currency status at \
             price0 { value } price1 { reason } } corrected: usd(corrected: true) { value } } } }",
        )
        .await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let swaps = answer["data"]["swaps"]["nodes"].as_array().unwrap();
    assert_eq!(swaps.len() as u64, SWAP_BLOCKS * 10);
    for swap in swaps {
        let time = swap["timestamp"].as_u64().unwrap() * 1_000;
        let (usd, corrected) = (&swap["usd"], &swap["corrected"]["value"]);
        assert_eq!((&usd["at"], &usd["currency"]), (&json!(time), &json!("USD")));
        // 5 of 10^6 at 2000000, and 3 of 10^3 at 10000
        assert_eq!((&usd["amount0"], &usd["status"]), (&json!("10"), &json!("FRESH")));
        if time < BLOCKS + 3_000 {
            assert_eq!((&usd["value"], &usd["amount1"]), (&json!("10"), &json!(null)));
            assert_eq!(usd["price1"]["reason"], "no source is configured for this token");
            assert_eq!(corrected, "5");
        } else {
            assert_eq!((&usd["value"], &usd["amount1"]), (&json!("20"), &json!("30")));
            assert_eq!(corrected, "20", "a newer sheet stands");
        }
    }
    service.stop().await;
}
