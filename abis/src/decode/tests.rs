//! Every event decodes to what was encoded, and only from watched contracts.

use alloy_primitives::{
    Address, I256, U256,
    aliases::{I24, U160},
    b256,
};
use alloy_sol_types::SolEvent;
use domain::{
    config::{Collection, Dex, Pricing, Watch},
    entity::{NftStandard, Protocol},
    event::EventKind,
};

use super::{Decoder, fixed_topics, pool_topics};
use crate::events::{nft, pancake_v3, v2, v3, v4};

const fn address(byte: u8) -> Address {
    Address::repeat_byte(byte)
}

fn watch() -> Watch {
    let dex = |name: &str, protocol, byte| Dex {
        name: name.into(),
        protocol,
        factory: address(byte),
        fee_pips: 3000,
        fork: None,
        position_manager: None,
        pricing: Pricing::default(),
    };
    Watch {
        dexes: vec![
            dex("v2", Protocol::V2, 2),
            dex("v3", Protocol::V3, 3),
            dex("v4", Protocol::V4, 4),
        ],
        collections: vec![
            Collection { name: "a".into(), standard: NftStandard::Erc721, address: address(7) },
            Collection { name: "b".into(), standard: NftStandard::Erc1155, address: address(8) },
        ],
    }
}

#[test]
fn pair_events_count_only_after_its_factory_made_it() {
    let mut decoder = Decoder::new(watch(), []);
    let sync = v2::Sync { reserve0: "5".parse().unwrap(), reserve1: "6".parse().unwrap() }
        .encode_log_data();
    assert_eq!(decoder.decode(address(9), &sync), Ok(None));
    let created = v2::PairCreated {
        token0: address(1),
        token1: address(5),
        pair: address(9),
        index: U256::ONE,
    }
    .encode_log_data();
    // a stranger's factory teaches nothing
    assert_eq!(decoder.decode(address(0x55), &created), Ok(None));
    assert_eq!(decoder.decode(address(9), &sync), Ok(None));
    assert!(decoder.decode(address(2), &created).unwrap().is_some());
    assert_eq!(
        decoder.decode(address(9), &sync),
        Ok(Some(EventKind::V2Sync { reserve0: U256::from(5), reserve1: U256::from(6) }))
    );
}

#[test]
fn transfers_count_as_shares_of_known_pairs_only() {
    let transfer = v2::Transfer { from: address(1), to: address(2), value: U256::MAX };
    let transfer = transfer.encode_log_data();
    assert_eq!(transfer.topics().len(), 3);
    let pools = [(address(9), Protocol::V2), (address(10), Protocol::V3)];
    let mut decoder = Decoder::new(watch(), pools);
    assert_eq!(
        decoder.decode(address(9), &transfer),
        Ok(Some(EventKind::V2Transfer { from: address(1), to: address(2), value: U256::MAX }))
    );
    for stranger in [address(10), address(11), address(2), address(3)] {
        assert_eq!(decoder.decode(stranger, &transfer), Ok(None));
    }
}

#[test]
fn v4_amounts_keep_their_sign() {
    let swap = v4::Swap {
        id: [1; 32].into(),
        sender: address(1),
        amount0: i128::MIN,
        amount1: 7,
        sqrtPriceX96: "1".parse().unwrap(),
        liquidity: 3,
        tick: "-887272".parse().unwrap(),
        fee: "3000".parse().unwrap(),
    };
    let kind = Decoder::new(watch(), []).decode(address(4), &swap.encode_log_data()).unwrap();
    let Some(EventKind::V4Swap { amount0, amount1, tick, fee, .. }) = kind else {
        panic!("{kind:?}")
    };
    assert_eq!(amount0, I256::try_from(i128::MIN).unwrap());
    assert_eq!((amount1, tick, fee), (I256::try_from(7).unwrap(), -887_272, 3000));
}

