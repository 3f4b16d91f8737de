//! Answering requests. An answer that is of the chain's newest block and of nothing else is kept until the next one.

use api_kit::{extract::Json, problem::Problem};
use async_graphql::{Request, Response};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response as HttpResponse},
};
use serde_json::Value;

use super::{App, guard};
use crate::by_block::{Answer, give, of_body};

/// What `cache_control(no_cache)` of a field makes of an answer: it speaks of more than the block.
const VOLATILE: i32 = -1;
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// One request, one scope: all its fields read at the same block. A list of requests is refused: it would get round the
/// limits of one.
pub(super) async fn post(
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<HttpResponse, Problem> {
    let question = format!("graphql {body}");
    // with several chains it does not say of which it is
    let standing = app.by_block.standing(None);
    let known = standing.and_then(|standing| app.by_block.get(&standing, &question));
    if let (Some(answer), Some(standing)) = (known, &standing) {
        let age = app.by_block.age(standing);
        return Ok(give(&headers, answer.etag.clone(), &age, || answer.response()));
    }
    let mut request = request(body)?;
    let response = match guard::check(&mut request) {
        Ok(()) => app.run(request).await,
        Err(refusal) => Response::from_errors(vec![refusal]),
    };
    let response = finished(response);
    let is_lasting = response.is_ok() && response.cache_control.max_age != VOLATILE;
    let body: Bytes = serde_json::to_vec(&response).map_err(|_| Problem::internal())?.into();
    if let Some(standing) = standing.filter(|_| is_lasting) {
        let answer = Answer { etag: of_body(&body), kind: Some(JSON), body };
        app.by_block.put(&standing, &question, answer.clone());
        let age = app.by_block.age(&standing);
        return Ok(give(&headers, answer.etag.clone(), &age, || answer.response()));
    }
    Ok(([(header::CONTENT_TYPE, JSON)], body).into_response())
}

/// One request of a body.
pub(super) fn request(body: Value) -> Result<Request, Problem> {
    if !body.get("query").is_some_and(Value::is_string) {
        let detail = "give one request: {\"query\": \"…\", \"variables\": {…}}; lists of requests are not taken";
        return Err(Problem::bad_request("BODY_INVALID", detail));
    }
    serde_json::from_value(body)
        .map_err(|error| Problem::bad_request("BODY_INVALID", error.to_string()))
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
