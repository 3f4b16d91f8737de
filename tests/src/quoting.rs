//! Quotes computed from the store beside those of the contracts: pools as the store knows them, random questions, the
//! real quoters, and a scene to play in.

pub mod ask;
pub mod contracts;
pub mod hand;
pub mod known;
pub mod paths;
pub mod scene;
pub mod tally;
pub mod taxed;
