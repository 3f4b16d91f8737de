// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Never deployed: a node runs it in the place of a pool, and of an account without code, to see what of a transfer arrives.
contract TransferProbe {
    error Refused(bytes reason);

    /// Sends a part of what this account holds to `other`, and all that arrived back.
    /// Returns what was sent, what of it arrived, and what came back of that.
    function there(address token, address other, uint256 part)
        external
        returns (uint256 sent, uint256 arrived, uint256 returned)
    {
        sent = _held(token, address(this)) / part;
        if (sent == 0) return (0, 0, 0);
        uint256 before = _held(token, other);
        _send(token, other, sent);
        arrived = _held(token, other) - before;
        if (arrived == 0) return (sent, 0, 0);
        before = _held(token, address(this));
        TransferProbe(other).back(token, address(this), arrived);
        returned = _held(token, address(this)) - before;
    }

    /// Sends so much to an account.
    function back(address token, address to, uint256 amount) external {
        _send(token, to, amount);
    }

    function _held(address token, address owner) private view returns (uint256) {
        (bool done, bytes memory data) =
            token.staticcall(abi.encodeWithSignature("balanceOf(address)", owner));
        if (!done || data.length < 32) revert Refused(data);
        return abi.decode(data, (uint256));
    }

    function _send(address token, address to, uint256 amount) private {
        (bool done, bytes memory data) =
            token.call(abi.encodeWithSignature("transfer(address,uint256)", to, amount));
        if (!done || (data.length >= 32 && !abi.decode(data, (bool)))) revert Refused(data);
    }
}
