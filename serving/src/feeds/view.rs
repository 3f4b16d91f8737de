//! What a feed's handler is given: a chain at the request's block.

use std::sync::Arc;

use api_kit::{health::not_indexed, problem::Problem};
use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{block::BlockRef, ids::ChainId};
use store::Snapshot;

use super::FeedSettings;
use crate::{
    by_block::Kept,
    deps::{ChainDeps, Deps},
};

/// What a view is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    /// The chain.
    pub(super) chain: ChainId,
    /// Its block.
    pub(super) block: BlockRef,
    /// What it was read of.
    pub(super) generation: i64,
    /// When that block was the newest: blocks can go back, turns cannot.
    pub(super) turn: u64,
}

impl At {
    /// Whether what is read at both is the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.chain, self.block.hash, self.generation)
            == (other.chain, other.block.hash, other.generation)
    }
}

/// A chain as it is served. An argument of handlers that read nothing; [`super::mount`] puts it there.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    /// What the service is given.
    pub(super) deps: Arc<Deps>,
    /// The chain.
    pub(super) chain_id: ChainId,
}

impl Served {
    /// What the service has for the chain.
    pub(crate) fn chain(&self) -> Result<&ChainDeps, Problem> {
        Ok(self.deps.chains.resolve(Some(self.chain_id))?.1)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Served {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

/// A chain at the request's block. An argument of every handler of a feed; [`super::mount`] puts it there.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// What the service is given.
    pub(crate) deps: Arc<Deps>,
    /// The chain.
    pub(crate) chain_id: ChainId,
    /// It at the request's block: everything of an answer is read through this.
    pub(crate) snapshot: Arc<Snapshot>,
    /// When its block was the newest.
    pub(super) turn: u64,
    /// Where turns come from.
    kept: Arc<Kept>,
}

impl View {
    /// A chain as it is now.
    pub(super) async fn take(
        deps: &Arc<Deps>,
        kept: &Arc<Kept>,
        chain_id: ChainId,
    ) -> Result<Self, Problem> {
        let turn = kept.turn();
        let snapshot =
            deps.reader.snapshot(chain_id).await?.ok_or_else(|| not_indexed(chain_id))?;
        kept.saw(chain_id, &snapshot.block(), turn);
        let (deps, kept) = (Arc::clone(deps), Arc::clone(kept));
        Ok(Self { deps, chain_id, snapshot: Arc::new(snapshot), turn, kept })
    }

    /// The chain as it is by now.
    pub(super) async fn again(&self) -> Result<Self, Problem> {
        Self::take(&self.deps, &self.kept, self.chain_id).await
    }

    /// What it is of.
    pub(super) fn at(&self) -> At {
        let (block, generation) = (self.block(), self.snapshot.generation());
        At { chain: self.chain_id, block, generation, turn: self.turn }
    }

    /// The turn of what is done now: views that are taken from here on have later ones.
    pub(super) fn now(&self) -> u64 {
        self.kept.turn()
    }

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
