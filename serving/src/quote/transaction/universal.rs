//! A trade as commands of the Universal Router.
//!
//! The sender pays the first pools by Permit2, each what it takes and no more. What a run leaves in the router the next run
//! of the same path takes, all of it. What comes out goes to the recipient at once, or is gathered in the router, unwrapped,
//! parted and swept with one minimum for the whole trade.

use abis::{
    periphery::{PermitDetails, PermitSingle},
    routers::{
        ROUTER, SENDER,
        universal::{Commands, Swap, WHOLE_BALANCE},
        v3_path,
        v4::{Actions, OPEN},
    },
};
use alloy_primitives::{Address, U160, U256};
use api_kit::problem::Problem;

use super::{
    Call,
    order::{Order, Run, Way},
};
use crate::quote::{limits, request::GivenPermit};

/// The call of the router at this address.
pub(super) fn call(
    order: &Order,
    router: Address,
    permit: Option<&GivenPermit>,
) -> Result<Call, Problem> {
    let mut commands = Commands::default();
    if let Some(permit) = permit.filter(|_| !order.pays_native) {
        let permit_of = of(order, router, permit);
        commands.permit(permit_of, permit.signature.clone());
    }
    if [order.most_in, order.amount_out].iter().any(|amount| *amount > U256::from(U160::MAX)) {
        return Err(too_large());
    }
    if order.wraps() {
        commands.wrap(ROUTER, order.value());
    }
    for way in &order.ways {
        if order.exact_in {
            exact_in(&mut commands, order, way)?;
        } else {
            exact_out(&mut commands, order, way)?;
        }
    }
    deliver(&mut commands, order);
    give_back(&mut commands, order);
    Ok(Call { to: router, data: commands.call(order.deadline), value: order.value() })
}

/// The allowance that was signed.
fn of(order: &Order, router: Address, permit: &GivenPermit) -> PermitSingle {
    PermitSingle {
        details: PermitDetails {
            token: order.paid(),
            amount: permit.amount,
            expiration: permit.expiration,
            nonce: permit.nonce,
        },
        spender: router,
        sigDeadline: U256::from(permit.sig_deadline),
    }
}

fn exact_in(commands: &mut Commands, order: &Order, way: &Way) -> Result<(), Problem> {
    let (end, minimum) =
        if order.is_direct() { (order.recipient, order.least_out) } else { (ROUTER, U256::ZERO) };
    let mut amount = way.amount_in;
    let mut by_sender = !order.pays_native;
    for (place, run) in way.runs.iter().enumerate() {
        let last = place + 1 == way.runs.len();
        let (recipient, limit) = if last { (end, minimum) } else { (ROUTER, U256::ZERO) };
        let swap = Swap { recipient, amount, limit, by_sender };
        match run {
            Run::V2 { path } => commands.v2_exact_in(swap, path.clone()),
            Run::V3 { path, fees } => commands.v3_exact_in(swap, v3_path(path, fees)),
            Run::V4 { path, swaps } => {
                let (from, to) = ends(path)?;
                let mut actions = Actions::default();
                actions.settle(from, amount, by_sender);
                for (number, (key, zero_for_one)) in swaps.iter().enumerate() {
                    let last = number + 1 == swaps.len();
                    let limit = if last { short(limit)? } else { 0 };
                    // what was paid in, or came out of the swap before, is in credit
                    actions.exact_in(key.clone(), *zero_for_one, 0, limit);
                }
                actions.take(to, recipient, OPEN);
                commands.v4(actions);
            }
        }
        (amount, by_sender) = (WHOLE_BALANCE, false);
    }
    Ok(())
}

fn exact_out(commands: &mut Commands, order: &Order, way: &Way) -> Result<(), Problem> {
    let [run] = way.runs.as_slice() else { return Err(Problem::internal()) };
    let recipient = if order.is_direct() { order.recipient } else { ROUTER };
    let by_sender = !order.pays_native;
    let swap = Swap { recipient, amount: way.amount_out, limit: way.most_in, by_sender };
    match run {
        Run::V2 { path } => commands.v2_exact_out(swap, path.clone()),
        Run::V3 { path, fees } => {
            let path: Vec<_> = path.iter().rev().copied().collect();
            let fees: Vec<_> = fees.iter().rev().copied().collect();
            commands.v3_exact_out(swap, v3_path(&path, &fees));
        }
        Run::V4 { path, swaps } => {
            let (from, to) = ends(path)?;
            let mut actions = Actions::default();
            let mut amount = short(way.amount_out)?;
            for (number, (key, zero_for_one)) in swaps.iter().enumerate().rev() {
                let most = if number == 0 { short(way.most_in)? } else { u128::MAX };
                actions.exact_out(key.clone(), *zero_for_one, amount, most);
                // the swap before has to give what this one owes
                amount = 0;
            }
            actions.settle(from, OPEN, by_sender);
            // a fixed amount: where liquidity ended before, the router cannot pay it out
            actions.take(to, recipient, way.amount_out);
            commands.v4(actions);
        }
    }
    Ok(())
}

/// Hands over what was gathered in the router.
fn deliver(commands: &mut Commands, order: &Order) {
    if order.is_direct() {
        return;
    }
    let least = order.least_out;
    let Some(portion) = order.portion else {
        if order.unwraps() {
            commands.unwrap(order.recipient, least);
        } else {
            commands.sweep(order.token_out, order.recipient, least);
        }
        return;
    };
    if order.unwraps() {
        commands.unwrap(ROUTER, least);
    }
    commands.pay_portion(order.given(), portion.recipient, U256::from(portion.bips));
    let rest = least - limits::share(least, portion.bips);
    commands.sweep(order.given(), order.recipient, rest);
}

/// Native coins that were not needed go back; tokens were only drawn as far as they were.
fn give_back(commands: &mut Commands, order: &Order) {
    let all_used = order.exact_in && !order.may_leave_input();
    if !order.pays_native || all_used {
        return;
    }
    if order.wraps() {
        commands.unwrap(SENDER, U256::ZERO);
    } else {
        commands.sweep(Address::ZERO, SENDER, U256::ZERO);
    }
}

fn ends(path: &[Address]) -> Result<(Address, Address), Problem> {
    path.first().copied().zip(path.last().copied()).ok_or_else(Problem::internal)
}

fn short(amount: U256) -> Result<u128, Problem> {
    u128::try_from(amount).map_err(|_| too_large())
}

fn too_large() -> Problem {
    let detail = "the Universal Router takes amounts of at most 160 bits, V4 of 128";
    Problem::unprocessable("TRANSACTION_UNAVAILABLE", detail)
}
