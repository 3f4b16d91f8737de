//! Process furniture: configuration loading, logging, shutdown. What a process needs before it knows what it does.
//!
//! Configuration and environment enter the workspace here and nowhere else.

mod allocator;
pub mod config;
pub mod logging;
pub mod shutdown;

pub use prometheus::{Error as MetricsError, Registry};
pub use shutdown::Shutdown;
