//! The very transaction, tried out at the quote's block: balances before and after, and what they say.

use abis::routers::reverts::{Cause, reason};
use alloy_primitives::{Address, Bytes, U256, address, bytes};
use chain::{
    ChainError,
    client::simulate::{Pretended, TrialCall, Tried},
};

use super::{
    Call, Via,
    allowances::{Held, Wanted},
    answer::{Simulation, SimulationStatus},
    funding::{State, allow, balance_of, fund},
    order::Order,
};
use crate::{
    book::Book,
    deps::ChainDeps,
    quote::{
        request::{StateKind, Wish},
        revert,
    },
};

/// Where code is pretended that tells the native balance of the address it is asked for.
const PROBE: Address = address!("00000000000000000000000000000000ba1a9ce0");
/// `PUSH1 0, CALLDATALOAD, BALANCE, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN`.
const PROBE_CODE: Bytes = bytes!("6000353160005260206000f3");

/// A transaction that is to be tried out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trying<'a> {
    pub(super) chain: &'a ChainDeps,
    pub(super) book: &'a Book,
    pub(super) wish: &'a Wish,
    pub(super) order: &'a Order,
    pub(super) call: &'a Call,
    pub(super) via: Via,
    pub(super) held: &'a Held,
}

impl Trying<'_> {
    /// Tries the call out, and compares.
    pub(super) async fn run(self, wanted: &Wanted, kind: StateKind) -> Simulation {
        let Self { order, held, .. } = self;
        if kind == StateKind::Real {
            // native coins go along as a value, what is left of it comes back; of tokens only so much is drawn
            let needed = if order.pays_native { order.most_in } else { order.amount_in };
            if held.balance < needed {
                let detail = format!("the sender has {}, the trade takes {needed}", held.balance);
                return Simulation::of(SimulationStatus::InsufficientBalance, Some(detail));
            }
            if !wanted.approvals.is_empty() {
                return Simulation::of(SimulationStatus::NotApproved, None);
            }
        }
        self.attempt(kind).await.unwrap_or_else(|error| refused(&error))
    }

    async fn attempt(self, kind: StateKind) -> Result<Simulation, ChainError> {
        let Self { chain, book, wish, order, call, via, held } = self;
        let mut state = State::new();
        state.insert(PROBE, Pretended { code: Some(PROBE_CODE), ..Pretended::default() });
        let mut calls = Vec::new();
        if kind == StateKind::Overrides {
            if !fund(chain, book, wish, order, held, &mut state).await? {
                let why = format!("it is not known where token {} keeps balances", order.paid());
                return Ok(Simulation::of(SimulationStatus::NotSupported, Some(why)));
            }
            calls = allow(chain, wish, order, via);
        }
        let looks = looks(wish, order);
        calls.extend(looks.iter().cloned());
        let place = calls.len();
        calls.push(TrialCall {
            from: wish.sender,
            to: call.to,
            value: call.value,
            input: call.data.clone(),
        });
        calls.extend(looks.iter().cloned());
        let tried = chain.client.try_out(&calls, &state, book.block.hash).await?;
        let lost = || ChainError::Inconsistent("an outcome is missing".into());
        let done = tried.get(place).ok_or_else(lost)?;
        if !done.success {
            return Ok(reverted(done));
        }
        let before = tried.get(place - looks.len()..place).ok_or_else(lost)?;
        let after = tried.get(place + 1..).ok_or_else(lost)?;
        Ok(compared(order, done, before, after).unwrap_or_else(|| {
            let why = "a token does not tell balances";
            Simulation::of(SimulationStatus::NotSupported, Some(why.into()))
        }))
    }
}

/// Who has what: the sender of what goes in, then everybody who gets some of what comes out.
fn looks(wish: &Wish, order: &Order) -> Vec<TrialCall> {
    let look = |token: Address, owner: Address| {
        if token.is_zero() {
            let input = Bytes::copy_from_slice(owner.into_word().as_slice());
            TrialCall { from: owner, to: PROBE, value: U256::ZERO, input }
        } else {
            balance_of(token, owner)
        }
    };
    let mut looks = vec![look(order.paid(), wish.sender), look(order.given(), order.recipient)];
    let other = order.portion.filter(|portion| portion.recipient != order.recipient);
    looks.extend(other.map(|portion| look(order.given(), portion.recipient)));
    looks
}

fn compared(order: &Order, done: &Tried, before: &[Tried], after: &[Tried]) -> Option<Simulation> {
    let word = |told: &Tried| {
        let word = told.data.get(..32).filter(|_| told.success)?;
        Some(U256::from_be_slice(word))
    };
    let mut pairs = before.iter().zip(after).map(|(before, after)| word(before).zip(word(after)));
    let (had, left) = pairs.next()??;
    let amount_in = had.saturating_sub(left);
    let mut amount_out = U256::ZERO;
    for pair in pairs {
        let (had, has) = pair?;
        amount_out = amount_out.saturating_add(has.saturating_sub(had));
    }
    Some(Simulation {
        status: SimulationStatus::Success,
        matches: Some(amount_in == order.amount_in && amount_out == order.amount_out),
        amount_in: Some(amount_in.to_string()),
        amount_out: Some(amount_out.to_string()),
        gas_used: Some(done.gas_used.to_string()),
        revert_reason: None,
    })
}

pub(super) fn reverted(done: &Tried) -> Simulation {
    let status = match reason(&done.data).map(|reason| reason.cause) {
        Some(Cause::Slippage) => SimulationStatus::SlippageTooLow,
        Some(Cause::Transfer) => SimulationStatus::TransferFromFailed,
        Some(Cause::Deadline | Cause::Other) | None => SimulationStatus::Failed,
    };
    Simulation {
        gas_used: Some(done.gas_used.to_string()),
        ..Simulation::of(status, Some(revert::words(&done.data, &done.message)))
    }
}

/// A simulation that the node does not make is no fault of the quote.
pub(super) fn refused(error: &ChainError) -> Simulation {
    // whoever asks for it learns why; a line for each would let them fill the log
    tracing::debug!(%error, "a transaction could not be tried out");
    match error {
        ChainError::Refused(why) => Simulation::of(
            SimulationStatus::NotSupported,
            Some(format!("the node does not try transactions out: {why}")),
        ),
        _ => Simulation::of(SimulationStatus::SystemDown, None),
    }
}
