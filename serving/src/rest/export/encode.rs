//! Rows as text.

use std::io;

use api_kit::page::Rows;
use axum::body::Bytes;
use csv::{Terminator, Writer, WriterBuilder};
use serde::Serialize;

use super::{Format, Table, cells};

/// The last column of CSV.
const CURSOR: &str = "cursor";

/// Writes rows of a list.
#[derive(Debug)]
pub(super) struct Encoder {
    format: Format,
    columns: Vec<String>,
}

impl Encoder {
    pub(super) fn new(format: Format, table: &Table) -> Self {
        Self { format, columns: table.columns.clone() }
    }

    /// What stands before the first row.
    pub(super) fn head(&self) -> io::Result<Bytes> {
        if self.format == Format::Ndjson {
            return Ok(Bytes::new());
        }
        let mut out = csv();
        out.write_record(self.columns.iter().map(String::as_str).chain([CURSOR]))?;
        text(out)
    }

    /// Rows, each with its cursor.
    pub(super) fn rows<T: Serialize>(&self, rows: &Rows<T>) -> io::Result<Bytes> {
        if self.format == Format::Ndjson {
            let mut out = Vec::new();
            for row in &rows.rows {
                serde_json::to_writer(&mut out, row)?;
                out.push(b'\n');
            }
            return Ok(out.into());
        }
        let mut out = csv();
        for (cursor, row) in rows.positions().cursors().zip(&rows.rows) {
            let row = serde_json::to_value(row)?;
            for column in &self.columns {
                out.write_field(cells::cell(&row, column).as_bytes())?;
            }
            out.write_field(cursor)?;
            out.write_record(None::<&[u8]>)?;
        }
        text(out)
    }

    /// A last line that is no row. CSV has none: its end is the end of the body.
    pub(super) fn line(&self, line: &impl Serialize) -> io::Result<Bytes> {
        if self.format == Format::Csv {
            return Ok(Bytes::new());
        }
        let mut out = serde_json::to_vec(line)?;
        out.push(b'\n');
        Ok(out.into())
    }
}

fn csv() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn text(out: Writer<Vec<u8>>) -> io::Result<Bytes> {
    Ok(out.into_inner().map_err(|error| io::Error::other(error.to_string()))?.into())
}
