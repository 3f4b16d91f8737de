//! The functions that this house calls on contracts it did not write, plus those of its own: one interface per
//! contract, written by hand and holding only what is used. Calls are encoded with `SolCall::abi_encode` and
//! answered with `SolCall::abi_decode_returns`; no provider is named here.

mod infra;
mod nft;
mod oracle;
mod own;
mod tokens;
mod v2;
mod v3;
mod v4;

pub use infra::{Multicall3, Permit2, PermitDetails, PermitSingle, UniversalRouter};
pub use nft::{Erc721Preset, Erc1155Preset};
pub use oracle::{AggregatorProxy, AggregatorV3, FeedAggregator, FeedProxy};
pub use own::{FlashBorrower, Points, TestToken};
pub use tokens::{Erc20, Erc20Bytes32, Weth9};
pub use v2::{V2Factory, V2Pair, V2Router};
pub use v3::{PositionManagerV3, QuoterV2, SwapRouter02, TickLens, V3Factory, V3Pool};
pub use v4::{
    PathKey, PoolKey, PoolManager, PositionManagerV4, QuoteExactParams, QuoteExactSingleParams,
    StateView, V4ExactInputParams, V4ExactInputSingleParams, V4ExactOutputSingleParams, V4Quoter,
};

/// The numbers of the Universal Router's commands and of the actions that it and the V4 position manager carry out.
pub mod commands {
    /// Universal Router command: swap an exact input through V3 pools.
    pub const V3_SWAP_EXACT_IN: u8 = 0x00;
    /// Universal Router command: swap for an exact output through V3 pools.
    pub const V3_SWAP_EXACT_OUT: u8 = 0x01;
    /// Universal Router command: send what the router holds of a currency to somebody.
    pub const ROUTER_SWEEP: u8 = 0x04;
    /// Universal Router command: send a part of what the router holds of a currency, in basis points, to somebody.
    pub const PAY_PORTION: u8 = 0x06;
    /// Universal Router command: swap an exact input through V2 pairs.
    pub const V2_SWAP_EXACT_IN: u8 = 0x08;
    /// Universal Router command: swap for an exact output through V2 pairs.
    pub const V2_SWAP_EXACT_OUT: u8 = 0x09;
    /// Universal Router command: hand a signed allowance to Permit2.
    pub const PERMIT2_PERMIT: u8 = 0x0a;
    /// Universal Router command: wrap native coins that the router holds.
    pub const WRAP_ETH: u8 = 0x0b;
    /// Universal Router command: unwrap all wrapped native coins that the router holds.
    pub const UNWRAP_WETH: u8 = 0x0c;
    /// Universal Router command: run V4 actions.
    pub const V4_SWAP: u8 = 0x10;
    /// V4 action: add liquidity to a position.
    pub const INCREASE_LIQUIDITY: u8 = 0x00;
    /// V4 action: take liquidity (or, with 0, only the fees) out of a position.
    pub const DECREASE_LIQUIDITY: u8 = 0x01;
    /// V4 action: open a position.
    pub const MINT_POSITION: u8 = 0x02;
    /// V4 action: empty a position and burn its token.
    pub const BURN_POSITION: u8 = 0x03;
    /// V4 action: swap an exact input in one pool.
    pub const SWAP_EXACT_IN_SINGLE: u8 = 0x06;
    /// V4 action: swap an exact input along a path.
    pub const SWAP_EXACT_IN: u8 = 0x07;
    /// V4 action: swap for an exact output in one pool.
    pub const SWAP_EXACT_OUT_SINGLE: u8 = 0x08;
    /// V4 action: pay so much of one currency.
    pub const SETTLE: u8 = 0x0b;
    /// V4 action: pay the whole debt in one currency.
    pub const SETTLE_ALL: u8 = 0x0c;
    /// V4 action: send so much of a credit to somebody.
    pub const TAKE: u8 = 0x0e;
    /// V4 action: receive the whole credit in one currency.
    pub const TAKE_ALL: u8 = 0x0f;
    /// V4 action: receive the credits in both currencies of a pool.
    pub const TAKE_PAIR: u8 = 0x11;
    /// V4 action: pay the debt or receive the credit in one currency.
    pub const CLOSE_CURRENCY: u8 = 0x12;
    /// V4 action: send what is left of a currency to somebody.
    pub const SWEEP: u8 = 0x14;
}
