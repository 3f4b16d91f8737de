//! JSON whose numbers keep their digits, and the ways in which sources bend it.

use std::fmt::{self, Write as _};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    /// Written bare.
    Number(String),
    /// A time, written bare in the unit in which it stands here.
    Time(u64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn number(text: impl ToString) -> Self {
        Self::Number(text.to_string())
    }

    pub(crate) fn map<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Changes every value, the innermost first.
    pub(crate) fn bend(self, change: &impl Fn(Self) -> Self) -> Self {
        change(match self {
            Self::List(items) => {
                Self::List(items.into_iter().map(|item| item.bend(change)).collect())
            }
            Self::Map(fields) => {
                let bent = fields.into_iter().map(|(name, value)| (name, value.bend(change)));
                Self::Map(bent.collect())
            }
            plain => plain,
        })
    }

    /// Whether it is a list of lists or of objects: rows.
    pub(crate) fn is_rows(&self) -> bool {
        match self {
            Self::List(items) => matches!(items.first(), Some(Self::List(_) | Self::Map(_))),
            _ => false,
        }
    }

    /// Whether a text is a number.
    pub(crate) fn is_numeric(text: &str) -> bool {
        let body = text.strip_prefix('-').unwrap_or(text);
        body.starts_with(|first: char| first.is_ascii_digit())
            && body.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
            && !body.ends_with('.')
            && (body == "0" || body.starts_with("0.") || !body.starts_with('0'))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separate = |f: &mut fmt::Formatter<'_>, index: usize| {
            if index > 0 { f.write_char(',') } else { Ok(()) }
        };
        match self {
            Self::Null => f.write_str("null"),
            Self::Number(text) => f.write_str(text),
            Self::Time(time) => write!(f, "{time}"),
            Self::Text(text) => quoted(f, text),
            Self::List(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    separate(f, index)?;
                    write!(f, "{item}")?;
                }
                f.write_char(']')
            }
            Self::Map(fields) => {
                f.write_char('{')?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    separate(f, index)?;
                    quoted(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' | '\\' => write!(f, "\\{letter}")?,
            letter if letter.is_control() => write!(f, "\\u{:04x}", u32::from(letter))?,
            letter => f.write_char(letter)?,
        }
    }
    f.write_char('"')
}
