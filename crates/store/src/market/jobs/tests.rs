//! One runner across replicas, and what is remembered of runs.

use std::time::Duration;

use bson::doc;
use domain::market::Millis;
use tokio::time::sleep;

use super::{COLLECTION, DETAIL, Outcome, RUNS, Run};
use crate::{
    market::tests::{MINUTE, MONDAY},
    test_mongo::TestMongo,
};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(400);
const JOB: &str = "prices/binance";

fn run(n: u64, outcome: Outcome) -> Run {
    let start: Millis = MONDAY + n * MINUTE;
    Run { start, end: start + 1_234, outcome, detail: format!("{n} prices") }
}

const fn outcome(n: u64) -> Outcome {
    match n % 3 {
        0 => Outcome::Done,
        1 => Outcome::Partly,
        _ => Outcome::Failed,
    }
}

#[tokio::test]
async fn one_replica_runs_a_job() {
    let mongo = TestMongo::start().await;
    let (one, other) = (mongo.market(), mongo.market());
    let lease = one.acquire_job(JOB, LONG).await.unwrap().unwrap();
    assert_eq!(lease.token(), 1);
    assert!(other.acquire_job(JOB, LONG).await.unwrap().is_none());
    assert!(one.acquire_job(JOB, LONG).await.unwrap().is_none(), "not beside itself, either");
    let elsewhere = other.acquire_job("prices/pyth", LONG).await.unwrap().unwrap();
    let job = one.reader().job(JOB).await.unwrap().unwrap();
    assert_eq!(job.holder.as_deref(), Some(lease.holder()));
    assert!(job.expires.is_some() && lease.renew().await.unwrap());
    lease.release().await.unwrap();
    assert_eq!(one.reader().job(JOB).await.unwrap().unwrap().expires, None);
    let second = other.acquire_job(JOB, LONG).await.unwrap().unwrap();
    assert_eq!(second.token(), 2);
    assert!(elsewhere.renew().await.unwrap());
    mongo.stop().await;
}

#[tokio::test]
async fn a_lease_runs_out_and_is_not_taken_back() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let first = market.acquire_job(JOB, SHORT).await.unwrap().unwrap();
    // renewed, it lives on
    for _ in 0..4 {
        sleep(SHORT / 2).await;
        assert!(first.renew().await.unwrap());
        assert!(market.acquire_job(JOB, SHORT).await.unwrap().is_none());
    }
    sleep(SHORT * 2).await;
    let second = market.acquire_job(JOB, LONG).await.unwrap().unwrap();
    assert_eq!(second.token(), 2);
    assert!(!first.renew().await.unwrap());
    // giving back what one has no more takes nothing from the other
    first.release().await.unwrap();
    assert!(second.renew().await.unwrap());
    assert!(market.acquire_job(JOB, LONG).await.unwrap().is_none());
    mongo.stop().await;
}

#[tokio::test]
async fn of_many_who_try_at_once_one_gets_it() {
    let mongo = TestMongo::start().await;
    for round in 1..=5 {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let market = mongo.market();
                tokio::spawn(async move { market.acquire_job(JOB, LONG).await })
            })
            .collect();
        let mut held = Vec::new();
        for task in tries {
            held.extend(task.await.unwrap().unwrap());
        }
        assert_eq!(held.len(), 1);
        let lease = held.remove(0);
        assert_eq!(lease.token(), round);
        lease.release().await.unwrap();
    }
    mongo.stop().await;
}

#[tokio::test]
async fn nobody_waits_for_a_process_that_ended_here() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let held = market.acquire_job(JOB, LONG).await.unwrap().unwrap();
    let own = crate::lease::process::Process::this().identity;
    let place = own.rsplitn(3, ' ').nth(2).unwrap().to_owned();
    // our own process id with another start time: it was used before and has ended
    let ended = format!("{place} {} 1", std::process::id());
    let spoil = doc! { "$set": { "process": ended } };
    mongo.documents(COLLECTION).update_one(doc! {}, spoil).await.unwrap();
    let taken = market.acquire_job(JOB, LONG).await.unwrap().unwrap();
    assert_eq!(taken.token(), 2);
    assert!(!held.renew().await.unwrap());
    mongo.stop().await;
}

#[tokio::test]
async fn the_last_runs_are_remembered() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    assert_eq!(reader.job(JOB).await.unwrap(), None);
    assert_eq!(reader.jobs().await.unwrap(), []);
    market.set_next_run(JOB, Some(MONDAY)).await.unwrap();
    let planned = reader.job(JOB).await.unwrap().unwrap();
    assert_eq!((planned.next, planned.holder, planned.runs.len()), (Some(MONDAY), None, 0));
    let lease = market.acquire_job(JOB, LONG).await.unwrap().unwrap();
    let kept = u64::try_from(RUNS).unwrap();
    for n in 0..kept + 10 {
        market.record_run(JOB, &run(n, outcome(n)), Some(MONDAY + n)).await.unwrap();
    }
    let wordy = Run { detail: "é".repeat(9_999), ..run(999, Outcome::Failed) };
    market.record_run(JOB, &wordy, None).await.unwrap();
    lease.release().await.unwrap();
    let found = reader.jobs().await.unwrap().remove(0);
    assert_eq!(
        (found.name.as_str(), found.next, found.runs.len()),
        (JOB, None, usize::try_from(RUNS).unwrap())
    );
    assert_eq!(found.runs[0].detail.chars().count(), DETAIL);
    assert_eq!(found.runs[1], run(kept + 9, outcome(kept + 9)));
    assert_eq!(found.runs[2], run(kept + 8, outcome(kept + 8)));
    mongo.stop().await;
}
