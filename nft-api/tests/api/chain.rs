//! A small chain: five ERC-721 tokens, two of them moved on, and one ERC-1155 token id held by two.

use std::collections::HashMap;

use alloy_primitives::{Address, B256, U256};
use domain::{
    block::{Block, BlockRef},
    config::{Collection, Watch},
    entity::{Counters, NftStandard},
    event::{Event, EventKind, EventMeta},
    fold::{BlockChanges, State, needs::Needs},
};

pub fn address(n: u8) -> Address {
    Address::repeat_byte(n)
}

/// The ERC-721 collection.
pub fn art() -> Address {
    address(0x72)
}

/// The ERC-1155 collection.
pub fn items() -> Address {
    address(0x11)
}

pub fn collections() -> Vec<Collection> {
    let collection =
        |name: &str, standard, address| Collection { name: name.into(), standard, address };
    vec![
        collection("art", NftStandard::Erc721, art()),
        collection("items", NftStandard::Erc1155, items()),
    ]
}

fn events() -> Vec<Vec<EventKind>> {
    let nobody = Address::ZERO;
    let moved = |from, to, id| EventKind::Erc721Transfer { from, to, token_id: U256::from(id) };
    let amounts = vec![(U256::from(0), U256::from(10)), (U256::from(9), U256::from(4))];
    vec![
        (0..5).map(|id| moved(nobody, address(1), id)).collect(),
        vec![
            moved(address(1), address(2), 3),
            moved(address(1), nobody, 4),
            EventKind::Erc1155Transfer {
                operator: address(1),
                from: nobody,
                to: address(1),
                items: amounts,
            },
        ],
        vec![EventKind::Erc1155Transfer {
            operator: address(1),
            from: address(1),
            to: address(2),
            items: vec![(U256::from(9), U256::from(1))],
        }],
    ]
}

/// The chain's blocks, folded.
pub fn blocks() -> Vec<BlockChanges> {
    let watch = Watch { dexes: Vec::new(), collections: collections() };
    let mut state = State::new(Counters::default());
    let mut parent_hash = B256::ZERO;
    let blocks = (1_u64..).zip(events()).map(|(number, kinds)| {
        let hash = B256::left_padding_from(&number.to_be_bytes());
        let header = BlockRef { number, hash, parent_hash, timestamp: 1_700_000_000 + number };
        parent_hash = hash;
        let events = (0_u32..).zip(kinds).map(|(log_index, kind)| {
            let emitter =
                if matches!(kind, EventKind::Erc721Transfer { .. }) { art() } else { items() };
            let meta = EventMeta {
                address: emitter,
                tx_hash: B256::repeat_byte(7),
                tx_index: 0,
                log_index,
            };
            Event { meta, kind }
        });
        let block = Block { header, senders: Vec::new(), events: events.collect() };
        Needs::new(&watch, std::slice::from_ref(&block)).load(&mut state, |_| None);
        state.apply(&block, &watch, &HashMap::new()).unwrap()
    });
    blocks.collect()
}
