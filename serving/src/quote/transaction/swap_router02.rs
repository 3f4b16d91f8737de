//! A trade as calls of SwapRouter02.
//!
//! The sender pays the first pools by the token's own allowance; native coins the router wraps as pools want them. What
//! comes out goes to the recipient at once, or is gathered in the router and swept with one minimum for the whole trade.

use abis::routers::{
    ROUTER,
    swap_router02::{Calls, Swap, WHOLE_BALANCE},
    v3_path,
};
use alloy_primitives::{Address, U256};
use api_kit::problem::Problem;

use super::{
    Call,
    order::{Order, Run, Way},
};

/// The call of the router at this address.
pub(super) fn call(order: &Order, router: Address) -> Result<Call, Problem> {
    let mut calls = Calls::default();
    for way in &order.ways {
        if order.exact_in {
            exact_in(&mut calls, order, way)?;
        } else {
            exact_out(&mut calls, order, way)?;
        }
    }
    if order.unwraps() {
        calls.unwrap(order.recipient, order.least_out);
    } else if !order.is_direct() {
        calls.sweep(order.token_out, order.recipient, order.least_out);
    }
    if order.pays_native && (!order.exact_in || order.may_leave_input()) {
        calls.refund();
    }
    Ok(Call { to: router, data: calls.call(order.deadline), value: order.value() })
}

fn exact_in(calls: &mut Calls, order: &Order, way: &Way) -> Result<(), Problem> {
    let (end, minimum) =
        if order.is_direct() { (order.recipient, order.least_out) } else { (ROUTER, U256::ZERO) };
    let mut amount = way.amount_in;
    for (place, run) in way.runs.iter().enumerate() {
        let last = place + 1 == way.runs.len();
        let (recipient, limit) = if last { (end, minimum) } else { (ROUTER, U256::ZERO) };
        let swap = Swap { recipient, amount, limit };
        match run {
            Run::V2 { path } => calls.v2_exact_in(swap, path.clone()),
            Run::V3 { path, fees } => calls.v3_exact_in(swap, v3_path(path, fees)),
            Run::V4 { .. } => return Err(Problem::internal()),
        }
        amount = WHOLE_BALANCE;
    }
    Ok(())
}

fn exact_out(calls: &mut Calls, order: &Order, way: &Way) -> Result<(), Problem> {
    let [run] = way.runs.as_slice() else { return Err(Problem::internal()) };
    let recipient = if order.is_direct() { order.recipient } else { ROUTER };
    let swap = Swap { recipient, amount: way.amount_out, limit: way.most_in };
    match run {
        Run::V2 { path } => calls.v2_exact_out(swap, path.clone()),
        Run::V3 { path, fees } => {
            let path: Vec<_> = path.iter().rev().copied().collect();
            let fees: Vec<_> = fees.iter().rev().copied().collect();
            calls.v3_exact_out(swap, v3_path(&path, &fees));
        }
        Run::V4 { .. } => return Err(Problem::internal()),
    }
    Ok(())
}
