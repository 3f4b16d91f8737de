//! The words are those of the contracts, and are heard only from those that speak them.

use alloy_primitives::{Address, B256, I256, U256, aliases::U160};
use alloy_sol_types::SolEvent;
use domain::contract::Value;

use super::*;
use crate::events::{nft, pancake_v3, positions, v2, v3, v4};

#[test]
fn every_declaration_is_read() {
    let glossary = Glossary::new();
    let read: usize = glossary.events.values().map(Vec::len).sum();
    assert_eq!(read, known::EVENTS.len());
}

#[test]
fn every_event_of_the_index_is_known_with_its_topic() {
    let glossary = Glossary::new();
    let known: [(Voice, &[B256]); 9] = [
        (Voice::V2Factory, &[v2::PairCreated::SIGNATURE_HASH]),
        (
            Voice::V2Pair,
            &[
                v2::Sync::SIGNATURE_HASH,
                v2::Mint::SIGNATURE_HASH,
                v2::Burn::SIGNATURE_HASH,
                v2::Swap::SIGNATURE_HASH,
            ],
        ),
        (Voice::V3Factory, &[v3::PoolCreated::SIGNATURE_HASH]),
        (
            Voice::V3Pool,
            &[
                v3::Initialize::SIGNATURE_HASH,
                v3::Mint::SIGNATURE_HASH,
                v3::Burn::SIGNATURE_HASH,
                v3::Collect::SIGNATURE_HASH,
                v3::Swap::SIGNATURE_HASH,
                v3::Flash::SIGNATURE_HASH,
                v3::SetFeeProtocol::SIGNATURE_HASH,
                v3::CollectProtocol::SIGNATURE_HASH,
                pancake_v3::Swap::SIGNATURE_HASH,
                pancake_v3::SetFeeProtocol::SIGNATURE_HASH,
            ],
        ),
        (
            Voice::V4Manager,
            &[
                v4::Initialize::SIGNATURE_HASH,
                v4::ModifyLiquidity::SIGNATURE_HASH,
                v4::Swap::SIGNATURE_HASH,
                v4::Donate::SIGNATURE_HASH,
                v4::ProtocolFeeUpdated::SIGNATURE_HASH,
            ],
        ),
        (
            Voice::V3Positions,
            &[
                positions::IncreaseLiquidity::SIGNATURE_HASH,
                positions::DecreaseLiquidity::SIGNATURE_HASH,
                positions::Collect::SIGNATURE_HASH,
            ],
        ),
        (
            Voice::V4Positions,
            &[positions::Subscription::SIGNATURE_HASH, positions::Unsubscription::SIGNATURE_HASH],
        ),
        (Voice::Erc721, &[nft::Transfer::SIGNATURE_HASH]),
        (
            Voice::Erc1155,
            &[nft::TransferSingle::SIGNATURE_HASH, nft::TransferBatch::SIGNATURE_HASH],
        ),
    ];
    for (voice, topics) in known {
        for topic in topics {
            assert!(glossary.events.contains_key(&(voice, *topic)), "{voice:?} {topic}");
        }
    }
}

#[test]
fn a_swap_is_told_with_all_its_parameters_and_by_its_pool_only() {
    let glossary = Glossary::new();
    let swap = v3::Swap {
        sender: Address::repeat_byte(1),
        recipient: Address::repeat_byte(2),
        amount0: I256::MINUS_ONE,
        amount1: I256::ONE,
        sqrtPriceX96: U160::from(3),
        liquidity: 4,
        tick: "-5".parse().unwrap(),
    };
    let log = swap.encode_log_data();
    let told = glossary.read(&[Voice::V3Pool], &log).unwrap();
    assert_eq!((told.table.contract.as_str(), told.table.event.as_str()), ("v3-pool", "Swap"));
    let Body::Decoded { values, lossy: false } = told.body else { panic!("{told:?}") };
    assert_eq!(
        values,
        [
            Value::Address(Address::repeat_byte(1)),
            Value::Address(Address::repeat_byte(2)),
            Value::Signed(I256::MINUS_ONE),
            Value::Signed(I256::ONE),
            Value::Uint(U256::from(3)),
            Value::Uint(U256::from(4)),
            Value::Int(-5),
        ]
    );
    assert_eq!(glossary.read(&[Voice::V2Pair, Voice::Erc20], &log), None);
}

#[test]
fn tokens_of_both_kinds_share_a_topic_and_are_told_apart() {
    let glossary = Glossary::new();
    let tokens = [Voice::Erc20, Voice::Erc721];
    let coins = v2::Transfer { from: Address::ZERO, to: Address::ZERO, value: U256::from(7) };
    let told = glossary.read(&tokens, &coins.encode_log_data()).unwrap();
    assert_eq!(told.table.contract, "erc20");
    let token = nft::Transfer { from: Address::ZERO, to: Address::ZERO, tokenId: U256::from(7) };
    let told = glossary.read(&tokens, &token.encode_log_data()).unwrap();
    assert_eq!(told.table.contract, "erc721");
    // neither is what it says to be
    let odd = LogData::new_unchecked(coins.encode_log_data().topics().to_vec(), Default::default());
    assert_eq!(glossary.read(&tokens, &odd), None);
}
