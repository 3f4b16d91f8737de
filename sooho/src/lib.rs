//! The executable's library: command line, configuration and the wiring of the services.

pub mod chains;
pub mod cli;
pub mod commands;
pub mod config;
pub mod error;
pub mod fetch;
pub mod presets;
pub mod prices;
pub mod service;
pub mod up;
