// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Community points: granted by the owner, used up by spenders, never transferred. Each grant and each use
/// carries an operation id that counts once, so that a sender who is unsure whether its transaction went through
/// can send it again without granting or spending twice.
contract Points {
    string public constant name = "Community Points";
    string public constant symbol = "PTS";
    uint8 public constant decimals = 0;

    address public immutable owner;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => bool) public isSpender;
    mapping(bytes32 => bool) public operationDone;

    event Granted(address indexed user, uint256 amount, bytes32 indexed operationId);
    event Used(address indexed user, address indexed spender, uint256 amount, bytes32 indexed operationId);
    event SpenderSet(address indexed spender, bool allowed);

    error NotOwner(address caller);
    error NotSpender(address caller);
    error OperationAlreadyDone(bytes32 operationId);
    error InsufficientPoints(address user, uint256 balance, uint256 needed);

    constructor() {
        owner = msg.sender;
    }

    function setSpender(address spender, bool allowed) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        isSpender[spender] = allowed;
        emit SpenderSet(spender, allowed);
    }

    function grant(address user, uint256 amount, bytes32 operationId) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _once(operationId);
        totalSupply += amount;
        balanceOf[user] += amount;
        emit Granted(user, amount, operationId);
    }

    function use(address user, uint256 amount, bytes32 operationId) external {
        if (!isSpender[msg.sender]) revert NotSpender(msg.sender);
        _once(operationId);
        uint256 balance = balanceOf[user];
        if (balance < amount) revert InsufficientPoints(user, balance, amount);
        unchecked {
            balanceOf[user] = balance - amount;
            totalSupply -= amount;
        }
        emit Used(user, msg.sender, amount, operationId);
    }

    function _once(bytes32 operationId) private {
        if (operationDone[operationId]) revert OperationAlreadyDone(operationId);
        operationDone[operationId] = true;
    }
}
