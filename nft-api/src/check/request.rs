//! A check as it is asked for.

use alloy_primitives::{Address, U256};
use api_kit::{parse, problem::Problem};
use domain::{entity::NftStandard, ids::ChainId};
use serde::Deserialize;
use serde_json::Value;

use crate::deps::Deps;

/// A check that makes sense by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Chain.
    pub chain: ChainId,
    /// Wallet that should own.
    pub wallet: Address,
    /// Collection.
    pub collection: Address,
    /// Its standard.
    pub standard: NftStandard,
    /// Token id; without it any of an ERC-721 collection counts.
    pub token_id: Option<U256>,
    /// Least amount that counts as owning; 1 or more.
    pub min_balance: U256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Raw {
    chain: Option<ChainId>,
    wallet: String,
    collection: String,
    token_id: Option<Number>,
    min_balance: Option<Number>,
}

/// A number as digits, or as a JSON number where that is exact.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a number must be a string of digits or a small whole number")]
enum Number {
    Small(u64),
    Text(String),
}

impl Number {
    fn read(self, code: &'static str, field: &str) -> Result<U256, Problem> {
        match self {
            Self::Small(number) => Ok(U256::from(number)),
            Self::Text(text) => parse::uint256(code, field, &text),
        }
    }
}

impl Check {
    /// Reads a check; `place` says which of a list, for the refusals.
    ///
    /// # Errors
    /// A problem that names the field.
    pub(crate) fn read(deps: &Deps, body: Value, place: &str) -> Result<Self, Problem> {
        let field = |name: &str| format!("{place}{name}");
        let raw: Raw = serde_json::from_value(body).map_err(|error| {
            Problem::bad_request("BODY_INVALID", format!("{place} {error}").trim().to_owned())
        })?;
        let (chain, chain_deps) = deps.chains.resolve(raw.chain)?;
        let wallet = parse::address(&field("wallet"), &raw.wallet)?;
        if wallet.is_zero() {
            let detail = format!("`{}` is the zero address, which owns nothing", field("wallet"));
            return Err(Problem::bad_request("ADDRESS_INVALID", detail));
        }
        let collection =
            chain_deps.collection(parse::address(&field("collection"), &raw.collection)?)?;
        let token_id =
            raw.token_id.map(|id| id.read("TOKEN_ID_INVALID", &field("tokenId"))).transpose()?;
        let given = raw
            .min_balance
            .map(|min| min.read("MIN_BALANCE_INVALID", &field("minBalance")))
            .transpose()?;
        let min_balance = given.unwrap_or(U256::ONE);
        let invalid = |why: &str| {
            Problem::bad_request("MIN_BALANCE_INVALID", format!("`{}` {why}", field("minBalance")))
        };
        if min_balance.is_zero() {
            return Err(invalid("must be 1 or more: everybody has 0"));
        }
        match (collection.standard, token_id) {
            (NftStandard::Erc1155, None) => {
                let detail = format!(
                    "`{}` is missing: an ERC-1155 balance is of a token id",
                    field("tokenId")
                );
                return Err(Problem::bad_request("TOKEN_ID_INVALID", detail));
            }
            (NftStandard::Erc721, Some(_)) if min_balance > U256::ONE => {
                return Err(invalid("can only be 1 for one token id of an ERC-721 collection"));
            }
            _ => {}
        }
        let (collection, standard) = (collection.address, collection.standard);
        Ok(Self { chain, wallet, collection, standard, token_id, min_balance })
    }
}
