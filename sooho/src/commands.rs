//! One file per command.

pub mod check;
pub mod index;
pub mod status;
