//! From a way to a transaction that a wallet can send: which router carries it out, what it is told, what the sender has to
//! allow before, and whether the very transaction gives at that block what the quote says.

use std::sync::Arc;

use abis::routers::permit2::typed_data;
use alloy_primitives::{Address, Bytes, U256};
use api_kit::problem::Problem;

use self::{
    allowances::Held,
    answer::{Approval, Portion, Simulation, Transaction},
    order::Order,
};
use super::{
    limits,
    plan::Planned,
    request::{GivenPermit, RouterKind, Trade, Wish},
};
use crate::{book::Book, deps::ChainDeps, view::address};

mod allowances;
pub mod answer;
mod funding;
mod order;
mod planning;
mod router;
mod simulation;
mod swap_router02;
#[cfg(test)]
mod tests;
mod universal;

pub(super) use self::{planning::plan, router::Via};

/// Seconds that a transaction may wait for its block unless said.
const PATIENCE: u64 = 30 * 60;

/// What goes into the router.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    to: Address,
    data: Bytes,
    /// Wei.
    value: U256,
}

/// What an answer says of a transaction.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) transaction: Transaction,
    pub(super) approvals: Vec<Approval>,
    pub(super) permit: Option<serde_json::Value>,
    pub(super) portion: Option<Portion>,
    pub(super) simulation: Simulation,
}

/// Writes the transaction, and asks the node at the quote's block what is missing for it.
pub(super) async fn prepare(
    chain: &ChainDeps,
    book: &Arc<Book>,
    trade: &Trade,
    wish: &Wish,
    planned: &Planned,
    via: Via,
) -> Result<Prepared, Problem> {
    let deadline = deadline(book, wish)?;
    let order = Order::new(book, trade, wish, planned, deadline)?;
    refuse_lost(chain, wish, &order)?;
    let call = match via.kind {
        RouterKind::SwapRouter02 => swap_router02::call(&order, via.router)?,
        RouterKind::Universal => universal::call(&order, via.router, wish.permit.as_ref())?,
    };
    let held = Held::read(chain, book, wish, &order, via).await?;
    let wanted = held.wanted(chain, book, wish, &order, via);
    let simulation = match wish.simulate {
        None => Simulation::unattempted(),
        Some(state) => {
            let (order, call, held) = (&order, &call, &held);
            let trying = simulation::Trying { chain, book, wish, order, call, via, held };
            trying.run(&wanted, state).await
        }
    };
    let gas_limit = simulation.gas_limit().unwrap_or_else(|| roughly(planned.plan.gas));
    let portion = wish.portion.map(|portion| Portion {
        bps: portion.bips,
        amount: limits::share(order.amount_out, portion.bips).to_string(),
        amount_decimal: planned.token_out.whole(limits::share(order.amount_out, portion.bips)),
        recipient: address(portion.recipient),
    });
    Ok(Prepared {
        transaction: Transaction {
            router: via.kind,
            from: address(wish.sender),
            to: address(call.to),
            data: call.data.to_string(),
            value: call.value.to_string(),
            gas_limit: gas_limit.to_string(),
            deadline,
            amount_out: order.amount_out.to_string(),
            amount_out_decimal: planned.token_out.whole(order.amount_out),
        },
        permit: wanted
            .permit
            .as_ref()
            .map(|permit| typed_data(chain.client.chain_id(), chain.permit2, permit)),
        approvals: wanted.approvals,
        portion,
        simulation,
    })
}

/// The last second of the transaction. A signed allowance may end before.
fn deadline(book: &Book, wish: &Wish) -> Result<u64, Problem> {
    let now = book.block.timestamp;
    let passed = |detail: String| Err(Problem::bad_request("DEADLINE_PASSED", detail));
    let ends = |permit: &GivenPermit| permit.sig_deadline.min(permit.expiration.to());
    let deadline = match (wish.deadline, &wish.permit) {
        (Some(deadline), _) => deadline,
        (None, Some(permit)) => (now + PATIENCE).min(ends(permit)),
        (None, None) => now + PATIENCE,
    };
    if deadline <= now {
        let number = book.block.number;
        return passed(format!(
            "the deadline {deadline} is not after block {number}, which is of {now}: give a later one (Unix seconds)"
        ));
    }
    Ok(deadline)
}

/// What is sent to a router, to Permit2 or into a token's own contract is anybody's.
fn refuse_lost(chain: &ChainDeps, wish: &Wish, order: &Order) -> Result<(), Problem> {
    let routers = chain.routers.values();
    let mut contracts: Vec<Address> = routers
        .flat_map(|routers| [routers.swap_router02, routers.universal_router])
        .flatten()
        .collect();
    contracts.extend([chain.permit2, order.token_in, order.token_out]);
    let refused = |code, field: &str| {
        let detail = format!(
            "`{field}` is a router, Permit2 or one of the tokens: what is sent there is lost"
        );
        Err(Problem::bad_request(code, detail))
    };
    if contracts.contains(&wish.recipient) {
        return refused("RECIPIENT_INVALID", "recipient");
    }
    if contracts.contains(&wish.sender) {
        return refused("SENDER_INVALID", "sender");
    }
    match wish.portion {
        Some(portion) if contracts.contains(&portion.recipient) => {
            refused("PORTION_INVALID", "portionRecipient")
        }
        _ => Ok(()),
    }
}

/// A limit for gas that was not measured: the estimate and half of it, and what calls and checks may cost.
const fn roughly(gas: u64) -> u64 {
    gas.saturating_add(gas / 2).saturating_add(150_000)
}
