//! What a run of traffic held.

/// What a transaction was meant to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Create a pool.
    Pool,
    /// Swap in a V2 pair.
    SwapV2,
    /// Swap in a V3 pool.
    SwapV3,
    /// Swap in a V4 pool.
    SwapV4,
    /// Add liquidity.
    Mint,
    /// Take liquidity out.
    Burn,
    /// Collect fees only.
    Collect,
    /// Borrow and repay within one transaction.
    Flash,
    /// Send V2 liquidity shares.
    LpTransfer,
    /// Send a position's token.
    PositionTransfer,
    /// Mint an NFT.
    NftMint,
    /// Send an NFT.
    NftTransfer,
    /// Burn an NFT.
    NftBurn,
    /// Grant or use points.
    Points,
    /// Send an ERC-20.
    TokenTransfer,
    /// Fail.
    Failing,
}

/// Counts of what came through, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TrafficReport {
    /// Blocks mined, the empty ones included.
    pub blocks: u64,
    /// Blocks without transactions.
    pub empty_blocks: u64,
    /// Transactions mined, the failed ones included.
    pub transactions: u64,
    /// Pools created.
    pub pools: u64,
    /// Swap transactions of all protocols; one with two hops counts once.
    pub swaps: u64,
    /// Of them in V2.
    pub swaps_v2: u64,
    /// Of them in V3.
    pub swaps_v3: u64,
    /// Of them in V4.
    pub swaps_v4: u64,
    /// Liquidity added.
    pub mints: u64,
    /// Liquidity taken out.
    pub burns: u64,
    /// Fees collected.
    pub collects: u64,
    /// Flash loans.
    pub flashes: u64,
    /// V2 liquidity shares sent.
    pub lp_transfers: u64,
    /// Positions sent.
    pub position_transfers: u64,
    /// NFTs minted.
    pub nft_mints: u64,
    /// NFTs sent.
    pub nft_transfers: u64,
    /// NFTs burnt.
    pub nft_burns: u64,
    /// Points granted or used.
    pub points: u64,
    /// ERC-20 tokens sent.
    pub token_transfers: u64,
    /// Failed as meant.
    pub failed: u64,
    /// Failed though meant to succeed, as happens when others move the price first.
    pub failed_unmeant: u64,
}

impl TrafficReport {
    pub(crate) const fn count(&mut self, kind: Kind, succeeded: bool) {
        self.transactions += 1;
        if !succeeded {
            if matches!(kind, Kind::Failing) {
                self.failed += 1;
            } else {
                self.failed_unmeant += 1;
            }
            return;
        }
        match kind {
            Kind::Pool => self.pools += 1,
            Kind::SwapV2 => self.swaps_v2 += 1,
            Kind::SwapV3 => self.swaps_v3 += 1,
            Kind::SwapV4 => self.swaps_v4 += 1,
            Kind::Mint => self.mints += 1,
            Kind::Burn => self.burns += 1,
            Kind::Collect => self.collects += 1,
            Kind::Flash => self.flashes += 1,
            Kind::LpTransfer => self.lp_transfers += 1,
            Kind::PositionTransfer => self.position_transfers += 1,
            Kind::NftMint => self.nft_mints += 1,
            Kind::NftTransfer => self.nft_transfers += 1,
            Kind::NftBurn => self.nft_burns += 1,
            Kind::Points => self.points += 1,
            Kind::TokenTransfer => self.token_transfers += 1,
            Kind::Failing => {}
        }
        self.swaps = self.swaps_v2 + self.swaps_v3 + self.swaps_v4;
    }

    /// Adds another run's counts.
    pub const fn add(&mut self, other: &Self) {
        self.blocks += other.blocks;
        self.empty_blocks += other.empty_blocks;
        self.transactions += other.transactions;
        self.pools += other.pools;
        self.swaps += other.swaps;
        self.swaps_v2 += other.swaps_v2;
        self.swaps_v3 += other.swaps_v3;
        self.swaps_v4 += other.swaps_v4;
        self.mints += other.mints;
        self.burns += other.burns;
        self.collects += other.collects;
        self.flashes += other.flashes;
        self.lp_transfers += other.lp_transfers;
        self.position_transfers += other.position_transfers;
        self.nft_mints += other.nft_mints;
        self.nft_transfers += other.nft_transfers;
        self.nft_burns += other.nft_burns;
        self.points += other.points;
        self.token_transfers += other.token_transfers;
        self.failed += other.failed;
        self.failed_unmeant += other.failed_unmeant;
    }
}
