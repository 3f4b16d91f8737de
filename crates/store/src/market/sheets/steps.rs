//! Later moments of a document that holds several.
//!
//! ```text
//! steps = step*
//! step  = varint(milliseconds since the moment before) length sheet
//! ```
//! The first step counts from the moment of the document itself.

use domain::market::Millis;

use crate::packed::{Input, Output, PackedError};

/// Packs the moments after the first, which ascend.
pub(super) fn pack(first: Millis, later: &[(Millis, Vec<u8>)]) -> Vec<u8> {
    let (mut output, mut last) = (Output::default(), first);
    for (time, sheet) in later {
        output.varint(u128::from(time - last));
        output.varint(sheet.len() as u128);
        output.raw(sheet);
        last = *time;
    }
    output.into_bytes()
}

/// All moments after the first, ascending.
pub(super) fn unpack(first: Millis, bytes: &[u8]) -> Result<Vec<(Millis, &[u8])>, PackedError> {
    let (mut input, mut last, mut all) = (Input::new(bytes), first, Vec::new());
    while !input.is_empty() {
        let step = u64::try_from(input.varint()?).ok();
        last = step.and_then(|step| last.checked_add(step)).ok_or(PackedError::Invalid("time"))?;
        all.push((last, input.block()?));
    }
    Ok(all)
}
