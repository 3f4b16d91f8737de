//! Around routes whose answers are of the newest block of a chain and of nothing else.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use api_kit::problem::Problem;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use domain::{block::BlockRef, ids::ChainId};

use super::{
    Answer, Kept, LARGEST, Made, Pace, followed,
    kept::Begun,
    named,
    once::{Once, Standing},
};
use crate::{
    deps::Deps,
    rest::export::{Asked, Exported},
};

/// What is kept for all of them.
#[derive(Debug, Clone)]
pub(crate) struct ByBlock {
    deps: Arc<Deps>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) pace: Arc<Pace>,
    once: Once,
}

/// The routes with what is kept of them.
pub(crate) fn around(by_block: &ByBlock, routes: Router) -> Router {
    routes.route_layer(middleware::from_fn_with_state(by_block.clone(), answer))
}

impl ByBlock {
    pub(crate) fn new(deps: &Arc<Deps>) -> Self {
        let once = Once::default();
        let (kept, pace) = (Arc::clone(&once.kept), Arc::clone(&once.pace));
        Self { deps: Arc::clone(deps), kept, pace, once }
    }

    /// Where a chain stands, if that is followed closely; `None` for the only one there is.
    pub(crate) fn standing(&self, chain: Option<ChainId>) -> Option<Standing> {
        let begun = self.begin();
        let (chain, deps) = self.deps.chains.resolve(chain).ok()?;
        let (room, hold) = (deps.feeds.cache_bytes, self.deps.reader.hold());
        followed(deps).map(|block| Standing { chain, block, room, hold, begun })
    }

    /// A question begins.
    pub(crate) fn begin(&self) -> Begun {
        self.kept.begin()
    }

    /// What was read for a question: nothing older is given from now on.
    pub(crate) fn saw(&self, begun: Begun, read: &[(ChainId, BlockRef)]) {
        let hold = self.deps.reader.hold();
        read.iter().for_each(|(chain, block)| self.kept.saw_lately(*chain, block, begun, hold));
    }

    /// Notes the block that a file is of, if the answer is one: its rows are written later, and are not looked at here.
    fn with_file(&self, begun: Begun, response: Response) -> Response {
        if let Some(Exported { chain, newest }) = response.extensions().get() {
            self.saw(begun, &[(*chain, *newest)]);
        }
        response
    }

    /// The answer to a question at the newest block; `ask` makes it unless it is kept, or somebody else asks the same.
    pub(crate) async fn answered(
        &self,
        asked: &HeaderMap,
        standing: &Standing,
        question: &str,
        ask: impl Future<Output = Made>,
    ) -> Response {
        self.once.answered(asked, standing, question, ask).await
    }
}

async fn answer(State(by_block): State<ByBlock>, request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let asked = request.headers().clone();
    let uri = request.uri();
    let question = uri.path_and_query().map_or_else(|| uri.path(), |whole| whole.as_str());
    let question = question.to_owned();
    let begun = by_block.begin();
    let chain = chain(&by_block.deps, &question);
    let standing = chain.and_then(|chain| by_block.standing(chain));
    // whoever is not followed closely is asked each time
    let Some(standing) = standing else {
        let response = by_block.with_file(begun, next.run(request).await);
        let mut response = noted(&by_block, begun, &question, response).await;
        let headers = response.headers_mut();
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
        return response;
    };
    // who would rather have a file asks something else, by the same address
    let key = match request.extensions().get::<Asked>() {
        Some(_) => format!("file {question}"),
        None => question.clone(),
    };
    let ask = async {
        let response = by_block.with_file(begun, next.run(request).await);
        made(&standing, &question, response).await
    };
    by_block.answered(&asked, &standing, &key, ask).await
}

/// What a handler made. Files, which are written as they are read, and whatever else says itself how long it may be kept, are
/// left as they are.
async fn made(standing: &Standing, question: &str, response: Response) -> Made {
    if response.status() != StatusCode::OK || response.headers().contains_key(header::CACHE_CONTROL)
    {
        return Made::alone(response);
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return Made::alone(Problem::internal().into_response());
    };
    let of = named::of(&body, question, &standing.block);
    let kind = parts.headers.get(header::CONTENT_TYPE).cloned();
    let answer = Answer { etag: of_body(&body), kind, body: body.clone() };
    Made::lasting(Response::from_parts(parts, Body::from(body)), answer, of)
}

/// The answer as it is; the blocks that it is of are noted, so that none of before them is given after it.
async fn noted(by_block: &ByBlock, begun: Begun, question: &str, response: Response) -> Response {
    if response.status() != StatusCode::OK || response.headers().contains_key(header::CACHE_CONTROL)
    {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return Problem::internal().into_response();
    };
    let chain = || chain(&by_block.deps, question);
    let only = || by_block.deps.chains.resolve(chain()?).ok().map(|(chain, _)| chain);
    by_block.saw(begun, &named::all(&body, question, only));
    Response::from_parts(parts, Body::from(body))
}

/// An answer names its block, so its text tells it from that of another block. Weak: what is compressed on the way is the
/// same answer.
pub(crate) fn of_body(body: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), body).hash(&mut hasher);
    let text = format!("W/\"{:016x}-{:x}\"", hasher.finish(), body.len());
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

/// The chain that a question means; `None` when it says none that is served.
fn chain(deps: &Deps, question: &str) -> Option<Option<ChainId>> {
    match named_chain(question) {
        None => Some(None),
        Some(text) => deps.chains.parse(Some(text)).ok().map(|(chain, _)| Some(chain)),
    }
}

/// The chain that a question says: by its `chain=`. The list of all chains is of none of them, whatever else is asked.
pub(super) fn named_chain(question: &str) -> Option<&str> {
    let (path, query) = question.split_once('?').unwrap_or((question, ""));
    if path == named::CHAINS {
        return None;
    }
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == "chain").map(|(_, text)| text)
}
