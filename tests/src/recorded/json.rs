//! JSON whose numbers may be larger than 64 bits, and values that may be numbers or strings.

use std::{fmt::Debug, path::Path, str::FromStr};

use anyhow::{Context, Result};
use serde_json::Value;

/// Digits that certainly fit 64 bits.
const SAFE_DIGITS: usize = 15;

/// One JSON document.
///
/// # Errors
/// When the file is none.
pub fn document(path: &Path) -> Result<Value> {
    parse(&super::text(path)?).with_context(|| format!("parsing {}", path.display()))
}

/// One JSON document per line.
///
/// # Errors
/// When a line is none.
pub fn lines(path: &Path) -> Result<Vec<Value>> {
    super::text(path)?.lines().map(parse).collect()
}

/// Parses JSON without loss: long integers become strings.
fn parse(text: &str) -> Result<Value> {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '0'..='9' => rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        // a digit after a point or minus belongs to a number that is short in all these files
        if first.is_ascii_digit() && length > SAFE_DIGITS && !safe.ends_with(['.', '-']) {
            safe.extend(["\"", token, "\""]);
        } else if first.is_ascii_digit() && length > SAFE_DIGITS && safe.ends_with('-') {
            safe.pop();
            safe.extend(["\"-", token, "\""]);
        } else {
            safe.push_str(token);
        }
        rest = after;
    }
    Ok(serde_json::from_str(&safe)?)
}

/// Length of the string literal that `text` starts with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (place, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// A number, an address or a hash, whether it was written as a JSON number or as a string.
///
/// # Errors
/// When it is absent or something else.
pub fn field<T: FromStr<Err: Debug>>(object: &Value, name: &str) -> Result<T> {
    value(&object[name]).with_context(|| format!("field {name}"))
}

/// The value itself, likewise.
///
/// # Errors
/// When it is something else.
pub fn value<T: FromStr<Err: Debug>>(value: &Value) -> Result<T> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.parse().map_err(|error| anyhow::anyhow!("{text:?}: {error:?}"))
}
