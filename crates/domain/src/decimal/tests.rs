//! Golden numbers, and every operation against a slow reference with integers of any size.

mod golden;
mod properties;
pub(crate) mod reference;
mod text_and_bytes;

use super::Decimal;

/// The number written in the text.
pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}
