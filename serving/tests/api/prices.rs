//! Market prices: every answer says where its price comes from, how old it is and how far to trust it.

use std::time::{SystemTime, UNIX_EPOCH};

use alloy_primitives::Address;
use domain::{
    decimal::Decimal,
    market::{Asset, Millis, Price, Source, Status},
};
use serde_json::{Value, json};

use crate::{
    chain::address,
    service::{CHAIN, Service},
};

mod candles;
mod graphql;
mod observations;

const MINUTE: Millis = 60_000;

pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Millis::try_from(since.as_millis()).unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn asset(byte: u8) -> Asset {
    Asset { chain: CHAIN, address: address(byte) }
}

/// A price of a time that is fresh for a minute.
pub(crate) fn price(value: &str, as_of: Millis) -> Price {
    Price {
        value: Some(dec(value)),
        status: Status::Fresh,
        sources: vec![Source::Chainlink, Source::Binance],
        as_of: Some(as_of),
        confidence: Some(dec("0.98")),
        fresh_until: Some(as_of + MINUTE),
        reason: None,
    }
}

pub(crate) async fn put(
    service: &Service,
    at: Millis,
    known_at: Millis,
    prices: &[(Address, Price)],
) {
    service.market().put_sheet(CHAIN, at, known_at, prices).await.unwrap();
}

