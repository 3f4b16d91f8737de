//! The contracts whose source stands in `abis/contracts`.

use alloy_sol_types::sol;

sol! {
    /// The minting that all test tokens share, and the constructors of the four kinds.
    #[derive(Debug)]
    interface TestToken {
        function mint(address to, uint256 value) external;
    }

    /// Community points: granted by the owner, used up by spenders, never transferred.
    #[derive(Debug)]
    interface Points {
        function name() external view returns (string);
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
        function owner() external view returns (address);
        function totalSupply() external view returns (uint256);
        function balanceOf(address user) external view returns (uint256);
        function isSpender(address spender) external view returns (bool);
        function operationDone(bytes32 operationId) external view returns (bool);
        function setSpender(address spender, bool allowed) external;
        function grant(address user, uint256 amount, bytes32 operationId) external;
        function use(address user, uint256 amount, bytes32 operationId) external;

        event Granted(address indexed user, uint256 amount, bytes32 indexed operationId);
        event Used(address indexed user, address indexed spender, uint256 amount, bytes32 indexed operationId);
        event SpenderSet(address indexed spender, bool allowed);

        error NotOwner(address caller);
        error NotSpender(address caller);
        error OperationAlreadyDone(bytes32 operationId);
        error InsufficientPoints(address user, uint256 balance, uint256 needed);
    }

    /// Borrows from a V3 pool and pays back at once.
    #[derive(Debug)]
    interface FlashBorrower {
        function borrow(address pool, uint256 amount0, uint256 amount1) external;
    }
}
