//! The columns of CSV, in their order, which does not change: a new one comes last, before the cursor.

use domain::contract;

/// A list as a table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Name of the list, for the file.
    pub(super) name: String,
    /// Paths of the columns' values in a row.
    pub(super) columns: Vec<String>,
}

/// A list whose columns are known.
pub(crate) type Known = (&'static str, &'static [&'static str]);

impl From<Known> for Table {
    fn from((name, columns): Known) -> Self {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        Self { name: name.to_owned(), columns }
    }
}

/// Events of a contract: a column for each parameter.
pub(crate) fn contract_events(table: &contract::Table) -> Table {
    let before = ["id", "blockNumber", "timestamp", "txHash", "logIndex", "address"];
    let values = table.fields.iter().map(|field| format!("values.{}", field.name));
    let after = ["raw.topics", "raw.data", "lossy"];
    let columns = before.iter().map(|name| (*name).to_owned()).chain(values);
    let columns = columns.chain(after.iter().map(|name| (*name).to_owned())).collect();
    Table { name: format!("{}-{}", table.contract, table.event), columns }
}

/// All others.
pub(crate) mod tables {
    use super::Known;

    pub(crate) const SWAPS: Known = (
        "swaps",
        &[
            "id",
            "blockNumber",
            "timestamp",
            "txHash",
            "logIndex",
            "origin",
            "poolId",
            "sender",
            "recipient",
            "amount0",
            "amount1",
            "sqrtPriceX96",
            "tick",
            "amountUSD",
        ],
    );
    pub(crate) const LIQUIDITY_EVENTS: Known = (
        "liquidity-events",
        &[
            "id",
            "kind",
            "blockNumber",
            "timestamp",
            "txHash",
            "logIndex",
            "origin",
            "poolId",
            "owner",
            "tickLower",
            "tickUpper",
            "liquidityDelta",
            "amount0",
            "amount1",
            "amountUSD",
        ],
    );
    pub(crate) const POOLS: Known = (
        "pools",
        &[
            "id",
            "chainId",
            "dex",
            "protocol",
            "factory",
            "feePips",
            "dynamicFee",
            "tickSpacing",
            "hooks",
            "token0.address",
            "token0.symbol",
            "token0.name",
            "token0.decimals",
            "token0.poolCount",
            "token0.firstBlock",
            "token1.address",
            "token1.symbol",
            "token1.name",
            "token1.decimals",
            "token1.poolCount",
            "token1.firstBlock",
            "token1PerToken0",
            "token0PerToken1",
            "reserve0",
            "reserve1",
            "sqrtPriceX96",
            "tick",
            "liquidity",
            "createdBlock",
            "createdTimestamp",
            "createdTx",
            "swapCount",
            "liquidityEventCount",
            "updatedBlock",
            "counted",
            "token0Price",
            "token1Price",
            "volumeToken0",
            "volumeToken1",
            "volumeUSD",
            "untrackedVolumeUSD",
            "feesUSD",
            "txCount",
            "collectedFeesToken0",
            "collectedFeesToken1",
            "collectedFeesUSD",
            "totalValueLockedToken0",
            "totalValueLockedToken1",
            "totalValueLockedETH",
            "totalValueLockedUSD",
            "trackedReserveETH",
            "totalSupply",
            "holderCount",
            "feeTier",
            "feeGrowthGlobal0X128",
            "feeGrowthGlobal1X128",
            "reconciled.block.number",
            "reconciled.block.hash",
            "reconciled.block.timestamp",
            "reconciled.reconciledTVLToken0",
            "reconciled.reconciledTVLToken1",
            "reconciled.reconciledTVLUSD",
            "reconciled.driftToken0",
            "reconciled.driftToken1",
        ],
    );
    pub(crate) const TOKENS: Known =
        ("tokens", &["address", "symbol", "name", "decimals", "poolCount", "firstBlock"]);
    pub(crate) const POSITIONS: Known = (
        "positions",
        &[
            "id",
            "manager",
            "tokenId",
            "owner",
            "origin",
            "poolId",
            "tickLower",
            "tickUpper",
            "liquidity",
            "depositedToken0",
            "depositedToken1",
            "withdrawnToken0",
            "withdrawnToken1",
            "feesCollected0",
            "feesCollected1",
            "freed0",
            "freed1",
            "subscriber",
            "createdBlock",
            "createdTimestamp",
            "createdTx",
            "updatedBlock",
            "amount0",
            "amount1",
        ],
    );
    pub(crate) const SHARES: Known = (
        "liquidity-positions",
        &[
            "id",
            "poolId",
            "account",
            "balance",
            "balanceDecimal",
            "createdBlock",
            "createdTimestamp",
            "updatedBlock",
            "amount0",
            "amount1",
        ],
    );
    const POOL_PERIOD: &[&str] = &[
        "start",
        "volumeUSD",
        "volumeToken0",
        "volumeToken1",
        "feesUSD",
        "tvlUSD",
        "txCount",
        "open",
        "high",
        "low",
        "close",
        "token0Price",
        "token1Price",
        "liquidity",
        "sqrtPrice",
        "tick",
        "reserve0",
        "reserve1",
        "totalSupply",
    ];
    pub(crate) const POOL_HOURS: Known = ("pool-hours", POOL_PERIOD);
    pub(crate) const POOL_DAYS: Known = ("pool-days", POOL_PERIOD);
    const TOKEN_PERIOD: &[&str] = &[
        "start",
        "volume",
        "volumeETH",
        "volumeUSD",
        "untrackedVolumeUSD",
        "totalValueLocked",
        "totalValueLockedETH",
        "totalValueLockedUSD",
        "priceUSD",
        "feesUSD",
        "txCount",
        "open",
        "high",
        "low",
        "close",
    ];
    pub(crate) const TOKEN_HOURS: Known = ("token-hours", TOKEN_PERIOD);
    pub(crate) const TOKEN_DAYS: Known = ("token-days", TOKEN_PERIOD);
    pub(crate) const DEX_DAYS: Known = (
        "dex-days",
        &[
            "start",
            "volumeUSD",
            "volumeETH",
            "volumeUSDUntracked",
            "feesUSD",
            "tvlUSD",
            "tvlETH",
            "txCount",
        ],
    );
    pub(crate) const TICKS: Known = (
        "ticks",
        &[
            "index",
            "liquidityGross",
            "liquidityNet",
            "createdBlock",
            "createdTimestamp",
            "feeGrowthOutside0X128",
            "feeGrowthOutside1X128",
        ],
    );
    pub(crate) const TICK_DAYS: Known = (
        "tick-days",
        &[
            "index",
            "start",
            "liquidityGross",
            "liquidityNet",
            "feeGrowthOutside0X128",
            "feeGrowthOutside1X128",
        ],
    );
    pub(crate) const POOL_CANDLES: Known = (
        "pool-candles",
        &[
            "start",
            "open",
            "high",
            "low",
            "close",
            "volumeUSD",
            "feesUSD",
            "tvlUSD",
            "swapCount",
            "volume0",
            "volume1",
            "liquidity",
            "resolution",
        ],
    );
    pub(crate) const TOKEN_CANDLES: Known = (
        "token-candles",
        &[
            "start",
            "open",
            "high",
            "low",
            "close",
            "volumeUSD",
            "feesUSD",
            "tvlUSD",
            "swapCount",
            "volume",
            "resolution",
            "factory",
        ],
    );
}
