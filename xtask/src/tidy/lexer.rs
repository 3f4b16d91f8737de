//! Just enough of Rust's lexis to tell code from comments and strings, line by line.

/// `line` without its comment and, if `strings` is false, without what stands between double quotes.
pub fn code_of(line: &str, strings: bool) -> String {
    let mut code = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    let mut in_string = false;
    while let Some(c) = characters.next() {
        match c {
            '\\' if in_string => {
                let escaped = characters.next();
                if strings {
                    code.push(c);
                    code.extend(escaped);
                }
            }
            '\'' if !in_string && characters.peek() == Some(&'"') => code.extend([c, '?']),
            '"' => {
                in_string = !in_string;
                code.push(c);
            }
            '/' if !in_string && characters.peek() == Some(&'/') => break,
            _ if in_string && !strings => {}
            _ => code.push(c),
        }
        if code.ends_with("'?") {
            characters.next();
        }
    }
    code
}

/// Whether `word` stands in `code` and is not just a piece of a longer name.
pub fn says(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let (before, rest) = code.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or_default();
        let opens = word.starts_with(is_name);
        let closes = word.ends_with(is_name);
        let begun = opens && before.ends_with(|c| is_name(c) || c == '\'');
        let goes_on = closes && after.starts_with(is_name);
        !begun && !goes_on
    })
}

/// The hexadecimal constants in `code`, without their `0x`.
pub fn hex_constants(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices("0x").filter_map(|(at, _)| {
        let digits = code.get(at + 2..)?;
        let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
        digits.get(..end)
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
