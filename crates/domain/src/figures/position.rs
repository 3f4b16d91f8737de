//! Shares of a pair's liquidity.

use alloy_primitives::U256;

use crate::record::record;

record! {
    /// The shares of a V2 pair's liquidity that an account holds. It stays when the account holds none any more.
    pub struct LiquidityPosition {
        /// Shares held, in the pair's smallest unit (10^-18), by the sum of transfers. The reference asks `balanceOf` as
        /// of the end of the block: the same, except for all but the last of several transfers in one block.
        pub balance: U256 => "liquidityTokenBalance",
        /// Block of the first transfer.
        pub created_block: u64 => "createdBlock",
        /// Its time in Unix seconds.
        pub created_timestamp: u64 => "createdTimestamp",
        /// Block of the last transfer.
        pub updated_block: u64 => "updatedBlock",
    }
}
