//! Ticks: which of a pool are initialised, and their days.

use alloy_primitives::U256;

use crate::record::record;

record! {
    /// A word of 256 usable ticks of a pool, a bit for each that is initialised: the pool's own `tickBitmap`.
    pub struct TickWord {
        /// The bits, the lowest tick in the lowest.
        pub initialised: U256 => "initialised",
    }
}

record! {
    /// A tick of a V3 pool during a day (UTC): as it stood after the last event of the day that touched it, a mint or burn
    /// that begins or ends at it, or a swap that crosses it. Volumes and fees of ticks are always 0 in the reference.
    pub struct TickDay {
        /// All liquidity that references the tick.
        pub liquidity_gross: u128 => "liquidityGross",
        /// Liquidity added when the tick is crossed upwards.
        pub liquidity_net: i128 => "liquidityNet",
        /// Growth of token0's fees on the other side of the tick, Q128; none where it is not known.
        pub fee_growth_outside0: Option<U256> => "feeGrowthOutside0X128",
        /// Growth of token1's fees on the other side of the tick.
        pub fee_growth_outside1: Option<U256> => "feeGrowthOutside1X128",
    }
}
