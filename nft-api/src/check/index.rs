//! The index's word on a check.

use alloy_primitives::{Address, U256};
use api_kit::{answer::Block, problem::Problem};
use domain::entity::NftStandard;
use store::{NftOwnedCursor, Snapshot};

use super::request::Check;

/// Balances read per query.
const STEP: u32 = 500;
/// Balances counted at most; of a wallet with more, the index says nothing.
const MOST: usize = 10_000;

/// What the index says, as of its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Indexed {
    /// The block.
    pub(super) block: Block,
    /// Owner of the token id, where one was asked for of an ERC-721 collection.
    pub(super) owner: Option<Address>,
    /// What the wallet holds.
    pub(super) balance: U256,
}

/// Reads what the index says; `None` for a wallet with too many tokens to count.
pub(super) async fn read(snapshot: &Snapshot, check: &Check) -> Result<Option<Indexed>, Problem> {
    let block = snapshot.block().into();
    let (owner, balance) = match (check.standard, check.token_id) {
        (NftStandard::Erc721, Some(token_id)) => {
            let found = snapshot.nft_owners(check.collection, token_id, None, 1).await?;
            let owner = found.first().map(|nft| nft.owner);
            (owner, U256::from(u8::from(owner == Some(check.wallet))))
        }
        (NftStandard::Erc1155, Some(token_id)) => {
            (None, of_token(snapshot, check, token_id).await?)
        }
        (_, None) => match of_collection(snapshot, check).await? {
            Some(balance) => (None, balance),
            None => return Ok(None),
        },
    };
    Ok(Some(Indexed { block, owner, balance }))
}

/// The wallet's balance of a token id: the first of its holdings behind the id below.
async fn of_token(snapshot: &Snapshot, check: &Check, token_id: U256) -> Result<U256, Problem> {
    let collection = check.collection;
    let below =
        token_id.checked_sub(U256::ONE).map(|token_id| NftOwnedCursor { collection, token_id });
    let found = snapshot.nfts_of(check.wallet, Some(collection), below, 1).await?;
    Ok(found.first().filter(|nft| nft.token_id == token_id).map_or(U256::ZERO, |nft| nft.balance))
}

async fn of_collection(snapshot: &Snapshot, check: &Check) -> Result<Option<U256>, Problem> {
    let (mut balance, mut count, mut after) = (U256::ZERO, 0, None);
    loop {
        let found = snapshot.nfts_of(check.wallet, Some(check.collection), after, STEP).await?;
        balance = found.iter().fold(balance, |sum, nft| sum.saturating_add(nft.balance));
        count += found.len();
        match found.last() {
            Some(last) if u32::try_from(found.len()) == Ok(STEP) => {
                if count >= MOST {
                    return Ok(None);
                }
                after =
                    Some(NftOwnedCursor { collection: last.collection, token_id: last.token_id });
            }
            _ => return Ok(Some(balance)),
        }
    }
}
