//! Contracts that serve all protocols: Multicall3, Permit2 and the Universal Router.

use alloy_sol_types::sol;

sol! {
    /// Many calls in one, each of which may fail alone.
    #[derive(Debug)]
    interface Multicall3 {
        struct Call3 { address target; bool allowFailure; bytes callData; }
        struct Result { bool success; bytes returnData; }

        function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory returnData);
        function getBlockNumber() external view returns (uint256 blockNumber);
        function getEthBalance(address addr) external view returns (uint256 balance);
    }

    /// The allowances that the V4 position manager and the Universal Router draw on.
    #[derive(Debug)]
    interface Permit2 {
        function approve(address token, address spender, uint160 amount, uint48 expiration) external;
        function allowance(address user, address token, address spender) external view returns (uint160 amount, uint48 expiration, uint48 nonce);
    }

    /// One entry for swaps of all protocol versions.
    #[derive(Debug)]
    interface UniversalRouter {
        struct RouterParameters {
            address permit2;
            address weth9;
            address v2Factory;
            address v3Factory;
            bytes32 pairInitCodeHash;
            bytes32 poolInitCodeHash;
            address v4PoolManager;
            address v3NFTPositionManager;
            address v4PositionManager;
            address spokePool;
        }

        function execute(bytes calldata commands, bytes[] calldata inputs, uint256 deadline) external payable;
    }
}
