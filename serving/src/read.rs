//! Lists of the store as pages, for GraphQL and REST alike: one read per page, cursors included.

use api_kit::{cursor::List, page::PageSize, problem::Problem};
use domain::row::Position;

pub(crate) mod chains;
pub(crate) mod liquidity;
pub(crate) mod pools;
pub(crate) mod swaps;
pub(crate) mod tokens;

/// How much of a list, from where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice<'a> {
    /// Rows of the page.
    pub(crate) size: PageSize,
    /// Cursor of the row before it.
    pub(crate) after: Option<&'a str>,
}

impl<'a> Slice<'a> {
    /// A slice as a REST query asks for it.
    pub(crate) fn parse(first: Option<&str>, after: Option<&'a str>) -> Result<Self, Problem> {
        Ok(Self { size: PageSize::parse(first)?, after })
    }

    /// A slice as GraphQL arguments ask for it.
    pub(crate) fn new(first: Option<i32>, after: Option<&'a str>) -> Result<Self, Problem> {
        Ok(Self { size: PageSize::new(first.map(i64::from))?, after })
    }
}

/// A page of rows, each with the cursor that stands at it.
#[derive(Debug)]
pub(crate) struct Rows<T> {
    /// Cursor and row.
    pub(crate) rows: Vec<(String, T)>,
    /// Whether more follow.
    pub(crate) more: bool,
}

impl<T> Rows<T> {
    /// Cuts what was read to the page and gives each row its cursor.
    fn new(mut found: Vec<T>, size: PageSize, list: &List, position: impl Fn(&T) -> Vec<u8>) -> Self {
        let more = size.cut(&mut found);
        let rows = found.into_iter().map(|row| (list.cursor(&position(&row)), row)).collect();
        Self { rows, more }
    }

    /// The cursor of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        self.rows.last().filter(|_| self.more).map(|(cursor, _)| cursor.clone())
    }
}

/// A row's position as bytes of a cursor.
fn position_bytes(position: Position) -> Vec<u8> {
    let Position { block, log_index, item } = position;
    [&block.to_be_bytes()[..], &log_index.to_be_bytes(), &item.to_be_bytes()].concat()
}

/// The inverse.
fn read_position(bytes: &[u8]) -> Option<Position> {
    let (block, rest) = bytes.split_first_chunk()?;
    let (log_index, item) = rest.split_first_chunk()?;
    Some(Position {
        block: u64::from_be_bytes(*block),
        log_index: u32::from_be_bytes(*log_index),
        item: u32::from_be_bytes(item.try_into().ok()?),
    })
}
