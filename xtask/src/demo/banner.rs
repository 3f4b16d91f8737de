//! What is printed when everything answers.

use std::time::Duration;

use super::ports::Ports;

/// Addresses and queries to try.
pub fn text(ports: &Ports, took: Duration) -> String {
    format!("{ports:?} {took:?}")
}
