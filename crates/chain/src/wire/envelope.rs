//! JSON-RPC around questions and answers.

use std::fmt::{self, Write};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned},
};
use serde_json::Value;

use crate::error::{ChainError, Fault, shorten};

/// The text of one request, or of a batch when there are several sets of parameters. Ids count up from `first`.
pub(crate) fn body(method: &str, params: &[&str], first: u64) -> String {
    let one = |text: &mut String, id: u64, params: &str| {
        // writing into a string cannot fail
        let _ =
            write!(text, r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
    };
    let mut text = String::with_capacity(params.iter().map(|p| p.len() + 80).sum::<usize>() + 2);
    if let [params] = params {
        one(&mut text, first, params);
        return text;
    }
    text.push('[');
    for (id, params) in (first..).zip(params) {
        if id > first {
            text.push(',');
        }
        one(&mut text, id, params);
    }
    text.push(']');
    text
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    #[serde(default)]
    id: Id,
    // a result of null is a result
    #[serde(default = "none", deserialize_with = "present")]
    result: Option<T>,
    #[serde(default)]
    error: Option<ErrorObject>,
}

const fn none<T>() -> Option<T> {
    None
}

fn present<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[derive(Deserialize)]
struct ErrorObject {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    data: Option<Value>,
}

impl ErrorObject {
    fn fault(&self, method: &str) -> Fault {
        // some nodes wrap the revert data once more
        let data = self
            .data
            .as_ref()
            .and_then(|data| data.as_str().or_else(|| data.get("data").and_then(Value::as_str)));
        Fault::from_response(method, self.code, &self.message, data)
    }
}

/// An id as sent; what is no number of ours is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Id(Option<u64>);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl de::Visitor<'_> for IdVisitor {
            type Value = Id;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an id")
            }

            fn visit_u64<E: de::Error>(self, id: u64) -> Result<Id, E> {
                Ok(Id(Some(id)))
            }

            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Id, E> {
                Ok(Id(None))
            }

            fn visit_str<E: de::Error>(self, id: &str) -> Result<Id, E> {
                Ok(Id(id.parse().ok()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Id, E> {
                Ok(Id(None))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// Reads the answers to `count` requests whose ids count up from `first`, in the order of the requests. The outer fault
/// is one of all of them.
pub(crate) fn answers<T: DeserializeOwned>(
    method: &str,
    text: &[u8],
    first: u64,
    count: usize,
) -> Result<Vec<Result<T, Fault>>, Fault> {
    let start = text.iter().find(|byte| !byte.is_ascii_whitespace());
    match start {
        Some(b'{') => {
            let envelope: Envelope<T> = parse(text)?;
            match envelope.error {
                Some(error) => Err(error.fault(method)),
                None if count != 1 => Err(inconsistent(format!("one answer to {count} requests"))),
                None if envelope.id.0.is_some_and(|id| id != first) => {
                    Err(inconsistent("an answer with the id of another request".into()))
                }
                None => Ok(vec![outcome(method, envelope)]),
            }
        }
        Some(b'[') => sort(method, parse(text)?, first, count),
        _ => Err(Fault::unavailable(&format!("no JSON: {}", String::from_utf8_lossy(head(text))))),
    }
}

fn sort<T: DeserializeOwned>(
    method: &str,
    envelopes: Vec<Envelope<T>>,
    first: u64,
    count: usize,
) -> Result<Vec<Result<T, Fault>>, Fault> {
    let mut slots = std::iter::repeat_with(|| None).take(count).collect::<Vec<_>>();
    for envelope in envelopes {
        let slot = envelope.id.0.and_then(|id| id.checked_sub(first));
        let slot = slot.and_then(|slot| slots.get_mut(usize::try_from(slot).ok()?));
        match (slot, &envelope.error) {
            (Some(slot), _) => *slot = Some(outcome(method, envelope)),
            // an error without id speaks of the whole batch
            (None, Some(error)) => return Err(error.fault(method)),
            (None, None) => return Err(inconsistent("an answer with an unknown id".into())),
        }
    }
    let missing = || Err(Fault::unavailable("the answer to one request of a batch is missing"));
    Ok(slots.into_iter().map(|slot| slot.unwrap_or_else(missing)).collect())
}

fn outcome<T>(method: &str, envelope: Envelope<T>) -> Result<T, Fault> {
    match (envelope.error, envelope.result) {
        (Some(error), _) => Err(error.fault(method)),
        (None, Some(result)) => Ok(result),
        (None, None) => Err(inconsistent("neither result nor error".into())),
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(text).map_err(|error| {
        if error.is_eof() {
            return Fault::unavailable(&format!(
                "the answer was cut off after {} bytes",
                text.len()
            ));
        }
        let shown = shorten(&String::from_utf8_lossy(head(text)));
        inconsistent(format!("{error} in `{shown}`"))
    })
}

/// Enough of a text to show.
fn head(text: &[u8]) -> &[u8] {
    text.get(..120).unwrap_or(text)
}

fn inconsistent(text: String) -> Fault {
    ChainError::Inconsistent(text).into()
}
