//! The shapes every answer shares: the block it speaks of, and a page of items.

use async_graphql::SimpleObject;
use domain::block::BlockRef;
use serde::Serialize;
use utoipa::ToSchema;

use crate::page::Rows;

/// The block an answer speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
pub struct Block {
    /// Height.
    pub number: u64,
    /// Hash of the header, 0x and 64 hex digits.
    pub hash: String,
    /// Unix seconds, as the header says.
    pub timestamp: u64,
}

impl From<BlockRef> for Block {
    fn from(block: BlockRef) -> Self {
        Self {
            number: block.number,
            hash: format!("{:#x}", block.hash),
            timestamp: block.timestamp,
        }
    }
}

/// One item as of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Item<T> {
    /// The block the answer speaks of.
    pub block: Block,
    /// The item.
    pub item: T,
}

/// A page of items as of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T> {
    /// The block the answer speaks of.
    pub block: Block,
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the next page; `null` when this is the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page in its wire form.
    pub fn new<R>(block: BlockRef, page: Rows<R>, view: impl Fn(R) -> T) -> Self {
        let next = page.next();
        Self { block: block.into(), items: page.rows.into_iter().map(view).collect(), next }
    }
}
