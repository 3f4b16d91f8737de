//! Answers, and what is no answer. Whether the slots are the right ones is seen on real contracts, by `sooho verify`.

use domain::entity::Created;

use super::*;

fn pool(id: PoolId, protocol: Protocol) -> Pool {
    let created = Created { block: 1, timestamp: 1, tx_hash: B256::ZERO, log_index: 0 };
    Pool {
        id,
        dex: "dex".to_owned(),
        protocol,
        factory: Address::repeat_byte(7),
        token0: Address::ZERO,
        token1: Address::ZERO,
        fee_pips: 0,
        tick_spacing: 1,
        hooks: Address::ZERO,
        created,
        state: PoolState::Reserves { reserve0: U256::ZERO, reserve1: U256::ZERO },
        figures: domain::figures::PoolFigures::default(),
        swap_count: 0,
        liquidity_event_count: 0,
        updated_block: 1,
    }
}

fn words(words: &[U256]) -> Bytes {
    words.iter().flat_map(U256::to_be_bytes::<32>).collect()
}

#[test]
fn state_is_read_in_each_protocols_layout() {
    let (price, liquidity) = ((U256::ONE << 160) - U256::ONE, u128::MAX);
    let minus_five = U256::MAX - U256::from(4);
    let wanted = Some(PoolState::Concentrated { sqrt_price_x96: price, tick: -5, liquidity });
    let v3 = pool(PoolId::Contract(Address::repeat_byte(3)), Protocol::V3);
    let answers =
        [words(&[price, minus_five, U256::MAX, U256::MAX]), words(&[U256::from(liquidity)])];
    assert_eq!(pool_state(&v3, &answers), wanted);
    // price, tick and two fees in one word; liquidity shares its word with nothing of ours
    let v4 = pool(PoolId::Key(B256::repeat_byte(4)), Protocol::V4);
    let packed = price | (U256::from(0xff_fffb) << 160) | (U256::from(0x0bb8) << 208);
    assert_eq!(pool_state(&v4, &[words(&[packed]), words(&[U256::MAX])]), wanted);
    let v2 = pool(PoolId::Contract(Address::repeat_byte(2)), Protocol::V2);
    let reserves = PoolState::Reserves { reserve0: U256::from(1), reserve1: U256::from(2) };
    assert_eq!(
        pool_state(&v2, &[words(&[U256::from(1), U256::from(2), U256::from(3)])]),
        Some(reserves)
    );

    let net = U256::MAX - U256::from(8);
    assert_eq!(tick(&v3, &words(&[U256::from(10), net, U256::ZERO])), Some((10, -9)));
    let packed = (net << 128) | U256::from(10);
    assert_eq!(tick(&v4, &words(&[packed])), Some((10, -9)));
    assert!(tick_call(&v2, 1).is_none());
    assert_ne!(tick_call(&v4, 1), tick_call(&v4, -1));
}

#[test]
fn no_answer_is_no_state() {
    for id in [PoolId::Contract(Address::ZERO), PoolId::Key(B256::ZERO)] {
        for protocol in [Protocol::V2, Protocol::V3, Protocol::V4] {
            let pool = pool(id, protocol);
            assert_eq!(pool_state(&pool, &[]), None);
            assert_eq!(pool_state(&pool, &[Bytes::new(), Bytes::new()]), None);
            assert_eq!(tick(&pool, &[1; 31]), None);
        }
    }
    assert_eq!((owner(&[]), balance(&[0; 7])), (None, None));
}

#[test]
fn positions_are_read_in_each_managers_layout() {
    let (owner, number) = (Address::repeat_byte(9), U256::from);
    let wanted = Some(PositionState { owner, range: (-60, 120), liquidity: 7 });
    let holder = words(&[U256::from_be_bytes(owner.into_word().0)]);
    let minus_60 = U256::MAX - number(59);
    let v3 = [0; 5].map(number).into_iter().chain([minus_60, number(120), number(7)]);
    let v3 = words(&v3.collect::<Vec<_>>());
    assert_eq!(position_state(Protocol::V3, &[holder.clone(), v3.clone()]), wanted);
    // a subscriber, -60, 120, and the pool
    let info = U256::ONE | (number(0xff_ffc4) << 8) | (number(120) << 32) | (U256::MAX << 56);
    let v4 = words(&[0, 0, 0, 0, 0].map(number).into_iter().chain([info]).collect::<Vec<_>>());
    let answers = [holder.clone(), v4, words(&[number(7)])];
    assert_eq!(position_state(Protocol::V4, &answers), wanted);

    // burnt: the owner's answer is none
    assert_eq!(position_state(Protocol::V3, &[Bytes::new(), v3]), None);
    assert_eq!(position_state(Protocol::V4, &[words(&[U256::ZERO]), Bytes::new()]), None);
    for (protocol, calls) in [(Protocol::V2, 0), (Protocol::V3, 2), (Protocol::V4, 3)] {
        assert_eq!(position_calls(protocol, owner, U256::ONE).len(), calls);
        assert_eq!(position_state(protocol, std::slice::from_ref(&holder)), None);
    }
}
