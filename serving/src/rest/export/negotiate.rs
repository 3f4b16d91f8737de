//! What a request asks for: `format=` in its query, else its `Accept` header.

use api_kit::{
    access::{Grant, KeyScope},
    problem::Problem,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Uri, header, uri::PathAndQuery},
    middleware::{self, Next},
    response::Response,
};

use super::{Asked, Client, Exports, Format, Wish, head::Exported};

/// The routes with lists that can be had as files.
pub(crate) fn around(exports: &Exports, routes: Router) -> Router {
    routes.route_layer(middleware::from_fn_with_state(exports.clone(), negotiate))
}

async fn negotiate(
    State(exports): State<Exports>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (uri, named) = take_format(request.uri())?;
    *request.uri_mut() = uri;
    let format = named.unwrap_or_else(|| accepted(request.headers()));
    if let Some(format) = format {
        let grant = request.extensions().get::<Grant>().ok_or_else(Problem::internal)?;
        grant.require(KeyScope::Export)?;
        let (client, version) = (Client::of(request.extensions()), request.version());
        request.extensions_mut().insert(Asked(Some(Wish { format, exports, client, version })));
    }
    let mut response = next.run(request).await;
    let is_file = response.extensions().get::<Exported>().is_some();
    if named.flatten().is_some() && response.status().is_success() && !is_file {
        let detail = "this endpoint answers JSON alone: leave `format` out";
        return Err(Problem::bad_request("FORMAT_UNSUPPORTED", detail));
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// What a request names, `None` for JSON.
type Named = Option<Format>;

/// The address without `format`, and what it said.
pub(super) fn take_format(uri: &Uri) -> Result<(Uri, Option<Named>), Problem> {
    let is_format = |pair: &&str| pair.split('=').next() == Some("format");
    let query = uri.query().unwrap_or_default();
    let mut said = query.split('&').filter(is_format);
    let Some(format) = said.next() else { return Ok((uri.clone(), None)) };
    if said.next().is_some() {
        return Err(Problem::bad_request("QUERY_INVALID", "`format` is given twice"));
    }
    let named = match format.split_once('=').map(|(_, name)| name) {
        Some("json") => None,
        Some("csv") => Some(Format::Csv),
        Some("ndjson") => Some(Format::Ndjson),
        _ => {
            let detail = "`format`: give json, csv or ndjson";
            return Err(Problem::bad_request("FORMAT_INVALID", detail));
        }
    };
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_format(pair)).collect();
    let target = if rest.is_empty() {
        uri.path().to_owned()
    } else {
        format!("{}?{}", uri.path(), rest.join("&"))
    };
    let mut parts = uri.clone().into_parts();
    let target: PathAndQuery = target.parse().map_err(|_| Problem::internal())?;
    parts.path_and_query = Some(target);
    Ok((Uri::from_parts(parts).map_err(|_| Problem::internal())?, Some(named)))
}

/// The best of what an `Accept` header names; of what is equally good JSON, but a file before `*/*`.
pub(super) fn accepted(headers: &HeaderMap) -> Named {
    let said = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let (mut json, mut any, mut file) = (None, 0, (0, None));
    for range in said.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1_000, thousandths);
        let format = match kind.as_str() {
            "text/csv" => Format::Csv,
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Format::Ndjson,
            "application/json" => {
                json = json.max(Some(weight));
                continue;
            }
            "*/*" | "application/*" => {
                any = any.max(weight);
                continue;
            }
            _ => continue,
        };
        if weight > file.0 {
            file = (weight, Some(format));
        }
    }
    let is_better = match json {
        Some(json) => file.0 > json,
        None => file.0 >= any,
    };
    file.1.filter(|_| is_better)
}

/// A weight such as `0.8` in thousandths; what is none counts nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    if places.len() > 3 || !places.bytes().all(|digit| digit.is_ascii_digit()) {
        return 0;
    }
    let thousandths: u32 = format!("{places:0<3}").parse().unwrap_or_default();
    match whole {
        "1" => 1_000,
        "0" => thousandths,
        _ => 0,
    }
}
