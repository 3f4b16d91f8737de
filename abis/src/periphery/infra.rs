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

    /// A token, how much of it may be drawn until when (seconds), and the next nonce of this allowance.
    #[derive(Debug, PartialEq, Eq)]
    struct PermitDetails { address token; uint160 amount; uint48 expiration; uint48 nonce; }

    /// An allowance that its owner signs; the signature is good until `sigDeadline` (seconds).
    #[derive(Debug, PartialEq, Eq)]
    struct PermitSingle { PermitDetails details; address spender; uint256 sigDeadline; }

    /// The allowances that the V4 position manager and the Universal Router draw on.
    #[derive(Debug)]
    interface Permit2 {
        error AllowanceExpired(uint256 deadline);
        error InsufficientAllowance(uint256 amount);
        error ExcessiveInvalidation();
        error SignatureExpired(uint256 signatureDeadline);
        error InvalidNonce();
        error InvalidSignature();
        error InvalidSignatureLength();
        error InvalidSigner();
        error InvalidContractSignature();

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

        error ExecutionFailed(uint256 commandIndex, bytes message);
        error TransactionDeadlinePassed();
        error InvalidEthSender();
        error InvalidBips();
        error InsufficientToken();
        error InsufficientETH();
        error V2TooLittleReceived();
        error V2TooMuchRequested();
        error V2InvalidPath();
        error V3InvalidSwap();
        error V3TooLittleReceived();
        error V3TooMuchRequested();
        error V3InvalidAmountOut();
        error V3InvalidCaller();
        error V4TooLittleReceived(uint256 minAmountOutReceived, uint256 amountReceived);
        error V4TooMuchRequested(uint256 maxAmountInRequested, uint256 amountRequested);
        error DeltaNotPositive(address currency);
        error DeltaNotNegative(address currency);
        error InsufficientBalance();
        error UnsafeCast();

        function execute(bytes calldata commands, bytes[] calldata inputs, uint256 deadline) external payable;
    }
}
