//! Keys, and texts without them.

use std::fmt;

use serde::{Deserialize, Deserializer};

#[cfg(test)]
mod tests;

/// Characters of a foreign text that are shown at most.
const SHOWN: usize = 200;
/// Stands where a key stood.
const HIDDEN: &str = "***";

/// The key to a source. It is written nowhere: not by `Debug`, not into errors.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// A key.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key itself, for requests only.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// What a source said, fit for errors and logs: without the key however it is written, on one line, short.
pub(crate) fn presentable(text: &str, key: Option<&Key>) -> String {
    let mut text = text.to_owned();
    if let Some(key) = key.map(Key::expose).filter(|key| !key.is_empty()) {
        for written in [key.to_owned(), percent_encoded(key, true), percent_encoded(key, false)] {
            text = without(&text, &written);
        }
    }
    let flat = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words: Vec<&str> = flat.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The text with every occurrence hidden, in upper or lower case.
fn without(text: &str, word: &str) -> String {
    let (lower, word) = (text.to_ascii_lowercase(), word.to_ascii_lowercase());
    let mut rest = 0;
    let mut clean = String::with_capacity(text.len());
    // lower case of ASCII keeps all positions
    for (at, found) in lower.match_indices(&word) {
        clean.push_str(text.get(rest..at).unwrap_or_default());
        clean.push_str(HIDDEN);
        rest = at + found.len();
    }
    clean.push_str(text.get(rest..).unwrap_or_default());
    clean
}

/// As it stands in a URL; the two ways differ in what they leave as it is.
fn percent_encoded(key: &str, keep_marks: bool) -> String {
    let kept = |byte: u8| {
        byte.is_ascii_alphanumeric() || (keep_marks && matches!(byte, b'-' | b'_' | b'.' | b'~'))
    };
    let encode = |byte: u8| {
        if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    key.bytes().map(encode).collect()
}
