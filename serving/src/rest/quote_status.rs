//! `GET /v1/quotes/status`: what quotes are computed from, and which pools need somebody.

use std::{collections::BTreeMap, sync::Arc};

use api_kit::answer::Block;
use axum::{Json, extract::State};
use domain::{
    ids::ChainId,
    route::{Liquidity, PoolIx, Unsupported},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    book::{Book, metrics::state},
    deps::{ChainDeps, Deps},
    quote::repair,
};

/// Pools that are named at most.
const NAMED: usize = 100;

/// By chain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuotesStatus)]
pub(super) struct Status {
    chains: Vec<ChainStatus>,
}

/// The pools of a chain in memory.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuotesChainStatus)]
struct ChainStatus {
    #[schema(value_type = u64)]
    chain_id: ChainId,
    name: String,
    /// The block of all of them; null before they are loaded.
    block: Option<Block>,
    /// How many are quoted, and how many are not, by reason.
    pools: BTreeMap<&'static str, usize>,
    /// Pools whose stored history is not whole, a hundred at most.
    incomplete: Vec<String>,
    /// What mends them; left out when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<String>,
}

/// What quotes are computed from, and which pools need somebody.
#[utoipa::path(
    get,
    path = "/v1/quotes/status",
    operation_id = "quotesStatus",
    tag = "quotes",
    responses((status = 200, description = "The pools in memory, by chain.", body = Status))
)]
pub(super) async fn get(State(deps): State<Arc<Deps>>) -> Json<Status> {
    let chains = deps.chains.iter().map(|(chain_id, chain)| of_chain(chain_id, chain));
    Json(Status { chains: chains.collect() })
}

fn of_chain(chain_id: ChainId, chain: &ChainDeps) -> ChainStatus {
    let book = chain.book.newest();
    let mut pools = BTreeMap::new();
    let mut incomplete = Vec::new();
    if let Some(book) = &book {
        for (number, venue) in (0..).zip(book.market.iter()) {
            *pools.entry(state(venue)).or_default() += 1;
            let lacks = venue.liquidity == Liquidity::Unsupported(Unsupported::Incomplete);
            if lacks && incomplete.len() < NAMED {
                incomplete.push(name(book, PoolIx(number)));
            }
        }
    }
    ChainStatus {
        chain_id,
        name: chain.name.clone(),
        block: book.map(|book| book.block.into()),
        pools,
        repair: (!incomplete.is_empty()).then(|| repair(&chain.name)),
        incomplete,
    }
}

fn name(book: &Book, pool: PoolIx) -> String {
    book.names.pool(pool).map_or_else(String::new, |name| name.id.to_string())
}
