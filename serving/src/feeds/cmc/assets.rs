//! `GET /cmc/assets`: the tokens of all markets by symbol. Of several tokens that call themselves the same, the one that was
//! there first has the symbol; the others have their address behind it.

use std::collections::BTreeMap;

use api_kit::problem::Problem;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    feeds::{
        listing::{Lines, Row, Rows, Written},
        pairs::Side,
    },
    view::address,
};

#[cfg(test)]
mod tests;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CmcAsset)]
pub(super) struct Asset {
    name: String,
    symbol: String,
    unified_cryptoasset_id: Option<u64>,
    can_withdraw: bool,
    can_deposit: bool,
    min_withdraw: Option<String>,
    max_withdraw: Option<String>,
    maker_fee: Option<String>,
    taker_fee: Option<String>,
    #[serde(rename = "contractAddress")]
    contract_address: String,
}

impl From<&Side> for Asset {
    fn from(side: &Side) -> Self {
        Self {
            name: side.name.clone(),
            symbol: side.symbol.clone(),
            unified_cryptoasset_id: None,
            // tokens are with their owners: nothing is deposited
            can_withdraw: true,
            can_deposit: true,
            min_withdraw: None,
            max_withdraw: None,
            maker_fee: None,
            // each pool has its own
            taker_fee: None,
            contract_address: address(side.address),
        }
    }
}

/// The tokens of all markets, by symbol.
///
/// Of several tokens with one symbol the first one has it; the others have their address behind it.
#[utoipa::path(
    get,
    path = "/assets",
    operation_id = "cmcAssets",
    tag = "cmc",
    responses((status = 200, description = "The tokens.", body = BTreeMap<String, Asset>))
)]
pub(super) async fn get(written: Written<Rows>) -> Result<Response, Problem> {
    Ok(written.lines(|rows| &rows.assets, lines).await?.whole())
}

fn lines(rows: &Rows) -> Result<Lines, serde_json::Error> {
    let sides = |row: &Row| [row.pair.base.clone(), row.pair.quote.clone()];
    Lines::map(by_symbol(rows.rows.iter().flat_map(sides)))
}

fn by_symbol(sides: impl Iterator<Item = Side>) -> BTreeMap<String, Asset> {
    let tokens: BTreeMap<_, _> =
        sides.map(|side| ((side.first_block, side.address), side)).collect();
    let mut named: BTreeMap<String, Asset> = BTreeMap::new();
    for side in tokens.values() {
        let taken = named.contains_key(&side.symbol);
        let key = if taken {
            format!("{}_{}", side.symbol, address(side.address))
        } else {
            side.symbol.clone()
        };
        named.insert(key, side.into());
    }
    named
}