/// The answer, which has to be one.
async fn ask(service: &Service, path: &str) -> Value {
    let (status, body) = service.get(path).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

#[tokio::test]
async fn a_price_says_where_it_comes_from_and_how_old_it_is() {
    let service = Service::empty().await;
    let now = now();
    let (a, b, c) = (address(0xa0), address(0xa1), address(0xa2));
    let none = Price::none("no source has said anything of it".to_owned());
    let exact = "1234.567890123456789012345678901234";
    put(&service, now - 5_000, now - 4_900, &[(a, price(exact, now - 20_000)), (b, none)]).await;
    let body = ask(&service, &format!("/v1/prices?tokens={b:#x},{a},{c},{a:#x}")).await;
    assert_eq!(body["chainId"], CHAIN);
    let items = body["items"].as_array().unwrap();
    let statuses: Vec<_> = items.iter().map(|item| item["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["none", "fresh", "none", "fresh"], "in the order of the question");
    assert_eq!(items[1], items[3]);
    let item = &items[1];
    let age = item["ageSeconds"].as_u64().unwrap();
    let at = item["at"].as_u64().unwrap();
    assert!((20..50).contains(&age) && at >= now, "{item}");
    assert_eq!(age, (at - (now - 20_000)) / 1_000);
    assert_eq!(
        *item,
        json!({
            "token": format!("{a:#x}"), "value": exact, "currency": "USD", "sourceCount": 2,
            "sources": ["chainlink", "binance"], "asOf": now - 20_000, "ageSeconds": age,
            "confidence": "0.98", "status": "fresh", "reason": null, "at": at,
            "knownAt": now - 4_900,
        })
    );
    assert_eq!(items[0]["value"], json!(null));
    assert_eq!(items[0]["reason"], "no source has said anything of it");
    assert_eq!(items[2]["reason"], "no source is configured for this token");
    let one = ask(&service, &format!("/v1/prices/{a}?chain={CHAIN}")).await;
    assert_eq!((&one["item"]["value"], &one["chainId"]), (&json!(exact), &json!(CHAIN)));
    service.stop().await;
}

#[tokio::test]
async fn a_price_that_nobody_renews_becomes_stale_and_then_none() {
    let service = Service::empty().await;
    let (now, token) = (now(), address(0xa0));
    let hour = 60 * MINUTE;
    let begin = now - 30 * hour;
    put(&service, begin, begin, &[(token, price("2000", begin))]).await;
    let at = async |time: Millis| {
        let answer = ask(&service, &format!("/v1/prices/{token}?at={time}")).await;
        answer["item"].clone()
    };
    let fresh = at(begin + MINUTE).await;
    assert_eq!((&fresh["status"], &fresh["ageSeconds"]), (&json!("fresh"), &json!(60)));
    let stale = at(begin + MINUTE + 1).await;
    assert_eq!((&stale["status"], &stale["value"]), (&json!("stale"), &json!("2000")));
    assert_eq!(stale["reason"], "nothing newer is known");
    let old = at(begin + 24 * hour).await;
    assert_eq!((&old["status"], &old["ageSeconds"]), (&json!("stale"), &json!(86_400)));
    for gone in [at(begin + 24 * hour + 1_000).await, at(now).await] {
        assert_eq!((&gone["status"], &gone["value"]), (&json!("none"), &json!(null)));
        assert!(gone["reason"].as_str().unwrap().contains("more than 86400 s"), "{gone}");
    }
    let before = at(begin - 1).await;
    assert_eq!(before["reason"], "no market prices were known then");
    assert_eq!(before["knownAt"], json!(null));
    service.stop().await;
}

#[tokio::test]
async fn a_correction_does_not_change_what_was_known() {
    let service = Service::empty().await;
    let (now, token) = (now(), address(0xa0));
    let begin = now - 60 * MINUTE;
    put(&service, begin, begin, &[(token, price("2000", begin))]).await;
    put(&service, begin, begin + 10 * MINUTE, &[(token, price("2001", begin))]).await;
    put(&service, begin + MINUTE, begin + MINUTE, &[(token, price("2002", begin))]).await;
    let value = async |query: String| {
        let answer = ask(&service, &format!("/v1/prices/{token}?{query}")).await;
        answer["item"]["value"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(value(format!("at={begin}")).await, "2001");
    assert_eq!(value(format!("at={begin}&known_at={}", begin + 9 * MINUTE)).await, "2000");
    assert_eq!(value(format!("at={begin}&known_at={}", begin + 10 * MINUTE)).await, "2001");
    assert_eq!(value(format!("at={now}&known_at={begin}")).await, "2000");
    assert_eq!(value(format!("known_at={}", begin - 1)).await, "");
    let seconds = domain::iso::format(begin + 2 * MINUTE);
    assert_eq!(value(format!("at={seconds}")).await, "2002");
    service.stop().await;
}

#[tokio::test]
async fn questions_that_cannot_be_are_refused() {
    let service = Service::empty().await;
    let token = format!("{:#x}", address(0xa0));
    let many = vec![token.as_str(); 501].join(",");
    for (path, code) in [
        ("/v1/prices".into(), "QUERY_INVALID"),
        ("/v1/prices?tokens=".into(), "ADDRESS_INVALID"),
        (format!("/v1/prices?tokens={token},"), "ADDRESS_INVALID"),
        (format!("/v1/prices?tokens={many}"), "TOKENS_INVALID"),
        (format!("/v1/prices?tokens={token}&time=1"), "QUERY_INVALID"),
        (format!("/v1/prices?tokens={token}&at=1700000000"), "TIME_INVALID"),
        (format!("/v1/prices?tokens={token}&at=yesterday"), "TIME_INVALID"),
        (format!("/v1/prices?tokens={token}&at={}", u64::MAX), "TIME_INVALID"),
        (format!("/v1/prices?tokens={token}&known_at=2999-01-01"), "TIME_INVALID"),
        ("/v1/prices/USDC".into(), "ADDRESS_INVALID"),
        (format!("/v1/prices/{token}/candles?resolution=2m"), "RESOLUTION_INVALID"),
        (format!("/v1/prices/{token}/candles?source=kraken"), "SOURCE_INVALID"),
        (format!("/v1/prices/{token}/candles?limit=0"), "LIMIT_INVALID"),
        (format!("/v1/prices/{token}/candles?limit=1001"), "LIMIT_INVALID"),
        (format!("/v1/prices/{token}/candles?from=x"), "TIME_INVALID"),
        (format!("/v1/prices/{token}/deviation?to=x"), "TIME_INVALID"),
        (format!("/v1/prices/{token}/observations?at=x"), "TIME_INVALID"),
    ] {
        let (status, body) = service.get(&path).await;
        assert_eq!((status, &body["code"]), (400, &json!(code)), "{path}: {body}");
    }
    let (status, body) = service.get(&format!("/v1/prices/{token}?chain=1")).await;
    assert_eq!((status, &body["code"]), (404, &json!("CHAIN_UNSUPPORTED")));
    let (status, body) = service.get(&format!("/v1/prices?tokens={}", &many[..500 * 43 - 1])).await;
    assert_eq!((status, body["items"].as_array().map(Vec::len)), (200, Some(500)));
    service.stop().await;
}
