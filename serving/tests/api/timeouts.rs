//! Who waits too long for the database is told so, and the database does not go on for nobody.

use std::time::{Duration, Instant};

use serde_json::json;
use store::testing::{hold_reads, work_on};
use tokio::time::sleep;

use crate::service::Service;

/// How long the server may take to see that its client is gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until the server works at something of a collection, or at nothing.
async fn until(service: &Service, collection: &str, works: bool) -> bool {
    let begun = Instant::now();
    loop {
        let work = work_on(service.store(), collection).await.unwrap();
        if work.is_empty() != works {
            return true;
        }
        if begun.elapsed() > PATIENCE {
            return false;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_out_of_time_ends_at_the_server_too() {
    let service = Service::impatient().await;
    // straight from a field, through a loader, and by REST
    let questions = [
        ("pools", "{ pools { nodes { id } } }"),
        ("pool_intervals", "{ pools { nodes { id days { start } } } }"),
        ("pools", "/v1/pools"),
    ];
    for (collection, question) in questions {
        let ask = async {
            if question.starts_with('/') {
                service.get(question).await.1
            } else {
                service.query(question).await
            }
        };
        let well = ask.await;
        assert!(well["errors"].is_null() && well["code"].is_null(), "{well}");
        hold_reads(service.store(), collection, true).await.unwrap();
        // another question than the one whose answer may be kept
        let again = question.replace("id", "chainId").replace("/pools", "/pools?first=7");
        let ask = async {
            let begun = Instant::now();
            let answer = if again.starts_with('/') {
                service.get(&again).await.1
            } else {
                service.query(&again).await
            };
            (begun.elapsed(), answer)
        };
        let ((took, answer), begins) = tokio::join!(ask, until(&service, collection, true));
        assert!(begins, "{again} reads nothing: {answer}");
        let code = [&answer["code"], &answer["errors"][0]["extensions"]["code"]];
        assert!(code.contains(&&json!("TIMEOUT")), "{again} after {took:?}: {answer}");
        // nothing was let go on: what ends is ended because nobody waits for it
        assert!(until(&service, collection, false).await, "{again}: it goes on");
        hold_reads(service.store(), collection, false).await.unwrap();
    }
    let well = service.query("{ pools { nodes { id tick } } }").await;
    assert!(well["errors"].is_null(), "{well}");
    service.stop().await;
}
