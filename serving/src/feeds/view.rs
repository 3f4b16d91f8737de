//! What a feed's handler is given: a chain at the request's block.

use std::sync::Arc;

use api_kit::problem::Problem;
use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{block::BlockRef, ids::ChainId};
use store::Snapshot;

use super::FeedSettings;
use crate::deps::{ChainDeps, Deps};

/// A chain at the request's block. An argument of every handler of a feed; [`super::mount`] puts it there.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// What the service is given.
    pub(crate) deps: Arc<Deps>,
    /// The chain.
    pub(crate) chain_id: ChainId,
    /// It at the request's block: everything of an answer is read through this.
    pub(crate) snapshot: Arc<Snapshot>,
    /// When its block was the newest: blocks can go back, turns cannot.
    pub(super) turn: u64,
}

impl View {
    /// What the service has for the chain.
    pub(crate) fn chain(&self) -> Result<&ChainDeps, Problem> {
        Ok(self.deps.chains.resolve(Some(self.chain_id))?.1)
    }

    /// What operators decided about its feeds.
    pub(crate) fn settings(&self) -> Result<&FeedSettings, Problem> {
        Ok(&self.chain()?.feeds)
    }

    /// The block.
    pub(crate) fn block(&self) -> BlockRef {
        self.snapshot.block()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for View {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}
