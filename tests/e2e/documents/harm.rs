//! Whoever means harm gets a code.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malice_is_answered_with_a_code() -> Result<()> {
    let bed = Bed::start("harm", |config| config.serving.graphql.apq_mb = 1).await?;
    let hash = sha256(QUERY);
    for (extensions, wanted) in [
        (json!({ "persistedQuery": 1 }), "PERSISTED_QUERY_INVALID"),
        (json!({ "persistedQuery": [named(&hash)] }), "PERSISTED_QUERY_INVALID"),
        (json!({ "persistedQuery": { "version": 1 } }), "PERSISTED_QUERY_INVALID"),
        (
            json!({ "persistedQuery": { "version": 2, "sha256Hash": hash } }),
            "PERSISTED_QUERY_INVALID",
        ),
        (
            json!({ "persistedQuery": { "version": 1e99, "sha256Hash": hash } }),
            "PERSISTED_QUERY_INVALID",
        ),
        (
            json!({ "persistedQuery": { "version": 1, "sha256Hash": {} } }),
            "PERSISTED_QUERY_INVALID",
        ),
        (
            json!({ "persistedQuery": { "version": 1, "sha256Hash": "x".repeat(500_000) } }),
            "PERSISTED_QUERY_INVALID",
        ),
        (named(&sha256("another")), "PERSISTED_QUERY_HASH_MISMATCH"),
        (named("../../etc/passwd\0"), "PERSISTED_QUERY_HASH_MISMATCH"),
        (json!([]), "BODY_INVALID"),
        (json!("persistedQuery"), "BODY_INVALID"),
        (json!(7), "BODY_INVALID"),
    ] {
        let body = json!({ "query": QUERY, "extensions": extensions });
        let (status, answer) = bed.post(&body).await?;
        ensure!(status < 500 && code(&answer) == wanted, "{extensions}: {status} {answer}");
    }
    for (body, wanted) in [
        (json!({ "query": QUERY, "documentId": 1 }), "PERSISTED_QUERY_INVALID"),
        (json!({ "documentId": "a" }), "PERSISTED_QUERY_NOT_IN_LIST"),
        (json!({ "documentId": "a", "extensions": named(&hash) }), "PERSISTED_QUERY_INVALID"),
        (json!({ "extensions": { "persistedQuery": null } }), "BODY_INVALID"),
        (json!({ "query": null }), "BODY_INVALID"),
        (json!({ "query": "" }), "QUERY_INVALID"),
        (json!([{ "extensions": named(&hash) }]), "BODY_INVALID"),
    ] {
        let (status, answer) = bed.post(&body).await?;
        ensure!(status < 500 && code(&answer) == wanted, "{body}: {status} {answer}");
    }
    for parameters in [
        [("extensions", "{")],
        [("extensions", "\u{0}")],
        [("variables", "1")],
        [("nonsense", "1")],
    ] {
        let status = bed.ask(&parameters).await?.status().as_u16();
        ensure!(status == 400 || (status == 200 && parameters[0].0 == "variables"), "{status}");
    }

    // the limits of a document hold for one that is named
    let huge = format!("{{ __typename }} #{}", "x".repeat(40_000));
    let aliases: String = (0..60).map(|at| format!("a{at}: block {{ number }} ")).collect();
    let deep = format!("{}__typename{}", "{ pools { nodes ".repeat(30), "} }".repeat(30));
    for document in [huge, format!("{{ {aliases} }}"), deep] {
        let body = json!({ "query": document, "extensions": named(&sha256(&document)) });
        let (status, answer) = bed.post(&body).await?;
        ensure!(
            status == 200 && answer["errors"].is_array() && answer["data"].is_null(),
            "{answer}"
        );
        let (status, again) = bed.post(&json!({ "extensions": named(&sha256(&document)) })).await?;
        ensure!(
            status == 200 && again["errors"].is_array() && again["data"].is_null(),
            "{status} {again}"
        );
    }

    // a flood of hashes and of documents leaves those that are used
    bed.post(&json!({ "query": QUERY, "extensions": named(&hash) })).await?;
    let began = Instant::now();
    for number in 0..3_000_u32 {
        let document = format!("{{ a{number}: __typename }} #{}", "x".repeat(4_000));
        let body = match number % 2 {
            0 => json!({ "extensions": named(&sha256(&document)) }),
            _ => json!({ "query": document, "extensions": named(&sha256(&document)) }),
        };
        let (status, answer) = bed.post(&body).await?;
        ensure!(status == 200, "{status} {answer}");
        if number % 100 == 0 {
            let (_, answer) = bed.post(&json!({ "extensions": named(&hash) })).await?;
            ensure!(answer["data"]["pools"].is_object(), "{number}: {answer}");
        }
    }
    ensure!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
    let first = format!("{{ a1: __typename }} #{}", "x".repeat(4_000));
    let (_, answer) = bed.post(&json!({ "extensions": named(&sha256(&first)) })).await?;
    ensure!(code(&answer) == "PERSISTED_QUERY_NOT_FOUND", "{answer}");
    bed.stop().await
}
