//! Around the routes of every feed: which chain and block a request means, what is told to caches, what is kept in memory.
//!
//! An answer is of one block, so it stands until the next one: its ETag is the block's hash with the path, and whoever has
//! it is told so before anything is read. Answers of the newest block are kept; while the pools in memory
//! ([`crate::book`]) say that it is the newest still, the same question asks the store nothing.
//!
//! Answers out of a [`listing`](super::listing) are written down there already and are kept nowhere else. Where they speak of
//! the moment beside the block, their ETag says so, and nobody may have them for longer than a listing stands.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

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

use super::{
    listing::{LIFE, Listings, Version, Written},
    view::View,
};
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
    listings: Listings,
}

/// A feed's part of it.
#[derive(Debug, Clone)]
struct Feed {
    ground: Ground,
    tell: Tell,
    /// Whether its answers are parts of a listing.
    of_listing: bool,
}

impl Ground {
    pub(super) fn new(deps: &Arc<Deps>, by_block: &ByBlock) -> Self {
        let (deps, by_block) = (Arc::clone(deps), by_block.clone());
        Self { deps, by_block, listings: Listings::default() }
    }

    /// The routes of a feed, which know neither chain nor block but by [`View`], at `/name` and at `/name/{chain}`.
    ///
    /// A handler that sets `Cache-Control` itself keeps its word: such an answer is not kept.
    pub(super) fn feed(&self, name: &str, routes: Router, tell: Tell) -> Router {
        self.feed_with_listings(name, routes, Router::new(), tell)
    }

    /// The same with routes beside them that know nothing but a listing, by [`Written`].
    pub(super) fn feed_with_listings(
        &self,
        name: &str,
        routes: Router,
        listings: Router,
        tell: Tell,
    ) -> Router {
        let around = |routes: Router, of_listing: bool| {
            let feed = Feed { ground: self.clone(), tell, of_listing };
            routes.route_layer(middleware::from_fn_with_state(feed, answer))
        };
        let mut all = around(routes, false);
        if listings.has_routes() {
            all = all.merge(around(listings, true));
        }
        Router::new()
            .nest(&format!("/{name}/{{chain}}"), all.clone())
            .nest(&format!("/{name}"), all)
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
        let mut request = request;
        let uri: OriginalUri = request.extract_parts().await.map_err(|_| Problem::internal())?;
        let path = uri.path_and_query().map_or_else(|| uri.path(), |whole| whole.as_str());
        let params = request.extract_parts::<RawPathParams>().await;
        let params =
            params.map_err(|error| Problem::bad_request("PATH_INVALID", error.body_text()))?;
        let asked = self.ground.chain(&params)?;
        if self.of_listing {
            self.ground.listed(asked, path, request, next).await
        } else {
            self.ground.answered(asked, path, request, next).await
        }
    }
}

impl Ground {
    /// The chain as it is now.
    async fn view(&self, chain_id: ChainId) -> Result<View, Problem> {
        let kept = &self.by_block.kept;
        let turn = kept.turn();
        let snapshot =
            self.deps.reader.snapshot(chain_id).await?.ok_or_else(|| not_indexed(chain_id))?;
        kept.saw(chain_id, &snapshot.block(), turn);
        Ok(View { deps: Arc::clone(&self.deps), chain_id, snapshot: Arc::new(snapshot), turn })
    }

    /// An answer that reads.
    async fn answered(
        &self,
        (chain_id, chain): (ChainId, &ChainDeps),
        path: &str,
        mut request: Request,
        next: Next,
    ) -> Result<Response, Problem> {
        let ByBlock { kept, pace, .. } = &self.by_block;
        let room = chain.feeds.cache_bytes;
        if room > 0
            && let Some(block) = followed(chain)
            && let Some(answer) = kept.get(chain_id, &block, path)
        {
            let (age, etag) = (max_age(pace, chain_id, block), answer.etag.clone());
            return Ok(give(request.headers(), etag, &age, || answer.response()));
        }
        let view = self.view(chain_id).await?;
        let block = view.block();
        let etag = etag(&block, view.snapshot.generation(), path);
        let age = max_age(pace, chain_id, block);
        if has(request.headers(), &etag) {
            return Ok(give(request.headers(), etag, &age, || StatusCode::OK.into_response()));
        }
        let is_get = request.method() == Method::GET;
        request.extensions_mut().insert(view);
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

    /// A part of a listing.
    async fn listed(
        &self,
        (chain_id, chain): (ChainId, &ChainDeps),
        path: &str,
        mut request: Request,
        next: Next,
    ) -> Result<Response, Problem> {
        let known = followed(chain).and_then(|block| self.listings.standing(chain_id, &block));
        let standing = match known {
            Some(standing) => standing,
            None => self.listings.at(&self.view(chain_id).await?).await?,
        };
        let headers = request.headers().clone();
        request.extensions_mut().insert(Written(standing.listing));
        let response = next.run(request).await;
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        let pace = &self.by_block.pace;
        let (block, generation) = (standing.block, standing.generation);
        let (etag, age) = match response.extensions().get::<Version>() {
            None => (etag(&block, generation, path), max_age(pace, chain_id, block)),
            Some(Version(version)) => {
                let now =
                    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
                let seconds = pace.until_next(chain_id, &block, now).min(LIFE.as_secs());
                let age = HeaderValue::from_str(&format!("public, max-age={seconds}"));
                let age = age.unwrap_or(HeaderValue::from_static("no-cache"));
                (etag(&block, generation, &format!("{path} {version:x}")), age)
            }
        };
        Ok(give(&headers, etag, &age, || response))
    }
}
