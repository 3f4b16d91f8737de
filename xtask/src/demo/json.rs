//! Reading values out of JSON that our own programs wrote.

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

/// The strings in the list under the first key `key` in `text`; none if there is no such list.
pub fn values<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    let list = text
        .split_once(&format!("\"{key}\""))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
        .and_then(|rest| rest.trim_start().strip_prefix('['))
        .and_then(|rest| rest.split_once(']'));
    list.map(|(items, _)| items.split('"').skip(1).step_by(2).collect()).unwrap_or_default()
}
