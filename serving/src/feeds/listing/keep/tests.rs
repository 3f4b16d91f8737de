//! Made once, for all who ask.

use std::{
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use alloy_primitives::B256;
use futures::future::join_all;

use super::*;

/// Something with a name that stands until it is told not to.
#[derive(Debug)]
struct Thing(&'static str, AtomicBool);

impl Stands for Thing {
    fn stands(&self) -> bool {
        self.1.load(Ordering::Relaxed)
    }
}

fn at(block: u8, turn: u64) -> At {
    let (number, hash) = (block.into(), B256::repeat_byte(block));
    let block = BlockRef { number, hash, parent_hash: B256::ZERO, timestamp: number };
    At { chain: 1, block, generation: 1, turn }
}

async fn made(name: &'static str) -> Result<Thing, Problem> {
    tokio::task::yield_now().await;
    Ok(Thing(name, AtomicBool::new(true)))
}

#[tokio::test]
async fn one_task_makes_it_for_all_who_ask() {
    let (all, count) = (Newest::<Thing>::default(), Arc::new(AtomicUsize::new(0)));
    let ask = || {
        let count = Arc::clone(&count);
        all.at(at(1, 1), async move {
            count.fetch_add(1, Ordering::Relaxed);
            made("a").await
        })
    };
    let found = join_all((0..20).map(|_| ask())).await;
    assert!(found.iter().all(|found| found.as_ref().is_ok_and(|found| found.of.0 == "a")));
    assert_eq!(count.load(Ordering::Relaxed), 1);
    // until it does not stand any more
    ask().await.unwrap().of.1.store(false, Ordering::Relaxed);
    assert!(all.standing(1, &at(1, 1).block).is_none());
    ask().await.unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 2);
    assert!(all.standing(1, &at(1, 1).block).is_some());
    assert!(all.standing(1, &at(2, 1).block).is_none());
}

#[tokio::test]
async fn a_late_one_does_not_take_the_place_of_the_next_block() {
    let all = Newest::<Thing>::default();
    all.at(at(2, 5), made("newer")).await.unwrap();
    assert_eq!(all.at(at(1, 4), made("late")).await.unwrap().of.0, "late");
    assert_eq!(all.standing(1, &at(2, 9).block).unwrap().of.0, "newer");
    // what is newer is not forgotten for what is older, nor for itself
    all.forget_older(&at(1, 4));
    all.forget_older(&at(2, 6));
    assert!(all.standing(1, &at(2, 9).block).is_some());
    all.forget_older(&at(3, 6));
    assert!(all.standing(1, &at(2, 9).block).is_none());
}

#[tokio::test]
async fn after_a_failure_it_is_made_again() {
    let all = Newest::<Thing>::default();
    assert!(all.at(at(1, 1), async { Err(Problem::internal()) }).await.is_err());
    assert_eq!(all.at(at(1, 1), made("a")).await.unwrap().of.0, "a");
}

#[test]
fn a_runtime_that_ends_blocks_nobody() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    drop(runtime);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let _within = handle.enter();
        let all = Newest::<Thing>::default();
        assert!(all.found(at(1, 1), made("a")).is_err(), "nothing is known yet");
        sender.send(all.chains()[&1].making.len()).unwrap();
    });
    assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(0));
}
