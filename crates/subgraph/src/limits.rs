//! How much a request may ask for.

/// Bounds of requests. The reference leaves most of them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Rows of a list.
    pub first: u32,
    /// Rows that a list leaves out.
    pub skip: u32,
    /// Levels of fields.
    pub depth: usize,
    /// Fields of the root.
    pub roots: usize,
    /// Rows that a request may give, counted as if each list were full.
    pub rows: u64,
    /// Entities that are looked at for a list that is chosen or ordered by what others hold.
    pub candidates: u32,
    /// Steps of telling the schema.
    pub told: usize,
    /// Values that arguments have, each as often as it is used.
    pub values: usize,
    /// Bytes of an answer.
    pub bytes: usize,
    /// Steps of reading a document: fields, each as often as fragments bring it.
    pub steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first: 1_000,
            skip: 1_000_000,
            depth: 16,
            roots: 1_000,
            rows: 2_000_000,
            candidates: 10_000,
            told: 300_000,
            values: 200_000,
            bytes: 64 << 20,
            steps: 20_000,
        }
    }
}
