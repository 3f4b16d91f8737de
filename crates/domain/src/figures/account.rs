//! Accounts: who sent the transactions.

use crate::{decimal::Decimal, record::record};

record! {
    /// What the sender of transactions did on the DEXes of a chain.
    pub struct Account {
        /// Swaps.
        pub swap_count: u64 => "swapCount",
        /// Mints, burns, collects and other liquidity events.
        pub liquidity_event_count: u64 => "liquidityEventCount",
        /// Tracked volume of the swaps in USD.
        pub volume_usd: Decimal => "volumeUSD",
        /// Block of the first event.
        pub first_block: u64 => "firstBlock",
        /// Time of the first event, in Unix seconds.
        pub first_seen: u64 => "firstSeen",
        /// Block of the last event.
        pub last_block: u64 => "lastBlock",
        /// Time of the last event, in Unix seconds.
        pub last_seen: u64 => "lastSeen",
    }
}
