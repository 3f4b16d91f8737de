//! Events of position managers decode to what was encoded, from the watched managers of the right protocol only.

use alloy_primitives::{LogData, U256};
use domain::config::{Collection, Dex, Pricing, Watch};
use domain::entity::NftStandard;

use super::*;
use crate::decode::{Decoder, fixed_topics};

const fn address(byte: u8) -> Address {
    Address::repeat_byte(byte)
}

fn watch() -> Watch {
    let dex = |name: &str, protocol, byte, position_manager| Dex {
        name: name.into(),
        protocol,
        factory: address(byte),
        fee_pips: 3000,
        fork: None,
        position_manager,
        pricing: Pricing::default(),
    };
    Watch {
        dexes: vec![
            dex("v2", Protocol::V2, 2, None),
            dex("v3", Protocol::V3, 3, Some(address(0x13))),
            dex("v4", Protocol::V4, 4, Some(address(0x14))),
            dex("fork", Protocol::V3, 5, None),
        ],
        // the same contract as a collection
        collections: vec![Collection {
            name: "positions".into(),
            standard: NftStandard::Erc721,
            address: address(0x13),
        }],
    }
}

fn decoded(byte: u8, log: &LogData) -> Option<EventKind> {
    Decoder::new(watch(), []).decode(address(byte), log).unwrap()
}

#[test]
fn each_event_of_its_own_manager() {
    let (token_id, amount0, amount1) = (U256::from(7), U256::MAX, U256::ONE);
    let liquidity = u128::MAX;
    let (recipient, subscriber) = (address(1), address(2));
    let cases = [
        (
            0x13,
            positions::IncreaseLiquidity { tokenId: token_id, liquidity, amount0, amount1 }
                .encode_log_data(),
            EventKind::PositionIncreased { token_id, liquidity, amount0, amount1 },
        ),
        (
            0x13,
            positions::DecreaseLiquidity { tokenId: token_id, liquidity, amount0, amount1 }
                .encode_log_data(),
            EventKind::PositionDecreased { token_id, liquidity, amount0, amount1 },
        ),
        (
            0x13,
            positions::Collect { tokenId: token_id, recipient, amount0, amount1 }.encode_log_data(),
            EventKind::PositionCollected { token_id, recipient, amount0, amount1 },
        ),
        (
            0x14,
            positions::Subscription { tokenId: token_id, subscriber }.encode_log_data(),
            EventKind::PositionSubscribed { token_id, subscriber },
        ),
        (
            0x14,
            positions::Unsubscription { tokenId: token_id, subscriber }.encode_log_data(),
            EventKind::PositionUnsubscribed { token_id, subscriber },
        ),
    ];
    for (emitter, log, kind) in cases {
        assert_eq!(decoded(emitter, &log), Some(kind));
        // neither the other manager's, nor a pool manager's, nor a stranger's
        for other in [0x13, 0x14, 4, 9] {
            assert!(other == emitter || decoded(other, &log).is_none());
        }
    }
    let (from, to) = (address(1), address(2));
    let transfer = nft::Transfer { from, to, tokenId: token_id }.encode_log_data();
    for manager in [0x13, 0x14] {
        let kind = EventKind::Erc721Transfer { from, to, token_id };
        assert_eq!(decoded(manager, &transfer), Some(kind));
    }
    assert_eq!(decoded(9, &transfer), None);
}

#[test]
fn managers_are_asked_for_once() {
    let (addresses, topics) = fixed_topics(&watch());
    let expected = [2, 3, 4, 5, 0x13, 0x14].map(address);
    assert_eq!(addresses, expected);
    // four of V3, two more of V4, and what factories and the pool manager say, its fees included
    assert_eq!(topics.len(), 4 + 2 + 2 + 5);
}
