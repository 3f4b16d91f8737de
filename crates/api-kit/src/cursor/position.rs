//! Positions of rows as bytes of a cursor.

use domain::row::Position;

/// A row's position as bytes.
#[must_use]
pub fn bytes(position: Position) -> Vec<u8> {
    let Position { block, log_index, item } = position;
    [&block.to_be_bytes()[..], &log_index.to_be_bytes(), &item.to_be_bytes()].concat()
}

/// The inverse of [`bytes`].
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Position> {
    let (block, rest) = bytes.split_first_chunk()?;
    let (log_index, item) = rest.split_first_chunk()?;
    Some(Position {
        block: u64::from_be_bytes(*block),
        log_index: u32::from_be_bytes(*log_index),
        item: u32::from_be_bytes(item.try_into().ok()?),
    })
}