/// Swaps and settings are events of their own there; the topic is the one that explorers show.
#[test]
fn pools_of_pancakeswap_decode() {
    let mut decoder = Decoder::new(watch(), [(address(9), Protocol::V3)]);
    let topic = b256!("19b47279256b2a23a1665c810c8d55a1758940ee09377d4f8d26497a3577dc83");
    assert_eq!(pancake_v3::Swap::SIGNATURE_HASH, topic);
    let swap = pancake_v3::Swap {
        sender: address(5),
        recipient: address(6),
        amount0: I256::try_from(1_000_000).unwrap(),
        amount1: I256::try_from(-999).unwrap(),
        sqrtPriceX96: U160::from(7),
        liquidity: 8,
        tick: I24::try_from(-9).unwrap(),
        protocolFeesToken0: 10,
        protocolFeesToken1: u128::MAX,
    };
    let kind = decoder.decode(address(9), &swap.encode_log_data()).unwrap();
    let Some(EventKind::V3Swap { amount0, tick, protocol_fees, .. }) = kind else {
        panic!("{kind:?}");
    };
    assert_eq!((amount0, tick), (swap.amount0, -9));
    assert_eq!(protocol_fees, Some([10, u128::MAX]));
    let set = pancake_v3::SetFeeProtocol {
        feeProtocol0Old: 3_200,
        feeProtocol1Old: 3_200,
        feeProtocol0New: 3_300,
        feeProtocol1New: 4_000,
    };
    let set = decoder.decode(address(9), &set.encode_log_data());
    let fee_protocol = 3_300 | 4_000 << 16;
    assert_eq!(set, Ok(Some(EventKind::V3FeeProtocol { fee_protocol })));
}

#[test]
fn settings_of_the_protocol_decode() {
    let pools = [(address(9), Protocol::V3)];
    let mut decoder = Decoder::new(watch(), pools);
    let set = v3::SetFeeProtocol {
        feeProtocol0Old: 0,
        feeProtocol1Old: 1,
        feeProtocol0New: 4,
        feeProtocol1New: 10,
    };
    assert_eq!(
        decoder.decode(address(9), &set.encode_log_data()),
        Ok(Some(EventKind::V3FeeProtocol { fee_protocol: 4 | 10 << 4 }))
    );
    let taken = v3::CollectProtocol {
        sender: address(5),
        recipient: address(6),
        amount0: 7,
        amount1: u128::MAX,
    };
    let amounts = (U256::from(7), U256::from(u128::MAX));
    assert_eq!(
        decoder.decode(address(9), &taken.encode_log_data()),
        Ok(Some(EventKind::V3CollectProtocol { amount0: amounts.0, amount1: amounts.1 }))
    );
    let id = [1; 32].into();
    let set = v4::ProtocolFeeUpdated { id, protocolFee: "4096500".parse().unwrap() };
    assert_eq!(
        decoder.decode(address(4), &set.encode_log_data()),
        Ok(Some(EventKind::V4ProtocolFee { id, protocol_fee: 4_096_500 }))
    );
}

#[test]
fn a_foreign_layout_is_an_error_not_a_guess() {
    // ERC-20 Transfer: same topic as ERC-721's, but the third value is not indexed
    let transfer = nft::Transfer { from: address(1), to: address(2), tokenId: U256::from(3) }
        .encode_log_data();
    let (topics, last) = (transfer.topics()[..3].to_vec(), transfer.topics()[3]);
    let erc20 = alloy_primitives::LogData::new_unchecked(topics, last.to_vec().into());
    let error = Decoder::new(watch(), []).decode(address(7), &erc20).unwrap_err();
    assert!(error.to_string().contains("right standard"), "{error}");
}

#[test]
fn batch_of_unequal_length_is_refused() {
    let batch = nft::TransferBatch {
        operator: address(1),
        from: address(1),
        to: address(2),
        ids: vec![U256::ONE, U256::from(2)],
        values: vec![U256::ONE],
    };
    assert!(Decoder::new(watch(), []).decode(address(8), &batch.encode_log_data()).is_err());
}

#[test]
fn topics_cover_each_configured_contract() {
    let watch = watch();
    assert_eq!(pool_topics(&watch).len(), 15);
    // what all tokens emit is asked for only where pairs are watched
    let mut without_pairs = watch.clone();
    without_pairs.dexes.remove(0);
    assert!(pool_topics(&watch).contains(&v2::Transfer::SIGNATURE_HASH));
    assert!(!pool_topics(&without_pairs).contains(&v2::Transfer::SIGNATURE_HASH));
    let (addresses, topics) = fixed_topics(&watch);
    assert_eq!(addresses.len(), 5);
    assert_eq!(topics.len(), 10);
    assert!(topics.contains(&v3::PoolCreated::SIGNATURE_HASH));
}
