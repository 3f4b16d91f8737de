//! `GET /v1/accounts/{address}/balances`: what an account has of the native currency and of tokens, read from the chain
//! itself.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::Address;
use api_kit::{
    answer::Block,
    extract::{Path, Query},
    parse,
    problem::Problem,
    scope::Scope,
};
use axum::{Extension, Json, extract::State};
use domain::entity::Token;
use serde::{Deserialize, Serialize};
use store::Snapshot;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::shapes::{AddressText, ChainNumber};
use crate::{
    by_block::ByBlock,
    deps::Deps,
    node::{self, Head, LiveNode, balances, wanted_tokens},
    read::in_time,
    view,
};

/// Which balances.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Addresses of tokens, separated by commas; 100 at most. The native currency is always told.
    #[param(pattern = "^(0x[0-9a-fA-F]{40})?(,0x[0-9a-fA-F]{40})*$")]
    tokens: Option<String>,
    /// After which block: the newest that the node knows, or the newest that is indexed.
    #[param(inline)]
    #[serde(default)]
    at: At,
}

/// After which block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BalancesAt)]
enum At {
    /// The newest that the node knows.
    #[default]
    Head,
    /// The newest that is indexed.
    Indexed,
}

/// Balances of an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Balances)]
pub(super) struct Answer {
    /// The block after which it has them.
    block: Block,
    account: String,
    at: At,
    /// The native currency first, then the tokens in the order of the question.
    items: Vec<Balance>,
}

/// What it has of a token.
#[derive(Debug, Serialize, ToSchema)]
struct Balance {
    /// The zero address is the native currency.
    token: String,
    symbol: Option<String>,
    decimals: Option<u8>,
    /// In smallest units; null where the contract does not tell.
    balance: Option<String>,
}

/// What an account has, read from the chain itself.
///
/// Of the native currency and of the tokens that are named.
#[utoipa::path(
    get,
    path = "/v1/accounts/{address}/balances",
    operation_id = "accountBalances",
    tag = "accounts",
    params(
        (
            "address" = AddressText,
            Path,
            description = "The account.",
            example = "0x7d2037652b073a085592874ada22385df6bc29db",
        ),
        Params,
    ),
    responses((status = 200, description = "Balances after one block.", body = Answer))
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Extension(by_block): Extension<ByBlock>,
    Path(account): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Answer>, Problem> {
    let (chain_id, chain) = deps.chains.parse(params.chain.as_deref())?;
    let account = parse::address("address", &account)?;
    let texts = params.tokens.as_deref().unwrap_or_default().split(',');
    let tokens = wanted_tokens(texts.filter(|text| !text.is_empty()))?;
    let (scope, begun) = (Scope::new(deps.reader.clone()), by_block.begin());
    let head = Head::default();
    let block = match params.at {
        At::Head => node::At::Head(&head),
        At::Indexed => {
            let snapshot = in_time(LiveNode::deadline(), scope.at(chain_id)).await?;
            node::At::Block(snapshot.block())
        }
    };
    let (block, found) = balances(&chain.live, account, &tokens, block).await?;
    // names are a courtesy: balances are told without them
    let named = async { names(&*scope.at(chain_id).await?, &tokens).await };
    let names = in_time(LiveNode::deadline(), named).await.unwrap_or_default();
    by_block.saw(begun, &scope.blocks().await);
    let items =
        std::iter::once(&Address::ZERO).chain(&tokens).zip(found).map(|(token, balance)| {
            let name = names.get(token);
            Balance {
                token: view::address(*token),
                symbol: name.and_then(|name| name.symbol.clone()),
                decimals: name.and_then(|name| name.decimals),
                balance: balance.map(|balance| balance.to_string()),
            }
        });
    let (account, items) = (view::address(account), items.collect());
    Ok(Json(Answer { block: block.into(), account, at: params.at, items }))
}

async fn names(
    snapshot: &Snapshot,
    tokens: &[Address],
) -> Result<BTreeMap<Address, Token>, Problem> {
    let wanted: Vec<_> = std::iter::once(Address::ZERO).chain(tokens.iter().copied()).collect();
    let found = snapshot.tokens_by_addresses(&wanted).await?;
    Ok(found.into_iter().map(|token| (token.address, token)).collect())
}
