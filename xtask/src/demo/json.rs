//! Reading single values out of JSON that our own programs wrote.

/// The value of the first key `key` in `text`: a string without its quotes, or the characters of a number.
pub fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let quoted = format!("\"{key}\"");
    let rest = text.split_once(&quoted)?.1.trim_start().strip_prefix(':')?.trim_start();
    if let Some(string) = rest.strip_prefix('"') {
        return string.split_once('"').map(|(value, _)| value);
    }
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end).filter(|number| !number.is_empty())
}
