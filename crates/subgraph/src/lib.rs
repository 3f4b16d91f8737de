//! The query dialect of the subgraphs, over entities that somebody else keeps.
//!
//! A [`schema`] file says which entities there are. A request's document is read leniently, as the reference does, into a plan:
//! of each field of the root which entities at which block, in which order, and what of them. The plan is carried out level by
//! level, so that what it asks of the one who keeps the entities does not grow with their number.
//!
//! This crate knows no store, no web and no chain: a new entity is some lines of a schema file.

mod api;
mod columns;
mod document;
pub mod entities;
pub mod envelope;
pub mod error;
mod execute;
pub mod filter;
mod limits;
#[cfg(test)]
mod memory;
pub mod moment;
pub mod page;
mod plan;
mod scalar;
pub mod schema;
mod shown;
pub mod standard;
pub mod value;

pub use self::{
    api::Api,
    document::{Document, Selected},
    entities::Entities,
    error::QueryError,
    execute::{Answer, Request, Subgraph},
    limits::Limits,
};
