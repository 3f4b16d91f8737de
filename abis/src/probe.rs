//! What of a token's transfer arrives: a contract that is never deployed, run by a node in the place of a holder and of an
//! account without code (`abis/contracts/src/TransferProbe.sol`).

use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::SolCall;

#[cfg(test)]
mod tests;

const COMPILED: &str = include_str!("../contracts/out/TransferProbe.json");

alloy_sol_types::sol! {
    function there(address token, address other, uint256 part)
        external returns (uint256 sent, uint256 arrived, uint256 returned);
}

/// What a transfer and one back left of the amount, in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probed {
    /// What the holder sent; 0 when it holds too little.
    pub sent: U256,
    /// What of it arrived.
    pub arrived: U256,
    /// What of that came back, all of it being sent.
    pub returned: U256,
}

/// The code that stands in for both accounts; `None` when this crate was built with another file in its place.
#[must_use]
pub fn code() -> Option<Bytes> {
    let compiled: serde_json::Value = serde_json::from_str(COMPILED).ok()?;
    hex::decode(compiled.get("deployedBytecode")?.as_str()?).ok().map(Bytes::from)
}

/// The call to the holder: it sends one of so many parts of what it holds to the other account.
#[must_use]
pub fn call(token: Address, other: Address, part: u64) -> Bytes {
    thereCall { token, other, part: U256::from(part) }.abi_encode().into()
}

/// The answer of [`call`].
#[must_use]
pub fn read(answer: &[u8]) -> Option<Probed> {
    let thereReturn { sent, arrived, returned } = thereCall::abi_decode_returns(answer).ok()?;
    Some(Probed { sent, arrived, returned })
}
