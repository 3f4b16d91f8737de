//! Page sizes, and the cut of a page from one row more than was asked for.

use crate::{cursor::List, problem::Problem};

#[cfg(test)]
mod tests;

/// Rows of a page when the request names no size.
pub const DEFAULT_SIZE: u32 = 50;
/// Most rows of a page.
pub const MAX_SIZE: u32 = 500;

/// Rows a page may hold: 1..=[`MAX_SIZE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u32);

impl Default for PageSize {
    fn default() -> Self {
        Self(DEFAULT_SIZE)
    }
}

impl PageSize {
    /// Checks the size a request asks for.
    ///
    /// # Errors
    /// `PAGE_SIZE_INVALID` for zero, negative and too large sizes.
    pub fn new(first: Option<i64>) -> Result<Self, Problem> {
        let Some(first) = first else { return Ok(Self::default()) };
        match u32::try_from(first) {
            Ok(size) if (1..=MAX_SIZE).contains(&size) => Ok(Self(size)),
            _ => Err(invalid(&first.to_string())),
        }
    }

    /// The same for a size that arrives as text.
    ///
    /// # Errors
    /// `PAGE_SIZE_INVALID`, also for a text that is no whole number.
    pub fn parse(first: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = first else { return Ok(Self::default()) };
        Self::new(Some(text.parse().map_err(|_| invalid(text))?))
    }

    /// A page that no request asked for: a part of a longer answer, at most `u32::MAX - 1` rows, at least one.
    #[must_use]
    pub fn part(rows: u32) -> Self {
        Self(rows.clamp(1, u32::MAX - 1))
    }

    /// Rows of the page.
    #[must_use]
    pub const fn rows(self) -> u32 {
        self.0
    }

    /// Rows to read: one more, which tells whether there is a next page.
    #[must_use]
    pub const fn limit(self) -> u32 {
        self.0 + 1
    }

    /// Cuts the extra row off; `true` when there was one, that is, when another page follows.
    pub fn cut<T>(self, rows: &mut Vec<T>) -> bool {
        let size = usize::try_from(self.0).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        more
    }
}

/// How much of a list, from where.
#[derive(Debug, Clone, Copy)]
pub struct Slice<'a> {
    /// Rows of the page.
    pub size: PageSize,
    /// Cursor of the row before it.
    pub after: Option<&'a str>,
}

impl<'a> Slice<'a> {
    /// A slice as a query string asks for it.
    ///
    /// # Errors
    /// `PAGE_SIZE_INVALID`.
    pub fn parse(first: Option<&str>, after: Option<&'a str>) -> Result<Self, Problem> {
        Ok(Self { size: PageSize::parse(first)?, after })
    }

    /// A slice as GraphQL arguments ask for it.
    ///
    /// # Errors
    /// `PAGE_SIZE_INVALID`.
    pub fn new(first: Option<i32>, after: Option<&'a str>) -> Result<Self, Problem> {
        Ok(Self { size: PageSize::new(first.map(i64::from))?, after })
    }
}

/// A page of rows, each with the cursor that stands at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    /// Cursor and row.
    pub rows: Vec<(String, T)>,
    /// Whether more follow.
    pub more: bool,
}

impl<T> Rows<T> {
    /// Cuts what was read, up to [`PageSize::limit`] rows, to the page and gives each row its cursor.
    #[must_use]
    pub fn new(
        mut found: Vec<T>,
        size: PageSize,
        list: &List,
        position: impl Fn(&T) -> Vec<u8>,
    ) -> Self {
        let more = size.cut(&mut found);
        let rows = found.into_iter().map(|row| (list.cursor(&position(&row)), row)).collect();
        Self { rows, more }
    }

    /// The same rows in another form.
    #[must_use]
    pub fn map<R>(self, view: impl Fn(T) -> R) -> Rows<R> {
        let rows = self.rows.into_iter().map(|(cursor, row)| (cursor, view(row))).collect();
        Rows { rows, more: self.more }
    }

    /// The cursor of the next page.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        self.rows.last().filter(|_| self.more).map(|(cursor, _)| cursor.clone())
    }
}

fn invalid(given: &str) -> Problem {
    let given: String = given.chars().take(40).collect();
    Problem::bad_request(
        "PAGE_SIZE_INVALID",
        format!("`first` must be a whole number from 1 to {MAX_SIZE}, not `{given}`"),
    )
}
