//! Calls of SwapRouter02, all in one multicall.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;

use crate::periphery::SwapRouter02;

/// As an input amount: all that the router holds of the token, paid by the router.
pub const WHOLE_BALANCE: U256 = U256::ZERO;

/// One swap through V2 pairs or V3 pools, which the sender pays.
#[derive(Debug, Clone, Copy)]
pub struct Swap {
    /// Who gets what comes out.
    pub recipient: Address,
    /// The amount that is given: in for an exact input, out for an exact output.
    pub amount: U256,
    /// The least that may come out, or the most that may go in.
    pub limit: U256,
}

/// Calls that run one after another; if one fails, all do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    calls: Vec<Bytes>,
}

impl Calls {
    fn push(&mut self, call: &impl SolCall) {
        self.calls.push(call.abi_encode().into());
    }

    /// An exact input through V2 pairs.
    pub fn v2_exact_in(&mut self, swap: Swap, path: Vec<Address>) {
        self.push(&SwapRouter02::swapExactTokensForTokensCall {
            amountIn: swap.amount,
            amountOutMin: swap.limit,
            path,
            to: swap.recipient,
        });
    }

    /// An exact output through V2 pairs. Pairs round: a few units more may come out.
    pub fn v2_exact_out(&mut self, swap: Swap, path: Vec<Address>) {
        self.push(&SwapRouter02::swapTokensForExactTokensCall {
            amountOut: swap.amount,
            amountInMax: swap.limit,
            path,
            to: swap.recipient,
        });
    }

    /// An exact input through V3 pools.
    pub fn v3_exact_in(&mut self, swap: Swap, path: Bytes) {
        let params = SwapRouter02::ExactInputParams {
            path,
            recipient: swap.recipient,
            amountIn: swap.amount,
            amountOutMinimum: swap.limit,
        };
        self.push(&SwapRouter02::exactInputCall { params });
    }

    /// An exact output through V3 pools; the path begins with the token that comes out.
    pub fn v3_exact_out(&mut self, swap: Swap, path: Bytes) {
        let params = SwapRouter02::ExactOutputParams {
            path,
            recipient: swap.recipient,
            amountOut: swap.amount,
            amountInMaximum: swap.limit,
        };
        self.push(&SwapRouter02::exactOutputCall { params });
    }

    /// Sends all that the router holds of a token; fails below `minimum`.
    pub fn sweep(&mut self, token: Address, recipient: Address, minimum: U256) {
        self.push(&SwapRouter02::sweepTokenCall { token, amountMinimum: minimum, recipient });
    }

    /// Unwraps all wrapped native coins that the router holds; fails below `minimum` (wei).
    pub fn unwrap(&mut self, recipient: Address, minimum: U256) {
        self.push(&SwapRouter02::unwrapWETH9Call { amountMinimum: minimum, recipient });
    }

    /// Sends the native coins that are left to the sender.
    pub fn refund(&mut self) {
        self.push(&SwapRouter02::refundETHCall {});
    }

    /// The call, which fails after `deadline` (seconds).
    #[must_use]
    pub fn call(self, deadline: u64) -> Bytes {
        let call = SwapRouter02::multicallCall { deadline: U256::from(deadline), data: self.calls };
        call.abi_encode().into()
    }
}
