//! The answer to a check.

use api_kit::answer::Block;
use domain::{block::BlockRef, ids::ChainId};
use serde::Serialize;

use super::{index::Indexed, live::Live, request::Check};
use crate::view::address;

/// The answer to a check. The verdict is the chain's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Chain.
    pub chain_id: ChainId,
    /// The block whose state the contract was asked at.
    pub block: Block,
    /// Wallet.
    pub wallet: String,
    /// Collection.
    pub collection: String,
    /// Token id, where one was asked for.
    pub token_id: Option<String>,
    /// Whether the wallet owns what was asked for, at that block.
    pub verdict: bool,
    /// What the contract says.
    pub live: Word,
    /// What the index says, as of its own block; null while there is no index.
    pub index: Option<IndexWord>,
    /// Whether the two contradict each other; null without an index. A lag of the index is a reason: compare the blocks.
    pub differs: Option<bool>,
}

/// What a source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Word {
    /// Owner of the token id; null when there is no such token, or where owners were not asked for.
    pub owner: Option<String>,
    /// What the wallet holds.
    pub balance: String,
}

/// What the index says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexWord {
    /// The block it is of.
    pub block: Block,
    /// What it says.
    #[serde(flatten)]
    pub word: Word,
}

impl Answer {
    pub(super) fn new(
        check: &Check,
        block: BlockRef,
        live: &Live,
        indexed: Option<Indexed>,
    ) -> Self {
        let verdict = live.verdict(check);
        let live = match live {
            Live::Owner(owner) => {
                Word { owner: owner.map(address), balance: u8::from(verdict).to_string() }
            }
            Live::Balance(balance) => Word { owner: None, balance: balance.to_string() },
        };
        let index = indexed.map(|Indexed { block, owner, balance }| IndexWord {
            block,
            word: Word { owner: owner.map(address), balance: balance.to_string() },
        });
        let differs = index.as_ref().map(|index| index.word != live);
        Self {
            chain_id: check.chain,
            block: block.into(),
            wallet: address(check.wallet),
            collection: address(check.collection),
            token_id: check.token_id.map(|id| id.to_string()),
            verdict,
            live,
            index,
            differs,
        }
    }
}
