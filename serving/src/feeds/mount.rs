//! Around the routes of every feed: which chain and block a request means, what is told to caches, what is kept in memory.
//!
//! An answer is of one block, so it stands until the next one: its ETag is the block's hash with the path, and whoever has
//! it is told so before anything is read. Answers of the newest block are kept; while the pools in memory
//! ([`crate::book`]) say that it is the newest still, the same question asks the store nothing.
//!
//! Answers out of a [`listing`](super::listing) are written down there already and are kept nowhere else. Those that speak of the
//! block alone stand as long as it does. Where they speak of the moment beside the block, their ETag says so, and nobody may
//! have them for longer than the listing stands.

use std::{sync::Arc, time::Duration};

use api_kit::{clock, problem::Problem};
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
    listing::{Listings, Written},
    view::{Served, View},
};
use crate::{
    by_block::{Answer, ByBlock, LARGEST, etag, followed, give, mark, max_age, names},
    deps::{ChainDeps, Deps},
};

#[cfg(test)]
mod tests;

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
    source: Source,
}

/// What routes answer out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// What is configured: they know nothing but [`Served`], and answer while the store is away.
    Settings,
    /// What they read: they know neither chain nor block but by [`View`].
    Store,
    /// What a listing says of the block alone: they know nothing but `Written<Rows>`.
    Rows,
    /// What it says of the moment, too: they know nothing but `Written<Listing>`.
    Listing,
}

impl Ground {
    pub(super) fn new(deps: &Arc<Deps>, by_block: &ByBlock) -> Self {
        let (deps, by_block) = (Arc::clone(deps), by_block.clone());
        Self { deps, by_block, listings: Listings::default() }
    }

    /// The routes of a feed, all of which read, at `/name` and at `/name/{chain}`.
    ///
    /// A handler that sets `Cache-Control` itself keeps its word: such an answer is not kept.
    pub(super) fn feed(&self, name: &str, routes: Router, tell: Tell) -> Router {
        self.feed_of(name, [(Source::Store, routes)], tell)
    }

    /// The same with routes of several sources.
    pub(super) fn feed_of(
        &self,
        name: &str,
        routes: impl IntoIterator<Item = (Source, Router)>,
        tell: Tell,
    ) -> Router {
        let around = |(source, routes): (Source, Router)| {
            let feed = Feed { ground: self.clone(), tell, source };
            routes.route_layer(middleware::from_fn_with_state(feed, answer))
        };
        let all = routes.into_iter().map(around).fold(Router::new(), Router::merge);
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
        match self.source {
            Source::Settings => {
                let (chain_id, deps) = (asked.0, Arc::clone(&self.ground.deps));
                request.extensions_mut().insert(Served { deps, chain_id });
                Ok(next.run(request).await)
            }
            Source::Store => self.ground.answered(asked, path, request, next).await,
            Source::Rows => self.ground.of_rows(asked, path, request, next).await,
            Source::Listing => self.ground.of_listing(asked, path, request, next).await,
        }
    }
}

impl Ground {
    /// The chain as it is now.
    async fn view(&self, chain_id: ChainId) -> Result<View, Problem> {
        View::take(&self.deps, &self.by_block.kept, chain_id).await
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
        if names(request.headers(), &etag) {
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

    /// A part of a listing that stands as long as the block.
    async fn of_rows(
        &self,
        (chain_id, chain): (ChainId, &ChainDeps),
        path: &str,
        mut request: Request,
        next: Next,
    ) -> Result<Response, Problem> {
        let known = followed(chain).and_then(|block| self.listings.known_rows(chain_id, &block));
        let (at, rows) = match known {
            Some(standing) => (standing.at, Ok(standing.of)),
            None => {
                let view = self.view(chain_id).await?;
                (view.at(), Err(view))
            }
        };
        let etag = etag(&at.block, at.generation, path);
        let age = max_age(&self.by_block.pace, chain_id, at.block);
        if names(request.headers(), &etag) {
            return Ok(give(request.headers(), etag, &age, || StatusCode::OK.into_response()));
        }
        let rows = match rows {
            Ok(rows) => rows,
            Err(view) => self.listings.rows(&view).await?.of,
        };
        request.extensions_mut().insert(Written(rows));
        let mut response = next.run(request).await;
        if response.status() == StatusCode::OK {
            mark(&mut response, etag, &age);
        }
        Ok(response)
    }

    /// A part of a listing that tells of the moment.
    async fn of_listing(
        &self,
        (chain_id, chain): (ChainId, &ChainDeps),
        path: &str,
        mut request: Request,
        next: Next,
    ) -> Result<Response, Problem> {
        let known = followed(chain).and_then(|block| self.listings.known(chain_id, &block));
        let standing = match known {
            Some(standing) => standing,
            None => self.listings.listing(&self.view(chain_id).await?).await?,
        };
        let (at, listing) = (standing.at, standing.of);
        let etag = etag(&at.block, at.generation, &format!("{path} {:x}", listing.version));
        let now = clock::unix().as_secs();
        let next_block = self.by_block.pace.until_next(chain_id, &at.block, now);
        let age = age_of_moment(next_block, listing.left());
        if names(request.headers(), &etag) {
            return Ok(give(request.headers(), etag, &age, || StatusCode::OK.into_response()));
        }
        request.extensions_mut().insert(Written(listing));
        let mut response = next.run(request).await;
        if response.status() == StatusCode::OK {
            mark(&mut response, etag, &age);
        }
        Ok(response)
    }
}

/// Until the next block, in seconds, or for what is left of the life of what is told beside it: 0 in its last second.
fn age_of_moment(next_block: u64, left: Duration) -> HeaderValue {
    let seconds = next_block.min(left.as_secs());
    let age = HeaderValue::from_str(&format!("public, max-age={seconds}"));
    age.unwrap_or(HeaderValue::from_static("no-cache"))
}
