// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface IFlashPool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function flash(address recipient, uint256 amount0, uint256 amount1, bytes calldata data) external;
}

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
}

/// Borrows from a V3 pool and pays back at once, with the fee out of its own balance.
contract FlashBorrower {
    error UnexpectedCallback(address caller);

    address private lender;

    function borrow(IFlashPool pool, uint256 amount0, uint256 amount1) external {
        lender = address(pool);
        pool.flash(address(this), amount0, amount1, abi.encode(amount0, amount1));
        lender = address(0);
    }

    function uniswapV3FlashCallback(uint256 fee0, uint256 fee1, bytes calldata data) external {
        if (msg.sender != lender) revert UnexpectedCallback(msg.sender);
        (uint256 amount0, uint256 amount1) = abi.decode(data, (uint256, uint256));
        if (amount0 > 0) IToken(IFlashPool(msg.sender).token0()).transfer(msg.sender, amount0 + fee0);
        if (amount1 > 0) IToken(IFlashPool(msg.sender).token1()).transfer(msg.sender, amount1 + fee1);
    }
}
