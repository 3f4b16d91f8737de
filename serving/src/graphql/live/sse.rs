//! Server-sent events: one request, and an event for each answer (`graphql-sse`, distinct connections).

use std::{convert::Infallible, time::Duration};

use api_kit::{
    extract::{Json, Query},
    problem::Problem,
};
use async_graphql::{Executor as _, Request};
use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _, future};
use serde::Deserialize;
use serde_json::Value;

use super::Live;
use crate::graphql::{App, answer::request};

/// Between two signs of life where there is nothing to say.
const ALIVE: Duration = Duration::from_secs(15);

/// A request in the query of a URL.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::graphql) struct Params {
    query: String,
    operation_name: Option<String>,
    /// JSON.
    variables: Option<String>,
}

/// `GET /graphql/stream`, which is all that a browser's `EventSource` can.
pub(in crate::graphql) async fn events(
    app: State<App>,
    Query(params): Query<Params>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let Params { query, operation_name, variables } = params;
    let variables: Value = match variables {
        Some(text) => serde_json::from_str(&text).map_err(|error| {
            Problem::bad_request("QUERY_INVALID", format!("`variables` is no JSON: {error}"))
        })?,
        None => Value::Null,
    };
    let mut body = serde_json::json!({ "query": query, "variables": variables });
    if let (Some(name), Some(body)) = (operation_name, body.as_object_mut()) {
        body.insert("operationName".to_owned(), name.into());
    }
    stream(&app, request(body)?)
}

/// `POST /graphql/stream`.
pub(in crate::graphql) async fn posted(
    app: State<App>,
    Json(body): Json<Value>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    stream(&app, request(body)?)
}

fn stream(
    app: &App,
    request: Request,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    let permit = app.connection()?;
    let shutdown = app.deps.shutdown.clone();
    let answers = Live::new(app.clone()).execute_stream(request, None).map(move |answer| {
        // the connection counts as long as this is there
        let _held = &permit;
        let text = serde_json::to_string(&answer).unwrap_or_else(|_| "{}".to_owned());
        Event::default().event("next").data(text)
    });
    let end = futures::stream::once(future::ready(Event::default().event("complete").data("")));
    let events = answers.take_until(shutdown.cancelled_owned()).chain(end).map(Ok);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)))
}
