//! Around routes whose answers are of the newest block of a chain and of nothing else.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use api_kit::{answer::Block, problem::Problem};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use domain::{block::BlockRef, ids::ChainId};

use super::{Answer, Kept, LARGEST, Pace, followed, give, mark, max_age};
use crate::{
    deps::{ChainDeps, Deps},
    rest::export::Asked,
};

/// What is kept for all of them.
#[derive(Debug, Clone)]
pub(crate) struct ByBlock {
    deps: Arc<Deps>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) pace: Arc<Pace>,
}

/// A chain that stands at a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing<'a> {
    pub(crate) chain: ChainId,
    pub(crate) block: BlockRef,
    deps: &'a ChainDeps,
    /// Taken before the question was asked.
    turn: u64,
}

impl Standing<'_> {
    /// Whether what was read at these blocks is of this one.
    pub(crate) fn is_of(&self, read: &[(ChainId, BlockRef)]) -> bool {
        read.iter().all(|(chain, block)| *chain == self.chain && block.hash == self.block.hash)
    }
}

/// The routes with what is kept of them.
pub(crate) fn around(by_block: &ByBlock, routes: Router) -> Router {
    routes.route_layer(middleware::from_fn_with_state(by_block.clone(), answer))
}

impl ByBlock {
    pub(crate) fn new(deps: &Arc<Deps>) -> Self {
        Self { deps: Arc::clone(deps), kept: Arc::default(), pace: Arc::default() }
    }

    /// Where a chain stands, if that is followed closely; `None` for the only one there is.
    pub(crate) fn standing(&self, chain: Option<ChainId>) -> Option<Standing<'_>> {
        let turn = self.kept.turn();
        let (chain, deps) = self.deps.chains.resolve(chain).ok()?;
        followed(deps).map(|block| Standing { chain, block, deps, turn })
    }

    /// What was answered at this block.
    pub(crate) fn get(&self, standing: &Standing<'_>, question: &str) -> Option<Answer> {
        let Standing { chain, block, deps, .. } = standing;
        (deps.feeds.cache_bytes > 0).then(|| self.kept.get(*chain, block, question))?
    }

    /// Keeps an answer that was made since, and at this block: the store may be a block ahead of what is known here.
    pub(crate) fn put(&self, standing: &Standing<'_>, question: &str, answer: Answer) {
        let Standing { chain, block, deps, turn } = standing;
        let room = deps.feeds.cache_bytes;
        if room > 0 {
            self.kept.saw(*chain, block, *turn);
            self.kept.put(*chain, block, question, answer, room);
        }
    }

    /// What caches on the way are told.
    pub(crate) fn age(&self, standing: &Standing<'_>) -> HeaderValue {
        max_age(&self.pace, standing.chain, standing.block)
    }
}

async fn answer(State(by_block): State<ByBlock>, request: Request, next: Next) -> Response {
    // files are written as they are read, and not kept
    if request.method() != Method::GET || request.extensions().get::<Asked>().is_some() {
        return next.run(request).await;
    }
    let asked = request.headers().clone();
    let uri = request.uri();
    let question = uri.path_and_query().map_or_else(|| uri.path(), |whole| whole.as_str());
    let question = question.to_owned();
    let standing = chain(&by_block.deps, &question).and_then(|chain| by_block.standing(chain));
    // whoever is not followed closely is asked each time
    let Some(standing) = standing else {
        let mut response = next.run(request).await;
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        return response;
    };
    let age = by_block.age(&standing);
    if let Some(answer) = by_block.get(&standing, &question) {
        return give(&asked, answer.etag.clone(), &age, || answer.response());
    }
    let response = next.run(request).await;
    if response.status() != StatusCode::OK || response.headers().contains_key(header::CACHE_CONTROL)
    {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return Problem::internal().into_response();
    };
    let etag = of_body(&body);
    let kind = parts.headers.get(header::CONTENT_TYPE).cloned();
    if names(&body, &standing.block) {
        by_block.put(&standing, &question, Answer { etag: etag.clone(), kind, body: body.clone() });
    }
    give(&asked, etag.clone(), &age, || {
        let mut whole = Response::from_parts(parts, Body::from(body));
        mark(&mut whole, etag, &age);
        whole
    })
}

/// Whether an answer says that it is of this block. One of an older block (`asOf`) does not, and is read anew each time.
fn names(body: &[u8], block: &BlockRef) -> bool {
    let Ok(name) = serde_json::to_vec(&Block::from(*block)) else { return false };
    // it stands near the beginning
    body.windows(name.len()).any(|part| part == name)
}

/// An answer names its block, so its text tells it from that of another block. Weak: what is compressed on the way is the
/// same answer.
pub(crate) fn of_body(body: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), body).hash(&mut hasher);
    let text = format!("W/\"{:016x}-{:x}\"", hasher.finish(), body.len());
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

/// The chain that a path means: by its `chain=`, or as `/v1/chains/ID/…`; `None` when it says none that is served.
fn chain(deps: &Deps, question: &str) -> Option<Option<ChainId>> {
    let (path, query) = question.split_once('?').unwrap_or((question, ""));
    let by_path = path.strip_prefix("/v1/chains/").and_then(|rest| rest.split('/').next());
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let by_query = pairs.find(|(name, _)| *name == "chain").map(|(_, text)| text);
    match by_path.or(by_query) {
        None => Some(None),
        Some(text) => deps.chains.parse(Some(text)).ok().map(|(chain, _)| Some(chain)),
    }
}
