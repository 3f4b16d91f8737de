//! The range that a refusal proposes.

/// What a refusal says would work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suggestion {
    /// These blocks, ends included.
    Span {
        /// First block.
        from: u64,
        /// Last block.
        to: u64,
    },
    /// So many blocks at once.
    Blocks(u64),
}

/// Words after which a number of blocks stands, in lower case.
const BEFORE_BLOCKS: [&str; 19] = [
    "limited to a ",
    "limited to ",
    "maximum is set to ",
    "max range: ",
    "requested blocks is ",
    "maximum block range: ",
    "max block range ",
    "block range greater than ",
    "block range exceeds ",
    "max is ",
    "smaller than size ",
    "wide (maximum ",
    "with up to a ",
    "blocks distance: ",
    "query to at most ",
    "the limit is ",
    "ranges over ",
    "narrow your filter: ",
    "a maximum of ",
];

/// The range or number of blocks that a message proposes.
pub(crate) fn suggestion(message: &str) -> Option<Suggestion> {
    let text = message.to_lowercase();
    if let Some(span) = span(&text) {
        return Some(span);
    }
    if let Some(allowed) = text.split_once("allowed for your plan (").map(|(_, rest)| rest) {
        let (_, allowed) = allowed.split_once('>')?;
        return blocks(allowed.trim_start());
    }
    if let Some((asked, limit)) = text.split_once("exceeds limit of ")
        && asked.trim_end().rsplit_once("range ").is_some()
    {
        return blocks(limit);
    }
    // "narrow your filter" of too many logs counts logs
    if text.contains("too many logs") {
        return None;
    }
    BEFORE_BLOCKS.iter().find_map(|words| text.split_once(words).and_then(|(_, rest)| blocks(rest)))
}

/// `[0x.., 0x..]`, `0x..-0x..` or `range 12-34`.
fn span(text: &str) -> Option<Suggestion> {
    let bracket = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    let pair = bracket
        .and_then(|(inside, _)| inside.split_once(','))
        .or_else(|| text.split_once("range ").and_then(|(_, rest)| rest.split_once('-')))?;
    let from = number(pair.0.trim())?;
    let to = number(pair.1.trim())?;
    (from <= to).then_some(Suggestion::Span { from, to })
}

/// The number, hexadecimal or decimal, at the start of a text, to which nothing but it may stand before a `-`.
fn number(text: &str) -> Option<u64> {
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

/// `10,000 blocks`, `10k`, `0 - 50 blocks`.
fn blocks(text: &str) -> Option<Suggestion> {
    let (count, rest) = count(text)?;
    let (count, rest) = match rest.strip_prefix(" - ").and_then(self::count) {
        Some(upper) => upper,
        None => (count, rest),
    };
    // 150mb is no number of blocks
    let is_whole = !rest.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !rest.trim_start().starts_with("mb");
    (is_whole && count > 0).then_some(Suggestion::Blocks(count))
}

fn count(text: &str) -> Option<(u64, &str)> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '_')).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let digits = digits.chars().filter(char::is_ascii_digit).collect::<String>();
    let count: u64 = digits.parse().ok()?;
    match rest.strip_prefix('k') {
        Some(rest) => Some((count.checked_mul(1000)?, rest)),
        None => Some((count, rest)),
    }
}
