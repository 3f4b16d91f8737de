//! A question as it came and what is answered before faults.

use axum::http::{HeaderMap, Uri};

use crate::json::Json;

/// A question, taken apart.
#[derive(Debug)]
pub(crate) struct Question {
    /// Below the source's base.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) json: Json,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(crate) const fn ok(json: Json) -> Self {
        Self { status: 200, json, headers: Vec::new() }
    }

    pub(crate) const fn error(status: u16, json: Json) -> Self {
        Self { status, json, headers: Vec::new() }
    }
}

impl Question {
    /// The source's name and the question.
    pub(crate) fn read(uri: &Uri, headers: HeaderMap) -> (String, Self) {
        let mut path = uri.path().split('/').filter(|part| !part.is_empty()).map(decoded);
        let source = path.next().unwrap_or_default();
        let path = path.collect();
        let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        });
        (source, Self { path, query: query.collect(), headers })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let text = self.get(name).unwrap_or_default();
        text.split(',').filter(|part| !part.is_empty()).collect()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}

/// Without percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
