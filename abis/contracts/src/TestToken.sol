// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Balances, allowances and minting by the deployer; what the odd tokens below share.
abstract contract TokenBase {
    uint8 public immutable decimals;
    address public immutable minter;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error NotMinter(address caller);
    error InsufficientBalance(address owner, uint256 balance, uint256 needed);
    error InsufficientAllowance(address spender, uint256 allowed, uint256 needed);

    constructor(uint8 decimals_) {
        decimals = decimals_;
        minter = msg.sender;
    }

    function mint(address to, uint256 value) external {
        if (msg.sender != minter) revert NotMinter(msg.sender);
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert InsufficientAllowance(msg.sender, allowed, value);
            allowance[from][msg.sender] = allowed - value;
        }
        _move(from, to, value);
        return true;
    }

    function _move(address from, address to, uint256 value) internal virtual {
        _debit(from, value);
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    function _debit(address from, uint256 value) internal {
        uint256 balance = balanceOf[from];
        if (balance < value) revert InsufficientBalance(from, balance, value);
        unchecked {
            balanceOf[from] = balance - value;
        }
    }
}

/// An ordinary ERC-20.
contract TestToken is TokenBase {
    string public name;
    string public symbol;

    constructor(string memory name_, string memory symbol_, uint8 decimals_) TokenBase(decimals_) {
        name = name_;
        symbol = symbol_;
    }
}

/// An old-fashioned ERC-20 whose name and symbol are 32 bytes instead of strings.
contract Bytes32Token is TokenBase {
    bytes32 public immutable name;
    bytes32 public immutable symbol;

    constructor(bytes32 name_, bytes32 symbol_, uint8 decimals_) TokenBase(decimals_) {
        name = name_;
        symbol = symbol_;
    }
}

/// An ERC-20 whose symbol() always reverts.
contract NoSymbolToken is TokenBase {
    string public name;

    error SymbolUnavailable();

    constructor(string memory name_, uint8 decimals_) TokenBase(decimals_) {
        name = name_;
    }

    function symbol() external pure returns (string memory) {
        revert SymbolUnavailable();
    }
}

/// An ERC-20 that burns one percent of every transfer: the receiver gets less than was sent.
contract FeeToken is TokenBase {
    string public name;
    string public symbol;

    constructor(string memory name_, string memory symbol_, uint8 decimals_) TokenBase(decimals_) {
        name = name_;
        symbol = symbol_;
    }

    function _move(address from, address to, uint256 value) internal override {
        uint256 fee = value / 100;
        _debit(from, value);
        balanceOf[to] += value - fee;
        totalSupply -= fee;
        emit Transfer(from, to, value - fee);
        emit Transfer(from, address(0), fee);
    }
}
