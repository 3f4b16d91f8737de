//! What can be wrong with an answer.

use std::time::Duration;

use crate::json::Json;

/// A fault of one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This status, with a text and perhaps a `Retry-After`.
    Status(u16, Option<String>),
    /// This body, with status 200.
    Body(String),
    /// 401, with a text that tells the key (all headers and the path).
    EchoesKey,
    /// The page of a gateway, with status 200.
    Html,
    /// To another place.
    Redirect(String),
    /// Half of the body, then nothing for so long, then the rest.
    Slow(Duration),
    /// Half of the body, then the connection ends.
    Cut,
    /// A body as long as this many bytes, of blanks; packed if so said.
    Long(usize, bool),
    /// The body packed (no fault).
    Gzip,
    /// Only half of the packed body, as if it were whole.
    CutGzip,
    /// Packed, it says, in a way that nobody offered.
    OddEncoding,
    /// Numbers in quotes and quoted numbers bare.
    QuotesTurned,
    /// Times in seconds become milliseconds, and those in milliseconds seconds.
    UnitsTurned,
    /// Rows in reverse order.
    Reversed,
    /// The first row twice.
    Doubled,
    /// The second row left out.
    Gap,
    /// No rows and no fields.
    Empty,
    /// `null` for the first bare or quoted number.
    NullNumber,
    /// This for the first bare or quoted number, as it stands here.
    OddNumber(String),
}

impl Fault {
    /// What it makes of a good answer's JSON.
    pub(crate) fn bend(&self, json: Json) -> Json {
        match self {
            Self::QuotesTurned => json.bend(&|value| match value {
                Json::Number(text) => Json::Text(text),
                Json::Time(time) => Json::Text(time.to_string()),
                Json::Text(text) if Json::is_numeric(&text) => Json::Number(text),
                other => other,
            }),
            Self::UnitsTurned => json.bend(&|value| match value {
                Json::Time(time) if time < 100_000_000_000 => Json::Time(time * 1_000),
                Json::Time(time) => Json::Time(time / 1_000),
                other => other,
            }),
            Self::Reversed => rows(json, |items| items.reverse()),
            Self::Doubled => rows(json, |items| {
                if let Some(first) = items.first().cloned() {
                    items.insert(0, first);
                }
            }),
            Self::Gap => rows(json, |items| {
                if items.len() > 1 {
                    items.remove(1);
                }
            }),
            Self::Empty => match json {
                Json::List(_) => Json::List(Vec::new()),
                // the frame stays: a list or an object of an answer is empty, not absent
                Json::Map(fields) => Json::Map(fields.into_iter().filter_map(emptied).collect()),
                other => other,
            },
            Self::NullNumber => first_number(json, &Json::Null),
            Self::OddNumber(text) => first_number(json, &Json::Number(text.clone())),
            _ => json,
        }
    }
}

fn rows(json: Json, change: impl Fn(&mut Vec<Json>)) -> Json {
    json.bend(&|value| {
        let is_rows = value.is_rows();
        match value {
            Json::List(mut items) if is_rows => {
                change(&mut items);
                Json::List(items)
            }
            other => other,
        }
    })
}

fn emptied((name, value): (String, Json)) -> Option<(String, Json)> {
    match value {
        Json::List(_) => Some((name, Json::List(Vec::new()))),
        Json::Map(_) if name == "coins" => Some((name, Json::Map(Vec::new()))),
        Json::Map(_) => None,
        other => Some((name, other)),
    }
}

/// Puts something in the place of the first number; times are no numbers here.
fn first_number(json: Json, instead: &Json) -> Json {
    fn put(json: &mut Json, instead: &Json) -> bool {
        match json {
            Json::Number(_) => {
                *json = instead.clone();
                true
            }
            Json::Text(text) if Json::is_numeric(text) => {
                *json = instead.clone();
                true
            }
            Json::List(items) => items.iter_mut().any(|item| put(item, instead)),
            Json::Map(fields) => fields.iter_mut().any(|(_, value)| put(value, instead)),
            _ => false,
        }
    }
    let mut json = json;
    put(&mut json, instead);
    json
}
