//! One file per command.

pub mod check;
pub mod index;
pub mod rewind;
pub mod status;
pub mod verify;
