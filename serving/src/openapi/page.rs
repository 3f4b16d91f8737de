//! `GET /openapi.json`, and `/docs`: a page to try the API with. All files of the page are in the executable.

use api_kit::problem::Problem;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    middleware,
    response::{IntoResponse as _, Response},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::problems::{self, SHELL, Told};
use crate::by_block::{give, of_body};

/// Scripts, fonts and requests go to this service alone; the page writes styles into itself.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
);
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Another version of the service has another document.
const AGE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The document, made once.
#[derive(Debug, Clone)]
struct Document {
    text: Bytes,
    etag: HeaderValue,
}

fn documented() -> OpenApiRouter<Document> {
    OpenApiRouter::new().routes(routes!(json))
}

/// What these routes say of themselves.
pub(super) fn document() -> OpenApi {
    let mut document = documented().into_openapi();
    super::caching::by_block(&mut document);
    problems::add(&mut document, SHELL, Told::Problem);
    document
}

/// The routes.
pub(crate) fn routes() -> Router {
    let text = Bytes::from(super::text());
    let etag = of_body(&text);
    let (json, _) = documented().with_state(Document { text, etag }).split_for_parts();
    let page = SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    Router::from(page).layer(middleware::map_response(guarded)).merge(json)
}

async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// This document.
///
/// OpenAPI 3.1, of the version that answers. `/docs` shows it as a page to try the API with.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "service",
    responses((status = 200, description = "The document.", body = Object))
)]
async fn json(State(document): State<Document>, headers: HeaderMap) -> Result<Response, Problem> {
    let Document { text, etag } = document;
    Ok(give(&headers, etag, &AGE, || ([(header::CONTENT_TYPE, JSON)], text).into_response()))
}
