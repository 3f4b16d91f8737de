//! Reading a version out of what `--version` prints.

/// The major number of the first `N.N…` in `text`, with or without a leading `v`.
pub fn major_in(text: &str) -> Option<u32> {
    text.split(|c: char| c.is_whitespace() || c == ',').find_map(|word| {
        let (major, rest) = word.strip_prefix('v').unwrap_or(word).split_once('.')?;
        rest.starts_with(|c: char| c.is_ascii_digit()).then(|| major.parse().ok())?
    })
}
