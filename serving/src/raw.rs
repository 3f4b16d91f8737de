//! JSON that is written as it is.

use serde::{Serializer, ser::SerializeStruct as _};

/// The only member of an object that stands for JSON as it is: what `serde_json` calls it, and libraries take for that.
pub(crate) const MEMBER: &str = "$serde_json::private::RawValue";

/// Writes JSON that was made here: it is not read again to see whether it is some.
pub(crate) fn serialize<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut raw = serializer.serialize_struct(MEMBER, 1)?;
    raw.serialize_field(MEMBER, json)?;
    raw.end()
}

#[cfg(test)]
mod tests;
