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
use serde_json::Value;

use super::Live;
use crate::graphql::{
    App,
    asked::{Params, request},
};

/// Between two signs of life where there is nothing to say.
const ALIVE: Duration = Duration::from_secs(15);

/// A request of GraphQL whose answers come as server-sent events.
///
/// All that a browser's `EventSource` can. An event `next` for each answer, and `complete` at the end (`graphql-sse`).
#[utoipa::path(
    get,
    path = "/graphql/stream",
    operation_id = "graphqlEvents",
    tag = "graphql",
    params(Params),
    responses(
        (
            status = 200,
            description = "Events: `next` with an answer as JSON in its data, `complete` at the end.",
            body = String,
            content_type = "text/event-stream",
        ),
    ),
)]
pub(in crate::graphql) async fn events(
    app: State<App>,
    Query(params): Query<Params>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let body = params.body()?.ok_or_else(|| {
        Problem::bad_request("QUERY_INVALID", "give `query`, or what names a document")
    })?;
    stream(&app, request(body)?)
}

/// The same, as a body.
#[utoipa::path(
    post,
    path = "/graphql/stream",
    operation_id = "graphqlEventsOfBody",
    tag = "graphql",
    request_body(content = crate::graphql::described::Asked, description = "One request."),
    responses(
        (
            status = 200,
            description = "Events: `next` with an answer as JSON in its data, `complete` at the end.",
            body = String,
            content_type = "text/event-stream",
        ),
    ),
)]
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
