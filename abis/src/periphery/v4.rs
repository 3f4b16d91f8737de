//! Uniswap V4: pool manager, position manager, quoter, state view, and what the routers take.

#![expect(
    clippy::too_many_arguments,
    reason = "events have as many fields as their contracts gave them"
)]

use alloy_sol_types::sol;

sol! {
    /// What names a V4 pool. A zero `currency0` is the chain's native coin.
    #[derive(Debug, PartialEq, Eq)]
    struct PoolKey { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }

    /// One hop of a path.
    #[derive(Debug)]
    struct PathKey { address intermediateCurrency; uint24 fee; int24 tickSpacing; address hooks; bytes hookData; }

    /// Input of the action `SWAP_EXACT_IN_SINGLE`.
    #[derive(Debug)]
    struct V4ExactInputSingleParams { PoolKey poolKey; bool zeroForOne; uint128 amountIn; uint128 amountOutMinimum; bytes hookData; }

    /// Input of the action `SWAP_EXACT_OUT_SINGLE`.
    #[derive(Debug)]
    struct V4ExactOutputSingleParams { PoolKey poolKey; bool zeroForOne; uint128 amountOut; uint128 amountInMaximum; bytes hookData; }

    /// Input of the action `SWAP_EXACT_IN`. The list of slippages by hop may be empty.
    #[derive(Debug)]
    struct V4ExactInputParams { address currencyIn; PathKey[] path; uint256[] maxHopSlippage; uint128 amountIn; uint128 amountOutMinimum; }

    /// Input of the quoter's single-pool quotes.
    #[derive(Debug)]
    struct QuoteExactSingleParams { PoolKey poolKey; bool zeroForOne; uint128 exactAmount; bytes hookData; }

    /// Input of the quoter's path quotes.
    #[derive(Debug)]
    struct QuoteExactParams { address exactCurrency; PathKey[] path; uint128 exactAmount; }

    /// The one contract that holds all pools.
    #[derive(Debug)]
    interface PoolManager {
        function initialize(PoolKey memory key, uint160 sqrtPriceX96) external returns (int24 tick);
        function setProtocolFeeController(address controller) external;
        function setProtocolFee(PoolKey memory key, uint24 newProtocolFee) external;
        function updateDynamicLPFee(PoolKey memory key, uint24 newDynamicLPFee) external;

        error SwapAmountCannotBeZero();
        error CurrencyNotSettled();
        error PoolNotInitialized();
        error PriceLimitAlreadyExceeded(uint160 sqrtPriceCurrentX96, uint160 sqrtPriceLimitX96);
        error PriceLimitOutOfBounds(uint160 sqrtPriceLimitX96);
        error NotEnoughLiquidity();
        error ManagerLocked();
        error SafeCastOverflow();
        error WrappedError(address target, bytes4 selector, bytes reason, bytes details);

        event Initialize(bytes32 indexed id, address indexed currency0, address indexed currency1, uint24 fee, int24 tickSpacing, address hooks, uint160 sqrtPriceX96, int24 tick);
        event ModifyLiquidity(bytes32 indexed id, address indexed sender, int24 tickLower, int24 tickUpper, int256 liquidityDelta, bytes32 salt);
        event Swap(bytes32 indexed id, address indexed sender, int128 amount0, int128 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick, uint24 fee);
    }

    /// Positions as ERC-721 tokens.
    #[derive(Debug)]
    interface PositionManagerV4 {
        function modifyLiquidities(bytes calldata unlockData, uint256 deadline) external payable;
        function nextTokenId() external view returns (uint256);
        function ownerOf(uint256 tokenId) external view returns (address);
        function getPositionLiquidity(uint256 tokenId) external view returns (uint128 liquidity);
        function getPoolAndPositionInfo(uint256 tokenId) external view returns (PoolKey memory poolKey, uint256 info);
        function transferFrom(address from, address to, uint256 tokenId) external;
        function subscriber(uint256 tokenId) external view returns (address subscriber);
        function subscribe(uint256 tokenId, address newSubscriber, bytes calldata data) external payable;
        function unsubscribe(uint256 tokenId) external payable;
    }

    /// What a V4 swap would give, found by trying it.
    #[derive(Debug)]
    interface V4Quoter {
        function quoteExactInputSingle(QuoteExactSingleParams memory params) external returns (uint256 amountOut, uint256 gasEstimate);
        function quoteExactInput(QuoteExactParams memory params) external returns (uint256 amountOut, uint256 gasEstimate);
        function quoteExactOutputSingle(QuoteExactSingleParams memory params) external returns (uint256 amountIn, uint256 gasEstimate);
        function quoteExactOutput(QuoteExactParams memory params) external returns (uint256 amountIn, uint256 gasEstimate);

        error NotEnoughLiquidity(bytes32 poolId);
        error UnexpectedRevertBytes(bytes revertData);
        error SafeCastOverflow();
    }

    /// The pools' state, which the manager itself only shows as raw slots.
    #[derive(Debug)]
    interface StateView {
        function getSlot0(bytes32 poolId) external view returns (uint160 sqrtPriceX96, int24 tick, uint24 protocolFee, uint24 lpFee);
        function getLiquidity(bytes32 poolId) external view returns (uint128 liquidity);
        function getFeeGrowthGlobals(bytes32 poolId) external view returns (uint256 feeGrowthGlobal0, uint256 feeGrowthGlobal1);
        function getTickInfo(bytes32 poolId, int24 tick) external view returns (uint128 liquidityGross, int128 liquidityNet, uint256 feeGrowthOutside0X128, uint256 feeGrowthOutside1X128);
    }
}
