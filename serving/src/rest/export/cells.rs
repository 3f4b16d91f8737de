//! Values as cells of CSV.

use std::borrow::Cow;

use serde_json::Value;

/// What a text may begin with that makes spreadsheets run it, as a symbol of a token may.
const RUN: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The value at a path such as `token0.symbol`; null and what is missing are empty.
pub(super) fn cell<'a>(row: &'a Value, path: &str) -> Cow<'a, str> {
    let mut value = row;
    for name in path.split('.') {
        let Some(inner) = value.get(name) else { return Cow::Borrowed("") };
        value = inner;
    }
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => harmless(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Cow::Owned(value.to_string())
        }
    }
}

/// A text that no spreadsheet takes for a formula: one that might be gets an apostrophe before it. Numbers stay what they are.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let runs = text.starts_with(RUN) && !is_number(text);
    if runs { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A plain decimal, such as `-12.5`.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(places)
}
