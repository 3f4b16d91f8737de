//! Files as they arrive.

use anyhow::{Context, Result, ensure};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// A file, or what came of it.
#[derive(Debug)]
pub struct File {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Whether the body ended as it should.
    pub whole: bool,
}

impl File {
    /// Asks for a file.
    pub async fn get(url: &str, headers: &[(&str, &str)]) -> Result<Self> {
        let client = reqwest::Client::new();
        let mut request = client.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::rest(request.send().await?, Vec::new()).await
    }

    /// The rest of one that was begun.
    pub async fn rest(mut answer: reqwest::Response, mut body: Vec<u8>) -> Result<Self> {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let whole = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        Ok(Self { status, headers, text: String::from_utf8(body)?, whole })
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The rows of NDJSON, and its last line.
    pub fn lines(&self) -> Result<(Vec<Value>, Value)> {
        let lines = self.text.lines().map(serde_json::from_str);
        let mut lines: Vec<Value> = lines.collect::<Result<_, _>>()?;
        let last = lines.pop().context("an empty file")?;
        Ok((lines, last))
    }

    /// The header and the rows of CSV, read by hand as RFC 4180 says.
    pub fn table(&self) -> Result<(Vec<String>, Vec<Vec<String>>)> {
        let mut records = records(&self.text)?;
        ensure!(!records.is_empty(), "no header");
        let header = records.remove(0);
        for record in &records {
            ensure!(record.len() == header.len(), "{header:?}: {record:?}");
        }
        Ok((header, records))
    }
}

fn records(text: &str) -> Result<Vec<Vec<String>>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match (quoted, letter) {
            (true, '"') if letters.next_if_eq(&'"').is_some() => field.push('"'),
            (true, '"') => quoted = false,
            (true, letter) => field.push(letter),
            (false, '"') => {
                ensure!(field.is_empty(), "a quote in {field}");
                quoted = true;
            }
            (false, ',') => record.push(std::mem::take(&mut field)),
            (false, '\r') => {
                ensure!(letters.next() == Some('\n'), "a line ends in a CR alone");
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            (false, '\n') => anyhow::bail!("a line ends in an LF alone"),
            (false, letter) => field.push(letter),
        }
    }
    ensure!(record.is_empty() && field.is_empty() && !quoted, "the last line does not end");
    Ok(records)
}

/// Paths and texts of what is in a row, in a cell's form.
pub fn leaves(row: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(row, "", &mut found);
    found
}

fn walk(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(inner, &path, found);
            }
        }
        Value::Null => {}
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        _ => found.push((path.to_owned(), value.to_string())),
    }
}
