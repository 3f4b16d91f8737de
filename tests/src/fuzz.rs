//! Questions that nobody means: made by chance from what a service says that it takes.

pub mod graphql;
pub mod words;
