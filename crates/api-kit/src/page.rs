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

/// A page of rows, each with the cursor that stands at it; cursors are made where they are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
    positions: Positions,
}

/// Where the rows of a page stand in their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    // none: they are the cursors themselves, as text
    list: Option<List>,
    bytes: Vec<Vec<u8>>,
}

impl Positions {
    /// The cursors, in the order of the rows.
    pub fn cursors(&self) -> impl Iterator<Item = String> {
        self.bytes.iter().map(|position| self.cursor(position))
    }

    /// That of the first row.
    #[must_use]
    pub fn first(&self) -> Option<String> {
        self.bytes.first().map(|position| self.cursor(position))
    }

    /// That of the last row.
    #[must_use]
    pub fn last(&self) -> Option<String> {
        self.bytes.last().map(|position| self.cursor(position))
    }

    fn cursor(&self, position: &[u8]) -> String {
        match &self.list {
            Some(list) => list.cursor(position),
            None => String::from_utf8_lossy(position).into_owned(),
        }
    }
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
        let bytes = found.iter().map(position).collect();
        Self { rows: found, more, positions: Positions { list: Some(list.clone()), bytes } }
    }

    /// Rows whose cursors mean something by themselves, such as times.
    #[must_use]
    pub fn by(rows: Vec<T>, more: bool, cursor: impl Fn(&T) -> String) -> Self {
        let bytes = rows.iter().map(|row| cursor(row).into_bytes()).collect();
        Self { rows, more, positions: Positions { list: None, bytes } }
    }

    /// The same rows in another form.
    #[must_use]
    pub fn map<R>(self, view: impl Fn(T) -> R) -> Rows<R> {
        let Self { rows, more, positions } = self;
        Rows { rows: rows.into_iter().map(view).collect(), more, positions }
    }

    /// The same rows in another form, which were made together: as many, in their order.
    ///
    /// # Errors
    /// What making them fails with.
    pub async fn map_all<R, E>(
        self,
        view: impl AsyncFnOnce(Vec<T>) -> Result<Vec<R>, E>,
    ) -> Result<Rows<R>, E> {
        let Self { rows, more, positions } = self;
        Ok(Rows { rows: view(rows).await?, more, positions })
    }

    /// The cursor of the next page.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        self.positions.last().filter(|_| self.more)
    }

    /// Where the rows stand.
    #[must_use]
    pub const fn positions(&self) -> &Positions {
        &self.positions
    }
}

fn invalid(given: &str) -> Problem {
    let given: String = given.chars().take(40).collect();
    Problem::bad_request(
        "PAGE_SIZE_INVALID",
        format!("`first` must be a whole number from 1 to {MAX_SIZE}, not `{given}`"),
    )
}
