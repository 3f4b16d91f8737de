//! Documents that operators list, and a schema that is not told.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_listed_documents_is_answered() -> Result<()> {
    let hash = sha256(QUERY);
    let news = "subscription { chain { chain { chainId } } }";
    let manifest = json!({
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{ "id": hash, "name": "Pools", "type": "query", "body": QUERY }],
    });
    let relay = json!({ "7d5c0f": news });
    let (mut first, mut folder) = (None, None);
    let bed = Bed::start("listed", |config| {
        // an absolute path is taken as it is
        let lists = tempfile::tempdir().ok();
        let path = lists.as_ref().map(|lists| lists.path().to_owned()).unwrap_or_default();
        first = std::fs::write(path.join("apollo.json"), manifest.to_string()).err();
        first = first.take().or(std::fs::write(path.join("relay.json"), relay.to_string()).err());
        config.serving.graphql.documents = path.to_string_lossy().into_owned();
        config.serving.graphql.only_documents = true;
        folder = lists;
    })
    .await?;
    ensure!(first.is_none(), "{first:?}");
    for body in [
        json!({ "extensions": named(&hash), "variables": { "first": 1 } }),
        json!({ "documentId": hash, "variables": { "first": 1 } }),
        json!({ "query": QUERY, "variables": { "first": 1 } }),
        json!({ "query": QUERY, "extensions": named(&hash), "variables": { "first": 1 } }),
    ] {
        let (_, answer) = bed.post(&body).await?;
        let rows = answer["data"]["pools"]["nodes"].as_array();
        ensure!(rows.is_some_and(|rows| rows.len() == 1), "{body}: {answer}");
    }
    let other = "{ block { number } }";
    for (body, wanted) in [
        (json!({ "query": other }), "QUERY_NOT_IN_SAFELIST"),
        (json!({ "query": other, "extensions": named(&sha256(other)) }), "QUERY_NOT_IN_SAFELIST"),
        (json!({ "query": "{ __schema { types { name } } }" }), "QUERY_NOT_IN_SAFELIST"),
        (json!({ "query": "{ __typename }" }), "QUERY_NOT_IN_SAFELIST"),
        (json!({ "extensions": named(&sha256(other)) }), "PERSISTED_QUERY_NOT_IN_LIST"),
        (json!({ "documentId": "7d5c0e" }), "PERSISTED_QUERY_NOT_IN_LIST"),
    ] {
        let (status, answer) = bed.post(&body).await?;
        ensure!(status == 200 && code(&answer) == wanted, "{body}: {answer}");
    }
    let page = get(&format!("{}/graphql", bed.services.serving)).await?;
    ensure!(page["code"] == "GRAPHIQL_OFF", "{page}");
    // the same holds on a socket
    let mut subscriber = Subscriber::connect(&bed.services.serving).await?;
    subscriber.ask("1", json!({ "extensions": named("7d5c0f") })).await?;
    let answer = subscriber.answer_to("1").await?;
    ensure!(answer["data"]["chain"]["chain"]["chainId"].is_number(), "{answer}");
    for (id, name) in [("3", "documentId"), ("4", "doc_id")] {
        subscriber.ask(id, json!({ name: "7d5c0f" })).await?;
        let answer = subscriber.answer_to(id).await?;
        ensure!(answer["data"]["chain"]["chain"]["chainId"].is_number(), "{answer}");
    }
    subscriber.ask("2", json!({ "query": "subscription { chain { __typename } }" })).await?;
    let answer = subscriber.answer_to("2").await?;
    ensure!(code(&answer) == "QUERY_NOT_IN_SAFELIST", "{answer}");
    // a new list is read at a start, and a wrong one is told
    let mut config = bed.world.config("wrong")?;
    config.serving.graphql.documents = "no-such-list.json".into();
    let path = tests::process::write_config(&config, bed.world.folder.path())?;
    let checked = tests::process::run(&path, &["config", "check"])?;
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    ensure!(!checked.status.success() && said.contains("no-such-list.json"), "{said}");
    bed.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_that_is_not_told() -> Result<()> {
    let bed = Bed::start("closed", |config| config.serving.graphql.introspection = false).await?;
    for query in [
        "{ __schema { types { name } } }",
        "{ ... on Query { t: __type(name: \"Pool\") { name } } }",
        "fragment F on Query { __schema { types { name } } } { ...F }",
    ] {
        let bodies = [
            json!({ "query": query }),
            json!({ "query": query, "extensions": named(&sha256(query)) }),
        ];
        for body in bodies {
            let (_, answer) = bed.post(&body).await?;
            ensure!(code(&answer) == "INTROSPECTION_DISABLED", "{answer}");
        }
    }
    let (_, answer) = bed.post(&json!({ "query": "{ __typename block { __typename } }" })).await?;
    ensure!(answer["data"]["__typename"] == "Query", "{answer}");
    // nor is it told word by word
    for nearly in [
        "{ pol { id } }",
        "{ pools(frist: 1) { nodes { id } } }",
        "{ pools(orderBy: TVLX) { nodes { id } } }",
    ] {
        let (_, answer) = bed.post(&json!({ "query": nearly })).await?;
        ensure!(code(&answer) == "QUERY_INVALID", "{answer}");
        ensure!(!answer.to_string().contains("Did you mean"), "{answer}");
    }
    let page = get(&format!("{}/graphql", bed.services.serving)).await?;
    ensure!(page["code"] == "GRAPHIQL_OFF", "{page}");
    bed.stop().await
}
