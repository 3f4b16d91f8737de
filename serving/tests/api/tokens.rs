//! Pages of a search by symbol: each token once, in the order of the symbols, whatever becomes of the last one of a page.

use std::collections::HashMap;

use alloy_primitives::{Address, B256};
use domain::{
    block::{Block, BlockRef},
    entity::{Counters, TokenMetadata},
    event::{Event, EventKind, EventMeta},
    fold::{BlockChanges, State, needs::Needs},
};
use serde_json::Value;

use crate::{
    chain::{self, address},
    service::Service,
};

/// Symbols of tokens, of which each block brings two.
const BLOCKS: [[(u8, &str); 2]; 4] = [
    [(0xa0, "aa"), (0xa1, "AA")],
    // the same symbol again, and one behind it
    [(0xa2, "AA"), (0xa3, "AAB")],
    [(0xa4, "Aa"), (0xa5, "B")],
    [(0xa6, "Aab"), (0xa7, "aab")],
];
/// What a search for `Aa` finds.
const FOUND: [(&str, u8); 7] = [
    ("AA", 0xa1),
    ("AA", 0xa2),
    ("AAB", 0xa3),
    ("Aa", 0xa4),
    ("Aab", 0xa6),
    ("aa", 0xa0),
    ("aab", 0xa7),
];

/// Pairs of such tokens.
fn blocks() -> Vec<BlockChanges> {
    let metadata: HashMap<Address, TokenMetadata> = BLOCKS
        .as_flattened()
        .iter()
        .map(|(byte, symbol)| {
            let symbol = Some((*symbol).to_owned());
            let metadata = TokenMetadata { symbol, decimals: Some(18), ..TokenMetadata::default() };
            (address(*byte), metadata)
        })
        .collect();
    let mut state = State::new(Counters::default());
    let mut parent_hash = B256::ZERO;
    let block = |(number, [(token0, _), (token1, _)]): (u64, [(u8, &str); 2])| {
        let hash = B256::left_padding_from(&number.to_be_bytes());
        let header = BlockRef { number, hash, parent_hash, timestamp: 1_700_000_000 + number };
        parent_hash = hash;
        let pair = address(token0 - 0x80);
        let (token0, token1) = (address(token0), address(token1));
        let meta = EventMeta {
            address: address(2),
            tx_hash: B256::repeat_byte(7),
            tx_index: 0,
            log_index: 0,
        };
        let kind = EventKind::V2PairCreated { token0, token1, pair };
        let block = Block { header, senders: Vec::new(), events: vec![Event { meta, kind }] };
        Needs::new(&chain::watch(), std::slice::from_ref(&block)).load(&mut state, |_| None);
        state.apply(&block, &chain::watch(), &metadata).unwrap()
    };
    (1..).zip(BLOCKS).map(block).collect()
}

/// Symbol and address of each token of a page, and the cursor of the next one.
async fn page(service: &Service, search: &str, first: usize, after: &str) -> (Vec<Value>, String) {
    let after = if after.is_empty() { String::new() } else { format!("&after={after}") };
    let path = format!("/v1/tokens?search={search}&first={first}{after}");
    let (status, page) = service.get(&path).await;
    assert_eq!(status, 200, "{path}: {page}");
    (
        page["items"].as_array().unwrap().clone(),
        page["next"].as_str().unwrap_or_default().to_owned(),
    )
}

fn are(found: &[Value], wanted: &[(&str, u8)]) {
    let text = |(symbol, byte): &(&str, u8)| format!("{symbol} {:#x}", address(*byte));
    let named = |token: &Value| {
        format!("{} {}", token["symbol"].as_str().unwrap(), token["address"].as_str().unwrap())
    };
    let (found, wanted): (Vec<_>, Vec<_>) =
        (found.iter().map(named).collect(), wanted.iter().map(text).collect());
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn each_token_is_found_once_however_long_the_pages() {
    let service = Service::empty().await;
    service.commit(None, &blocks()).await;
    for first in [1, 2, 3, 50] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let (tokens, next) = page(&service, "Aa", first, &after).await;
            assert!(tokens.len() <= first);
            found.extend(tokens);
            after = next;
            if after.is_empty() {
                break;
            }
        }
        are(&found, &FOUND);
    }
    are(&page(&service, "aA", 50, "").await.0, &[FOUND[0], FOUND[1], FOUND[2], FOUND[5], FOUND[6]]);
    service.stop().await;
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended_though_its_token_left_with_its_block() {
    let service = Service::empty().await;
    service.commit(None, &blocks()).await;
    let (tokens, next) = page(&service, "Aa", 5, "").await;
    are(&tokens, &FOUND[..5]);
    service.writer().await.revert_newest().await.unwrap();
    // of the newest block's two tokens one was the last, the other would be
    are(&page(&service, "Aa", 5, &next).await.0, &FOUND[5..6]);
    service.stop().await;
}
