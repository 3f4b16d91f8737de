//! The loopback ports of a demo: the documented ones, or free ones where those are taken.

use super::http::free_port;
use crate::error::{Error, Result};

/// Where everything listens.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// The chain's JSON-RPC endpoint.
    pub chain: u16,
    /// The indexer's metrics and health.
    pub indexer: u16,
    /// The DEX API.
    pub serving: u16,
    /// The community API.
    pub nft_api: u16,
}

impl Ports {
    /// Picks them now; they are taken a moment later.
    pub fn pick() -> Result<Self> {
        Ok(Self {
            chain: port(8545)?,
            indexer: port(8082)?,
            serving: port(8080)?,
            nft_api: port(8081)?,
        })
    }
}

fn port(preferred: u16) -> Result<u16> {
    free_port(preferred).ok_or_else(|| {
        Error::new("no free port on 127.0.0.1; stop some servers and run this again")
    })
}
