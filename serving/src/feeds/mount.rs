//! Around the routes of every feed: which chain and block a request means, what is told to caches, what is kept in memory.
//!
//! An answer is of one block, so it stands until the next one: its ETag is the block's hash with the path, and whoever has
//! it is told so before anything is read. Answers of the newest block are kept; while the pools in memory
//! ([`crate::book`]) say that it is the newest still, the same question asks the store nothing.

use std::sync::Arc;

use api_kit::{health::not_indexed, problem::Problem};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{OriginalUri, RawPathParams, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use domain::ids::ChainId;

use super::{listing::Listings, view::View};
use crate::{
    by_block::{Answer, ByBlock, LARGEST, etag, followed, give, has, mark, max_age},
    deps::{ChainDeps, Deps},
};

/// How a feed tells a problem.
pub(super) type Tell = fn(Problem) -> Response;

/// What all feeds stand on.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    deps: Arc<Deps>,
    by_block: ByBlock,
    listings: Arc<Listings>,
}

/// A feed's part of it.
#[derive(Debug, Clone)]
struct Feed {
    ground: Ground,
    tell: Tell,
}

impl Ground {
    pub(super) fn new(deps: &Arc<Deps>, by_block: &ByBlock) -> Self {
        let (deps, by_block) = (Arc::clone(deps), by_block.clone());
        Self { deps, by_block, listings: Arc::default() }
    }

    /// The routes of a feed, which know neither chain nor block but by [`View`], at `/name` and at `/name/{chain}`.
    ///
    /// A handler that sets `Cache-Control` itself keeps its word: such an answer is not kept.
    pub(super) fn feed(&self, name: &str, routes: Router, tell: Tell) -> Router {
        let feed = Feed { ground: self.clone(), tell };
        let routes = routes.route_layer(middleware::from_fn_with_state(feed, answer));
        Router::new()
            .nest(&format!("/{name}/{{chain}}"), routes.clone())
            .nest(&format!("/{name}"), routes)
    }

    /// The chain of a path.
    fn chain(&self, params: &RawPathParams) -> Result<(ChainId, &ChainDeps), Problem> {
        let named = params.iter().find(|(name, _)| *name == "chain").map(|(_, text)| text);
        let chains = &self.deps.chains;
        let Some(text) = named else { return chains.resolve(None) };
        match chains.iter().find(|(_, chain)| chain.name == text) {
            Some(found) => Ok(found),
            None => chains.parse(Some(text)).map_err(|problem| {
                let names: Vec<_> = chains.iter().map(|(_, chain)| chain.name.as_str()).collect();
                Problem::new(
                    StatusCode::NOT_FOUND,
                    "CHAIN_UNSUPPORTED",
                    format!("{}, by name: {}", problem.detail(), names.join(", ")),
                )
            }),
        }
    }
}

async fn answer(State(feed): State<Feed>, request: Request, next: Next) -> Response {
    let told = feed.tell;
    let mut response = match feed.answer(request, next).await {
        Ok(response) => response,
        Err(problem) => told(problem),
    };
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

impl Feed {
    async fn answer(&self, request: Request, next: Next) -> Result<Response, Problem> {
        use axum::RequestExt as _;
        let Ground { deps, by_block, listings } = &self.ground;
        let ByBlock { kept, pace, .. } = by_block;
        let mut request = request;
        let uri: OriginalUri = request.extract_parts().await.map_err(|_| Problem::internal())?;
        let path = uri.path_and_query().map_or_else(|| uri.path(), |whole| whole.as_str());
        let params = request.extract_parts::<RawPathParams>().await;
        let params =
            params.map_err(|error| Problem::bad_request("PATH_INVALID", error.body_text()))?;
        let (chain_id, chain) = self.ground.chain(&params)?;
        let room = chain.feeds.cache_bytes;

        if room > 0
            && let Some(block) = followed(chain)
            && let Some(answer) = kept.get(chain_id, &block, path)
        {
            let (age, etag) = (max_age(pace, chain_id, block), answer.etag.clone());
            return Ok(give(request.headers(), etag, &age, || answer.response()));
        }

        let turn = kept.turn();
        let snapshot =
            deps.reader.snapshot(chain_id).await?.ok_or_else(|| not_indexed(chain_id))?;
        let block = snapshot.block();
        kept.saw(chain_id, &block, turn);
        let etag = etag(&block, snapshot.generation(), path);
        let age = max_age(pace, chain_id, block);
        if has(request.headers(), &etag) {
            return Ok(give(request.headers(), etag, &age, || StatusCode::OK.into_response()));
        }
        let is_get = request.method() == Method::GET;
        let snapshot = Arc::new(snapshot);
        let (deps, listings) = (Arc::clone(deps), Arc::clone(listings));
        request.extensions_mut().insert(View { deps, chain_id, snapshot, listings });
        let response = next.run(request).await;
        let own = response.headers().contains_key(header::CACHE_CONTROL);
        if response.status() != StatusCode::OK || own {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, LARGEST).await.map_err(|_| Problem::internal())?;
        let kind = parts.headers.get(header::CONTENT_TYPE).cloned();
        if room > 0 && is_get {
            let (etag, body) = (etag.clone(), body.clone());
            kept.put(chain_id, &block, path, Answer { etag, kind, body }, room);
        }
        let mut response = Response::from_parts(parts, Body::from(body));
        mark(&mut response, etag, &age);
        Ok(response)
    }
}
