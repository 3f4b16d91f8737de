//! Events of contracts that are known by their ABI only.

use std::sync::Arc;

use alloy_primitives::{B256, Bytes, I256, U256};
use domain::{
    block::Block,
    contract::{Body, ContractLog, Field, Kind, Table, Value},
    event::{Event, EventKind, EventMeta},
};
use serde_json::json;

use crate::{
    chain::{SWAP_BLOCKS, address},
    service::Service,
};

fn field(name: &str, kind: Kind, indexed: bool) -> Field {
    Field { name: name.into(), kind, indexed }
}

/// A table with a value of every kind, and an empty one.
pub fn tables() -> Vec<Arc<Table>> {
    let pair = vec![field("a", Kind::Uint, false), field("b", Kind::Text, false)];
    let fields = vec![
        field("who", Kind::Address, true),
        field("delta", Kind::Signed, true),
        field("key", Kind::Hash, true),
        field("fee", Kind::Int(24), false),
        field("wide", Kind::Int(64), false),
        field("on", Kind::Bool, false),
        field("list", Kind::List(Box::new(Kind::Struct(pair))), false),
    ];
    let table = |event: &str, fields| Table {
        contract: "box".into(),
        event: event.into(),
        signature: format!("{event}()"),
        collection: format!("contract_box_{event}"),
        fields,
        many: false,
    };
    vec![Arc::new(table("Put", fields)), Arc::new(table("Gone", Vec::new()))]
}

/// The block with two events of the box: one that decodes, one that does not.
pub fn with_events(mut block: Block) -> Block {
    let number = i64::try_from(block.header.number).unwrap();
    let list =
        Value::List(vec![Value::Struct(vec![Value::Uint(U256::MAX), Value::Text("hi".into())])]);
    let values = vec![
        Value::Address(address(7)),
        Value::Signed(I256::unchecked_from(-number)),
        Value::Bytes(Bytes::copy_from_slice(B256::repeat_byte(3).as_slice())),
        Value::Int(3_000),
        Value::Int(i64::MIN),
        Value::Bool(true),
        list,
    ];
    let raw = Body::Raw {
        topics: vec![B256::repeat_byte(9)],
        data: Bytes::from_static(&[1, 2]),
        lossy: false,
    };
    for (log_index, body) in [(20, Body::Decoded { values, lossy: false }), (21, raw)] {
        let log = ContractLog { table: Arc::clone(&tables()[0]), body };
        block.events.push(Event {
            meta: EventMeta {
                address: address(0xcc),
                tx_hash: B256::repeat_byte(7),
                tx_index: 0,
                log_index,
            },
            kind: EventKind::Contract(Box::new(log)),
        });
    }
    block
}

const EVENTS: &str = "/v1/contracts/box/events/Put";

#[tokio::test]
async fn events_are_shown_as_declared() {
    let service = Service::filled().await;
    let last = SWAP_BLOCKS + 1;
    let (status, page) = service.get(&format!("{EVENTS}?first=2")).await;
    assert_eq!((status, &page["block"]["number"]), (200, &json!(last)), "{page}");
    let (raw, decoded) = (&page["items"][0], &page["items"][1]);
    assert_eq!((&raw["id"], &raw["values"]), (&json!(format!("{last}-21")), &json!(null)));
    assert_eq!(raw["raw"]["data"], "0x0102");
    assert_eq!(raw["raw"]["topics"][0], format!("{:#x}", B256::repeat_byte(9)));
    assert_eq!((&decoded["raw"], &decoded["lossy"]), (&json!(null), &json!(false)));
    assert_eq!(decoded["address"], format!("{:#x}", address(0xcc)));
    let values = json!({
        "who": format!("{:#x}", address(7)), "delta": format!("-{last}"),
        "key": format!("{:#x}", B256::repeat_byte(3)), "fee": 3000,
        "wide": i64::MIN.to_string(), "on": true,
        "list": [{ "a": U256::MAX.to_string(), "b": "hi" }],
    });
    assert_eq!(decoded["values"], values);

    // every event once, page by page
    let (mut path, mut ids) = (format!("{EVENTS}?first=5"), Vec::new());
    loop {
        let (_, page) = service.get(&path).await;
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{EVENTS}?first=5&after={next}");
    }
    let count = ids.len();
    ids.dedup();
    assert_eq!((count, ids.len()), (usize::try_from(2 * last).unwrap(), count));
    let (_, empty) = service.get("/v1/contracts/box/events/Gone").await;
    assert_eq!((&empty["items"], &empty["next"]), (&json!([]), &json!(null)), "{empty}");
    service.stop().await;
}

#[tokio::test]
async fn events_are_found_by_contract_and_by_value() {
    let service = Service::filled().await;
    let (here, elsewhere) = (address(0xcc), address(0xcd));
    let blocks = usize::try_from(SWAP_BLOCKS + 1).unwrap();
    for (query, count) in [
        (format!("address={here}"), 2 * blocks),
        (format!("address={elsewhere}"), 0),
        (format!("parameter=who&value={}", address(7)), blocks),
        (format!("parameter=who&value={}", address(8)), 0),
        ("parameter=delta&value=-5".to_owned(), 1),
        (format!("parameter=delta&value=-5&address={here}"), 1),
        (format!("parameter=delta&value=-5&address={elsewhere}"), 0),
        (format!("parameter=key&value={}", B256::repeat_byte(3)), blocks),
    ] {
        let (status, page) = service.get(&format!("{EVENTS}?first=100&{query}")).await;
        assert_eq!(status, 200, "{query}: {page}");
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{query}");
    }
    service.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let service = Service::filled().await;
    let cursor = service.get(&format!("{EVENTS}?first=1")).await.1["next"].clone();
    let cursor = cursor.as_str().unwrap();
    for (path, status, code, said) in [
        ("/v1/contracts/box/events/Put?chain=1".into(), 404, "CHAIN_UNSUPPORTED", "31337"),
        ("/v1/contracts/box/events/Put?chain=x".into(), 400, "CHAIN_UNSUPPORTED", "`x`"),
        ("/v1/contracts/bux/events/Put".into(), 404, "CONTRACT_UNKNOWN", "box"),
        ("/v1/contracts/box/events/put".into(), 404, "EVENT_UNKNOWN", "Put, Gone"),
        (format!("{EVENTS}?address=1"), 400, "ADDRESS_INVALID", "`1`"),
        (format!("{EVENTS}?parameter=who"), 400, "PARAMETER_INVALID", "both"),
        (format!("{EVENTS}?parameter=fee&value=1"), 400, "PARAMETER_INVALID", "who, delta, key"),
        (format!("{EVENTS}?parameter=who&value=1"), 400, "VALUE_INVALID", "`1`"),
        (format!("{EVENTS}?parameter=delta&value=1.5"), 400, "VALUE_INVALID", "whole number"),
        (format!("{EVENTS}?parameter=key&value=33"), 400, "VALUE_INVALID", "0x"),
        (format!("{EVENTS}?frist=1"), 400, "QUERY_INVALID", "frist"),
        (format!("{EVENTS}?first=0"), 400, "PAGE_SIZE_INVALID", "500"),
        (format!("{EVENTS}?address={}&after={cursor}", address(1)), 400, "CURSOR_INVALID", "after"),
    ] {
        let (answered, body) = service.get(&path).await;
        assert_eq!((answered, body["code"].as_str()), (status, Some(code)), "{path}: {body}");
        assert!(body["detail"].as_str().unwrap().contains(said), "{path}: {body}");
    }
    service.stop().await;
}
