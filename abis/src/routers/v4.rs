//! What V4's router carries out while it holds the pool manager's lock: swaps, then debts paid and credits taken.
//!
//! Only single swaps are used: their layout is the same in all versions of the router, that of paths is not.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;

use crate::periphery::{PoolKey, V4ExactInputSingleParams, V4ExactOutputSingleParams, commands};

/// As the amount of a swap: the whole credit (exact input) or debt (exact output) so far. As an amount to settle or take:
/// the whole debt or credit.
pub const OPEN: U256 = U256::ZERO;

/// Actions that run one after another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actions {
    bytes: Vec<u8>,
    inputs: Vec<Bytes>,
}

impl Actions {
    fn push(&mut self, action: u8, input: Vec<u8>) {
        self.bytes.push(action);
        self.inputs.push(input.into());
    }

    /// The numbers of the actions so far.
    #[must_use]
    pub fn numbers(&self) -> &[u8] {
        &self.bytes
    }

    /// Swaps an exact input (0: all that is in credit) for at least so much.
    pub fn exact_in(&mut self, key: PoolKey, zero_for_one: bool, amount: u128, minimum: u128) {
        let params = V4ExactInputSingleParams {
            poolKey: key,
            zeroForOne: zero_for_one,
            amountIn: amount,
            amountOutMinimum: minimum,
            hookData: Bytes::new(),
        };
        self.push(commands::SWAP_EXACT_IN_SINGLE, params.abi_encode());
    }

    /// Swaps for an exact output (0: all that is owed) with at most so much.
    pub fn exact_out(&mut self, key: PoolKey, zero_for_one: bool, amount: u128, maximum: u128) {
        let params = V4ExactOutputSingleParams {
            poolKey: key,
            zeroForOne: zero_for_one,
            amountOut: amount,
            amountInMaximum: maximum,
            hookData: Bytes::new(),
        };
        self.push(commands::SWAP_EXACT_OUT_SINGLE, params.abi_encode());
    }

    /// Pays so much of a currency ([`OPEN`]: the debt; [`super::universal::WHOLE_BALANCE`]: all that the router holds), by
    /// the sender or the router.
    pub fn settle(&mut self, currency: Address, amount: U256, by_sender: bool) {
        self.push(commands::SETTLE, (currency, amount, by_sender).abi_encode_params());
    }

    /// Sends so much of a currency ([`OPEN`]: the credit).
    pub fn take(&mut self, currency: Address, recipient: Address, amount: U256) {
        self.push(commands::TAKE, (currency, recipient, amount).abi_encode_params());
    }

    pub(super) fn encode(self) -> Vec<u8> {
        (Bytes::from(self.bytes), self.inputs).abi_encode_params()
    }
}
