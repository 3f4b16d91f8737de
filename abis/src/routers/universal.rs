//! The Universal Router's command list.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};

use super::v4::Actions;
use crate::periphery::{PermitSingle, UniversalRouter, commands};

/// As an input amount: all that the router holds of the token.
pub const WHOLE_BALANCE: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

/// One swap through V2 pairs or V3 pools.
#[derive(Debug, Clone, Copy)]
pub struct Swap {
    /// Who gets what comes out.
    pub recipient: Address,
    /// The amount that is given: in for an exact input, out for an exact output.
    pub amount: U256,
    /// The least that may come out, or the most that may go in.
    pub limit: U256,
    /// Whether the sender pays (by Permit2), or the router of what it holds.
    pub by_sender: bool,
}

/// Commands that run one after another; if one fails, all do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    bytes: Vec<u8>,
    inputs: Vec<Bytes>,
}

impl Commands {
    fn push(&mut self, command: u8, input: Vec<u8>) {
        self.bytes.push(command);
        self.inputs.push(input.into());
    }

    /// The numbers of the commands so far.
    #[must_use]
    pub fn numbers(&self) -> &[u8] {
        &self.bytes
    }

    /// Hands the sender's signed allowance to Permit2.
    pub fn permit(&mut self, permit: PermitSingle, signature: Bytes) {
        self.push(commands::PERMIT2_PERMIT, (permit, signature).abi_encode_params());
    }

    /// Wraps so much (wei) of the native coins that the router holds.
    pub fn wrap(&mut self, recipient: Address, amount: U256) {
        self.push(commands::WRAP_ETH, (recipient, amount).abi_encode_params());
    }

    /// Unwraps all wrapped native coins that the router holds; fails below `minimum` (wei).
    pub fn unwrap(&mut self, recipient: Address, minimum: U256) {
        self.push(commands::UNWRAP_WETH, (recipient, minimum).abi_encode_params());
    }

    /// Sends all that the router holds of a currency (zero: native); fails below `minimum`.
    pub fn sweep(&mut self, currency: Address, recipient: Address, minimum: U256) {
        self.push(commands::ROUTER_SWEEP, (currency, recipient, minimum).abi_encode_params());
    }

    /// Sends so many basis points of what the router holds of a currency (zero: native), rounded down.
    pub fn pay_portion(&mut self, currency: Address, recipient: Address, bips: U256) {
        self.push(commands::PAY_PORTION, (currency, recipient, bips).abi_encode_params());
    }

    /// An exact input through V2 pairs.
    pub fn v2_exact_in(&mut self, swap: Swap, path: Vec<Address>) {
        self.push(commands::V2_SWAP_EXACT_IN, v2(swap, path));
    }

    /// An exact output through V2 pairs. Pairs round: a few units more may come out.
    pub fn v2_exact_out(&mut self, swap: Swap, path: Vec<Address>) {
        self.push(commands::V2_SWAP_EXACT_OUT, v2(swap, path));
    }

    /// An exact input through V3 pools.
    pub fn v3_exact_in(&mut self, swap: Swap, path: Bytes) {
        self.push(commands::V3_SWAP_EXACT_IN, v3(swap, path));
    }

    /// An exact output through V3 pools; the path begins with the token that comes out.
    pub fn v3_exact_out(&mut self, swap: Swap, path: Bytes) {
        self.push(commands::V3_SWAP_EXACT_OUT, v3(swap, path));
    }

    /// Actions of V4.
    pub fn v4(&mut self, actions: Actions) {
        self.push(commands::V4_SWAP, actions.encode());
    }

    /// The call, which fails after `deadline` (seconds).
    #[must_use]
    pub fn call(self, deadline: u64) -> Bytes {
        let Self { bytes, inputs } = self;
        let deadline = U256::from(deadline);
        let call = UniversalRouter::executeCall { commands: bytes.into(), inputs, deadline };
        call.abi_encode().into()
    }
}

fn v2(swap: Swap, path: Vec<Address>) -> Vec<u8> {
    (swap.recipient, swap.amount, swap.limit, path, swap.by_sender).abi_encode_params()
}

fn v3(swap: Swap, path: Bytes) -> Vec<u8> {
    (swap.recipient, swap.amount, swap.limit, path, swap.by_sender).abi_encode_params()
}
