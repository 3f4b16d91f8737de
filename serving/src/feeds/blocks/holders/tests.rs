//! In order, once for a block.

use std::sync::atomic::{AtomicUsize, Ordering};

use alloy_primitives::B256;
use domain::block::BlockRef;
use futures::future::join_all;

use super::*;

const CHAIN: ChainId = 1;

fn at(block: u8, turn: u64) -> At {
    let hash = B256::repeat_byte(block);
    let (number, parent_hash) = (block.into(), B256::ZERO);
    let block = BlockRef { number, hash, parent_hash, timestamp: number };
    At { chain: CHAIN, block, generation: 1, turn }
}

fn pool(n: u8) -> PoolId {
    PoolId::Contract(Address::repeat_byte(n))
}

#[test]
fn the_largest_come_first() {
    let address = Address::repeat_byte;
    let amounts = [(1, 2), (2, 0), (3, 9), (5, 1), (4, 1)];
    let held = by_size(amounts.map(|(n, amount)| (address(n), U256::from(amount))).into());
    let order: Vec<Address> = held.iter().map(|(account, _)| *account).collect();
    assert_eq!(order, [3, 1, 4, 5].map(address));
}

#[test]
fn of_another_block_nothing_is_kept() {
    let mut of_chain = OfChain::default();
    for n in 0..40 {
        of_chain.add(at(1, 1), pool(n), Some(Held::default()));
    }
    let newest = of_chain.newest.as_ref().unwrap();
    assert_eq!((newest.held.len(), newest.held.contains_key(&pool(39))), (KEPT, true));
    of_chain.add(at(2, 2), pool(1), None);
    assert_eq!(of_chain.get(&at(2, 2), pool(1)), Some(None), "too many are remembered");
    assert_eq!(of_chain.get(&at(2, 2), pool(39)), None);
    // what began before is late
    of_chain.add(at(1, 1), pool(2), Some(Held::default()));
    assert_eq!(of_chain.get(&at(1, 1), pool(2)), None);
    assert_eq!(of_chain.get(&at(2, 3), pool(1)), Some(None));
    let other = At { generation: 2, ..at(2, 3) };
    assert_eq!(of_chain.get(&other, pool(1)), None);
}

#[tokio::test]
async fn one_reads_for_all_who_ask() {
    let (holders, reads) = (Holders::default(), AtomicUsize::new(0));
    let (holders, reads) = (&holders, &reads);
    let of = |at: At, held: Option<Held>| {
        let read = move || async move {
            reads.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(held)
        };
        holders.once(at, pool(1), read)
    };
    // too many to be put in order, for each of them
    let found = join_all((0..20).map(|_| of(at(1, 1), None))).await;
    assert!(found.into_iter().all(|held| held.unwrap().is_none()));
    assert_eq!(reads.load(Ordering::Relaxed), 1);
    let found = join_all((0..20).map(|_| of(at(2, 2), Some(Held::default())))).await;
    assert!(found.into_iter().all(|held| held.unwrap().is_some()));
    assert_eq!(reads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn what_could_not_be_read_is_read_again() {
    let holders = Holders::default();
    let failed = holders.once(at(1, 1), pool(1), || async { Err(Problem::internal()) }).await;
    assert!(failed.is_err());
    let found = holders.once(at(1, 1), pool(1), || async { Ok(Some(Held::default())) }).await;
    assert!(found.unwrap().is_some());
}
