//! Where everything was deployed; the file that the demo and the tests pass around.

use std::path::Path;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::error::DevchainError;

mod market;

pub use market::Market;

/// The addresses of a deployed local chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Chain id.
    pub chain_id: u64,
    /// First block that holds anything of interest.
    pub start_block: u64,
    /// Last block of the deployment; traffic starts behind it.
    pub end_block: u64,
    /// The account that deployed: minter of tokens and collections, owner and a spender of the points.
    pub deployer: Address,
    /// Uniswap V2 factory.
    pub v2_factory: Address,
    /// Uniswap V2 router (02).
    pub v2_router: Address,
    /// Wrapped ether.
    pub weth: Address,
    /// Uniswap V3 factory.
    pub v3_factory: Address,
    /// SwapRouter02.
    pub swap_router02: Address,
    /// V3 positions as ERC-721 tokens.
    pub nonfungible_position_manager: Address,
    /// V3 quoter, second version.
    pub quoter_v2: Address,
    /// Reads V3 ticks by word.
    pub tick_lens: Address,
    /// Uniswap V4 pool manager.
    pub v4_pool_manager: Address,
    /// V4 positions as ERC-721 tokens.
    pub v4_position_manager: Address,
    /// V4 quoter.
    pub v4_quoter: Address,
    /// Reads V4 pool state.
    pub state_view: Address,
    /// Many calls in one.
    pub multicall3: Address,
    /// Permit2.
    pub permit2: Address,
    /// Universal Router.
    pub universal_router: Address,
    /// Borrows and repays V3 flash loans.
    pub flash_borrower: Address,
    /// Community points.
    pub points: Address,
    /// The ERC-721 collection.
    pub erc721: Address,
    /// The ERC-1155 collection.
    pub erc1155: Address,
    /// The ERC-20 tokens, in the order of [`crate::traffic::TOKENS`].
    pub tokens: Vec<Address>,
    /// What prices are told by.
    #[serde(flatten)]
    pub market: Market,
}

impl Deployment {
    /// Reads a deployment file.
    ///
    /// # Errors
    /// When there is none, or it is not one.
    pub fn read(path: &Path) -> Result<Self, DevchainError> {
        let text = std::fs::read_to_string(path).map_err(|source| DevchainError::File {
            what: "reading the deployment",
            path: path.to_owned(),
            source,
        })?;
        serde_json::from_str(&text).map_err(|error| DevchainError::Format {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Writes a deployment file so that a reader sees all of it or nothing.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn write(&self, path: &Path) -> Result<(), DevchainError> {
        let failed = |source| DevchainError::File {
            what: "writing the deployment",
            path: path.to_owned(),
            source,
        };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        let draft = path.with_extension("json.new");
        std::fs::write(&draft, text + "\n").map_err(failed)?;
        std::fs::rename(&draft, path).map_err(failed)
    }
}
