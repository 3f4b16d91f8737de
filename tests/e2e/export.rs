//! Lists as files: the rows of the pages, all of one block, as CSV and as NDJSON, and what happens when it cannot be given to
//! its end.

mod ends;
mod equal;
mod many;
mod parts;
mod refusals;
mod text;
