//! Rows written once, given out in pages.

use std::sync::Arc;

use api_kit::problem::Problem;
use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use crate::feeds::asked::Asked;

#[cfg(test)]
mod tests;

/// Most rows of a page.
const MOST: u32 = 500;

/// The rows of an answer as JSON. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lines {
    /// All of them, within their brackets.
    text: Bytes,
    /// Where each row ends in it.
    ends: Arc<[usize]>,
}

impl Lines {
    /// An array.
    pub(crate) fn list<T: Serialize>(
        rows: impl IntoIterator<Item = T>,
    ) -> Result<Self, serde_json::Error> {
        Self::within(*b"[]", rows, |text, row| serde_json::to_writer(text, &row))
    }

    /// An object with a member for each row.
    pub(crate) fn map<T: Serialize>(
        rows: impl IntoIterator<Item = (String, T)>,
    ) -> Result<Self, serde_json::Error> {
        Self::within(*b"{}", rows, |text, (name, row)| {
            serde_json::to_writer(&mut *text, &name)?;
            text.push(b':');
            serde_json::to_writer(text, &row)
        })
    }

    fn within<T>(
        [open, close]: [u8; 2],
        rows: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Vec<u8>, T) -> Result<(), serde_json::Error>,
    ) -> Result<Self, serde_json::Error> {
        let (mut text, mut ends) = (vec![open], Vec::new());
        for row in rows {
            if !ends.is_empty() {
                text.push(b',');
            }
            write(&mut text, row)?;
            ends.push(text.len());
        }
        text.push(close);
        Ok(Self { text: text.into(), ends: ends.into() })
    }

    /// All of them.
    pub(crate) fn whole(&self) -> Response {
        json(self.text.clone())
    }

    /// The part that a request wants: all, or `limit` after the first `skip`.
    pub(crate) fn page(&self, asked: &Asked) -> Result<Response, Problem> {
        let place = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let skip = asked.count("skip", u32::MAX)?.map_or(0, place);
        let limit = asked.count("limit", MOST)?.filter(|limit| *limit > 0);
        Ok(json(self.part(skip, limit.map_or(usize::MAX, place))))
    }

    fn part(&self, skip: usize, limit: usize) -> Bytes {
        let skip = skip.min(self.ends.len());
        let end = skip.saturating_add(limit).min(self.ends.len());
        if end - skip == self.ends.len() {
            return self.text.clone();
        }
        // a row begins behind the comma after the one before it
        let begin =
            skip.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(1, |end| end + 1);
        let end = end.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(1);
        let rows = self.text.get(begin..end).unwrap_or_default();
        let brackets = (self.text.first(), self.text.last());
        let all = brackets.0.into_iter().chain(rows).chain(brackets.1);
        all.copied().collect()
    }
}

fn json(text: Bytes) -> Response {
    let mut response = Body::from(text).into_response();
    let kind = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
