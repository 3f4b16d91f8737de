//! Tables with a header line, as the recordings hold them.

use std::{fmt::Debug, path::Path, str::FromStr};

use anyhow::{Context, Result};

/// A table in memory.
#[derive(Debug)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A row with its table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    header: &'a [String],
    cells: &'a [String],
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// When there is no header.
    pub fn read(path: &Path) -> Result<Self> {
        let text = super::text(path)?;
        let mut lines = text.lines().map(cells);
        let header = lines.next().with_context(|| format!("{} is empty", path.display()))?;
        Ok(Self { header, rows: lines.collect() })
    }

    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { header: &self.header, cells })
    }
}

impl<'a> Row<'a> {
    /// A cell's text.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn text(self, column: &str) -> Result<&'a str> {
        let place = self.header.iter().position(|name| name == column);
        let cell = place.and_then(|place| self.cells.get(place));
        cell.map(String::as_str).with_context(|| format!("no column {column}"))
    }

    /// A cell's value.
    ///
    /// # Errors
    /// When it does not parse.
    pub fn get<T: FromStr<Err: Debug>>(self, column: &str) -> Result<T> {
        let text = self.text(column)?;
        text.parse().map_err(|error| anyhow::anyhow!("{column} {text:?}: {error:?}"))
    }

    /// A tick, which some tools write with a fraction of zero.
    ///
    /// # Errors
    /// When it is none.
    pub fn tick(self, column: &str) -> Result<i32> {
        let text = self.text(column)?;
        text.strip_suffix(".0").unwrap_or(text).parse().with_context(|| format!("tick {text:?}"))
    }
}

/// Cells of a line; quotes protect commas.
fn cells(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}
