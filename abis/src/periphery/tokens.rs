//! ERC-20 tokens, those of them that answer in 32 bytes, and wrapped ether.

use alloy_sol_types::sol;

sol! {
    /// The ERC-20 functions and events in common use.
    #[derive(Debug)]
    interface Erc20 {
        function name() external view returns (string);
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);

        event Transfer(address indexed from, address indexed to, uint256 value);
    }

    /// The old tokens that answer `name()` and `symbol()` in 32 bytes, padded with zeros.
    #[derive(Debug)]
    interface Erc20Bytes32 {
        function name() external view returns (bytes32);
        function symbol() external view returns (bytes32);
    }

    /// Wrapped ether.
    #[derive(Debug)]
    interface Weth9 {
        function deposit() external payable;
        function withdraw(uint256 wad) external;
    }
}
