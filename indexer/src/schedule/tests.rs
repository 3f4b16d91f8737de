//! Jobs by a real clock.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::time::{sleep, timeout};

use super::*;

#[test]
fn what_is_no_schedule_is_said_with_an_example() {
    for good in ["", "0 */5 * * * *", "* * * * * *", "30 0 4 * * Mon"] {
        assert!(check(good).is_ok(), "{good}");
    }
    for bad in ["*/5 * * * *", "every day", "61 * * * * *", " "] {
        let error = check(bad).unwrap_err().to_string();
        assert!(error.contains(bad) && error.contains("\"0 */5 * * * *\""), "{error}");
    }
}

#[tokio::test]
async fn a_job_runs_never_overlaps_and_ends_with_the_process() {
    let (begun, done, shutdown) =
        (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)), Shutdown::new());
    let mut schedule = Schedule::default();
    let (begins, ends) = (Arc::clone(&begun), Arc::clone(&done));
    schedule
        .add("slow", "* * * * * *", move || {
            let (begins, ends) = (Arc::clone(&begins), Arc::clone(&ends));
            async move {
                begins.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_secs(60)).await;
                ends.fetch_add(1, Ordering::Relaxed);
            }
        })
        .unwrap();
    let quick = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&quick);
    schedule
        .add("quick", "* * * * * *", move || {
            counted.fetch_add(1, Ordering::Relaxed);
            async {}
        })
        .unwrap();
    schedule.add("off", "", || async { panic!("it is switched off") }).unwrap();
    assert!(schedule.add("wrong", "now", || async {}).is_err());
    let run = tokio::spawn(schedule.run(shutdown.clone()));
    timeout(Duration::from_secs(20), async {
        while quick.load(Ordering::Relaxed) < 3 {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the quick job runs each second");
    assert_eq!(begun.load(Ordering::Relaxed), 1, "one run at a time");
    shutdown.cancel();
    timeout(Duration::from_secs(5), run).await.expect("it ends at once").unwrap().unwrap();
    assert_eq!(done.load(Ordering::Relaxed), 0);
}
