//! The events, as their contracts declare them.

use alloy_primitives::{Address, address};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// A factory of V2 pairs.
    V2Factory,
    /// A V2 pair; its shares are a token beside that.
    V2Pair,
    /// A factory of V3 pools.
    V3Factory,
    /// A V3 pool.
    V3Pool,
    /// V3's manager of positions; they are tokens beside that.
    V3Positions,
    /// V4's manager of pools.
    V4Manager,
    /// V4's manager of positions.
    V4Positions,
    /// A token that wraps the native coin.
    Wrapped,
    /// An ERC-20 token.
    Erc20,
    /// An ERC-721 collection.
    Erc721,
    /// An ERC-1155 collection.
    Erc1155,
}

impl Voice {
    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2Factory => "v2-factory",
            Self::V2Pair => "v2-pair",
            Self::V3Factory => "v3-factory",
            Self::V3Pool => "v3-pool",
            Self::V3Positions => "v3-positions",
            Self::V4Manager => "v4-manager",
            Self::V4Positions => "v4-positions",
            Self::Wrapped => "wrapped-native",
            Self::Erc20 => "erc20",
            Self::Erc721 => "erc721",
            Self::Erc1155 => "erc1155",
        }
    }
}

/// The address by which nodes tell transfers of native coins when they try transactions out.
#[must_use]
pub const fn native_transfers() -> Address {
    address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee")
}

/// Who says what.
pub(super) const EVENTS: &[(Voice, &str)] = &[
    (
        Voice::V2Factory,
        "event PairCreated(address indexed token0, address indexed token1, address pair, uint256 index)",
    ),
    (Voice::V2Pair, "event Sync(uint112 reserve0, uint112 reserve1)"),
    (Voice::V2Pair, "event Mint(address indexed sender, uint256 amount0, uint256 amount1)"),
    (
        Voice::V2Pair,
        "event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to)",
    ),
    (
        Voice::V2Pair,
        "event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)",
    ),
    (
        Voice::V3Factory,
        "event PoolCreated(address indexed token0, address indexed token1, uint24 indexed fee, int24 tickSpacing, address pool)",
    ),
    (Voice::V3Pool, "event Initialize(uint160 sqrtPriceX96, int24 tick)"),
    (
        Voice::V3Pool,
        "event Mint(address sender, address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)",
    ),
    (
        Voice::V3Pool,
        "event Burn(address indexed owner, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount, uint256 amount0, uint256 amount1)",
    ),
    (
        Voice::V3Pool,
        "event Collect(address indexed owner, address recipient, int24 indexed tickLower, int24 indexed tickUpper, uint128 amount0, uint128 amount1)",
    ),
    (
        Voice::V3Pool,
        "event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)",
    ),
    (
        Voice::V3Pool,
        "event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick, uint128 protocolFeesToken0, uint128 protocolFeesToken1)",
    ),
    (
        Voice::V3Pool,
        "event Flash(address indexed sender, address indexed recipient, uint256 amount0, uint256 amount1, uint256 paid0, uint256 paid1)",
    ),
    (
        Voice::V3Pool,
        "event SetFeeProtocol(uint8 feeProtocol0Old, uint8 feeProtocol1Old, uint8 feeProtocol0New, uint8 feeProtocol1New)",
    ),
    (
        Voice::V3Pool,
        "event SetFeeProtocol(uint32 feeProtocol0Old, uint32 feeProtocol1Old, uint32 feeProtocol0New, uint32 feeProtocol1New)",
    ),
    (
        Voice::V3Pool,
        "event CollectProtocol(address indexed sender, address indexed recipient, uint128 amount0, uint128 amount1)",
    ),
    (
        Voice::V3Pool,
        "event IncreaseObservationCardinalityNext(uint16 observationCardinalityNextOld, uint16 observationCardinalityNextNew)",
    ),
    (
        Voice::V3Positions,
        "event IncreaseLiquidity(uint256 indexed tokenId, uint128 liquidity, uint256 amount0, uint256 amount1)",
    ),
    (
        Voice::V3Positions,
        "event DecreaseLiquidity(uint256 indexed tokenId, uint128 liquidity, uint256 amount0, uint256 amount1)",
    ),
    (
        Voice::V3Positions,
        "event Collect(uint256 indexed tokenId, address recipient, uint256 amount0, uint256 amount1)",
    ),
    (
        Voice::V4Manager,
        "event Initialize(bytes32 indexed id, address indexed currency0, address indexed currency1, uint24 fee, int24 tickSpacing, address hooks, uint160 sqrtPriceX96, int24 tick)",
    ),
    (
        Voice::V4Manager,
        "event ModifyLiquidity(bytes32 indexed id, address indexed sender, int24 tickLower, int24 tickUpper, int256 liquidityDelta, bytes32 salt)",
    ),
    (
        Voice::V4Manager,
        "event Swap(bytes32 indexed id, address indexed sender, int128 amount0, int128 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick, uint24 fee)",
    ),
    (
        Voice::V4Manager,
        "event Donate(bytes32 indexed id, address indexed sender, uint256 amount0, uint256 amount1)",
    ),
    (Voice::V4Manager, "event ProtocolFeeUpdated(bytes32 indexed id, uint24 protocolFee)"),
    (Voice::V4Positions, "event Subscription(uint256 indexed tokenId, address indexed subscriber)"),
    (
        Voice::V4Positions,
        "event Unsubscription(uint256 indexed tokenId, address indexed subscriber)",
    ),
    (Voice::Wrapped, "event Deposit(address indexed dst, uint256 wad)"),
    (Voice::Wrapped, "event Withdrawal(address indexed src, uint256 wad)"),
    (Voice::Erc20, "event Transfer(address indexed from, address indexed to, uint256 value)"),
    (Voice::Erc20, "event Approval(address indexed owner, address indexed spender, uint256 value)"),
    (
        Voice::Erc721,
        "event Transfer(address indexed from, address indexed to, uint256 indexed tokenId)",
    ),
    (
        Voice::Erc721,
        "event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId)",
    ),
    (
        Voice::Erc721,
        "event ApprovalForAll(address indexed owner, address indexed operator, bool approved)",
    ),
    (
        Voice::Erc1155,
        "event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)",
    ),
    (
        Voice::Erc1155,
        "event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values)",
    ),
];
