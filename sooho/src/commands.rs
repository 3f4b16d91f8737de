//! One file per command.

pub mod backup;
pub mod check;
pub mod estimate;
pub mod health;
pub mod index;
pub mod keys;
pub mod prices;
pub mod reindex;
pub mod restore;
pub mod rewind;
pub mod status;
mod table;
pub mod verify;
