//! Answering requests. An answer that is of the chain's newest block and of nothing else is kept until the next one.

use api_kit::{
    access::{Grant, KeyScope},
    extract::{Json, Query},
    problem::Problem,
};
use async_graphql::Response;
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response as HttpResponse},
};
use domain::{block::BlockRef, ids::ChainId};
use serde_json::Value;

use super::{
    App,
    asked::{Params, request},
    graphiql, guard, written,
};
use crate::by_block::{Answer, Made, Of, of_body};

/// What `cache_control(no_cache)` of a field makes of an answer: it speaks of more than the block.
const VOLATILE: i32 = -1;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A query of GraphQL.
///
/// One request, one scope: all its fields read at the same block. A list of requests is refused: it would get round the
/// limits of one. Subscriptions: `/graphql/ws` and `/graphql/stream`.
#[utoipa::path(
    post,
    path = "/graphql",
    operation_id = "graphql",
    tag = "graphql",
    request_body(
        content = super::described::Asked,
        description = "One request; lists of requests are not taken.",
    ),
    responses(
        (
            status = 200,
            description = "The answer; errors of single fields are in it. With `ETag` where it stands until the next block.",
            body = super::described::Answer,
        ),
    ),
)]
pub(super) async fn post(
    State(app): State<App>,
    grant: Grant,
    Json(body): Json<Value>,
) -> Result<HttpResponse, Problem> {
    grant.require(KeyScope::Read)?;
    // only what is got can be said to be had
    answer(&app, &HeaderMap::new(), body).await
}

/// A query of GraphQL in a URL.
///
/// Caches on the way can keep it; without a document, or to a browser, it is the page to try it.
#[utoipa::path(
    get,
    path = "/graphql",
    operation_id = "graphqlByUrl",
    tag = "graphql",
    params(Params),
    responses(
        (status = 200, description = "The answer, or the page to try queries with.", content(
            (super::described::Answer = "application/json"),
            (String = "text/html"),
        )),
        (status = 304, description = "The client has the answer: nothing changed since."),
        (status = 404, description = "There is no page to try queries (`GRAPHIQL_OFF`).", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub(super) async fn get(
    State(app): State<App>,
    grant: Grant,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> HttpResponse {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let is_browser = accepted.into_iter().any(|value| value.contains("text/html"));
    let made = by_url(&app, &grant, &headers, params, is_browser).await;
    let mut response = made.unwrap_or_else(|problem| problem.into_response());
    // the page, the answer or the refusal: it depends on who asks
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

async fn by_url(
    app: &App,
    grant: &Grant,
    headers: &HeaderMap,
    params: Params,
    is_browser: bool,
) -> Result<HttpResponse, Problem> {
    match params.body()? {
        Some(body) if !is_browser => {
            grant.require(KeyScope::Read)?;
            let mut response = answer(app, headers, body).await?;
            let headers = response.headers_mut();
            headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
            Ok(response)
        }
        _ if app.persisted.is_open() => Ok(graphiql().into_response()),
        _ => Err(Problem::not_found(
            "GRAPHIQL_OFF",
            "there is no page to try queries: this service does not tell its schema",
        )),
    }
}

async fn answer(app: &App, headers: &HeaderMap, body: Value) -> Result<HttpResponse, Problem> {
    // with several chains it does not say of which it is
    let Some(standing) = app.by_block.standing(None) else {
        return Ok(asked(app, body).await?.0);
    };
    let question = format!("graphql {body}");
    let mut is_asked = false;
    let named = body.get("extensions").is_some().then(|| body.clone());
    let ask = async {
        is_asked = true;
        let (response, answer, read) = match asked(app, body).await {
            Ok(made) => made,
            Err(problem) => return Made::alone(problem.into_response()),
        };
        let Some(answer) = answer else { return Made::alone(response) };
        let read = read.iter().find(|(chain, _)| *chain == standing.chain);
        // what reads nothing is of any block
        let of = Of::Newest(read.map_or(standing.block, |(_, block)| *block));
        Made::lasting(response, answer, of)
    };
    let response = app.by_block.answered(headers, &standing, &question, ask).await;
    if let (false, Some(body)) = (is_asked, named) {
        app.persisted.used(&body);
    }
    Ok(response)
}

/// The answer; as it can be given again where it speaks of nothing but blocks; and the blocks that were read.
type Asked = (HttpResponse, Option<Answer>, Vec<(ChainId, BlockRef)>);

async fn asked(app: &App, body: Value) -> Result<Asked, Problem> {
    let mut request = request(body)?;
    let (response, read) = match app.persisted.admit(&mut request) {
        Ok(()) => app.read(request).await,
        Err(refusal) => (Response::from_errors(vec![refusal]), Vec::new()),
    };
    let response = finished(response);
    let is_lasting = response.is_ok() && response.cache_control.max_age != VOLATILE;
    let body: Bytes = written::text(&response).map_err(|_| Problem::internal())?.into();
    let answer =
        is_lasting.then(|| Answer { etag: of_body(&body), kind: Some(JSON), body: body.clone() });
    Ok((([(header::CONTENT_TYPE, JSON)], body).into_response(), answer, read))
}

/// An answer whose errors are bounded and have codes.
pub(super) fn finished(mut response: Response) -> Response {
    guard::bound(&mut response);
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            // whatever has no code of ours was refused before it reached a resolver
            extensions.set("code", "QUERY_INVALID");
        }
    }
    response
}
