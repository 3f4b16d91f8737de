//! Balance and allowances that a simulation pretends: enough for the trade, and nothing else.
//!
//! Allowances are given by the calls that a wallet would make. A balance has no such call: the slot that holds it is found
//! by the storage that `balanceOf` reads, and by trying which of it answers.

use std::collections::BTreeMap;

use abis::periphery::{Erc20, Permit2};
use alloy_primitives::{
    Address, B256, U256,
    aliases::{U48, U160},
};
use alloy_sol_types::SolCall;
use chain::{
    ChainError,
    client::simulate::{Pretended, TrialCall},
};

use super::{
    Via,
    allowances::{Held, drawer},
    order::Order,
};
use crate::{
    book::Book,
    deps::ChainDeps,
    quote::request::{RouterKind, Wish},
};

/// Slots that are tried at most.
const MOST_SLOTS: usize = 8;

/// State by account.
pub(super) type State = BTreeMap<Address, Pretended>;

/// Gives the sender what the trade takes; false where nobody knows how.
pub(super) async fn fund(
    chain: &ChainDeps,
    book: &Book,
    wish: &Wish,
    order: &Order,
    held: &Held,
    state: &mut State,
) -> Result<bool, ChainError> {
    if held.balance >= order.most_in {
        return Ok(true);
    }
    if order.pays_native {
        state.entry(wish.sender).or_default().balance = Some(order.most_in);
        return Ok(true);
    }
    let (token, block) = (order.paid(), book.block.hash);
    let ask = balance_of(token, wish.sender);
    let wanted = B256::from(order.most_in);
    for (account, slot) in
        chain.client.storage_read(&ask, block).await?.into_iter().take(MOST_SLOTS)
    {
        let mut tried = State::new();
        tried.entry(account).or_default().state_diff.insert(slot, wanted);
        let told = chain.client.try_out(std::slice::from_ref(&ask), &tried, block).await?;
        let is_balance = told.first().is_some_and(|told| {
            told.success && told.data.get(..32).is_some_and(|word| word == wanted.as_slice())
        });
        if is_balance {
            state.entry(account).or_default().state_diff.insert(slot, wanted);
            return Ok(true);
        }
    }
    Ok(false)
}

/// The calls that allow the trade, in the sender's name.
pub(super) fn allow(chain: &ChainDeps, wish: &Wish, order: &Order, via: Via) -> Vec<TrialCall> {
    if order.pays_native {
        return Vec::new();
    }
    let (from, token) = (wish.sender, order.paid());
    let call = |to, data: Vec<u8>| TrialCall { from, to, value: U256::ZERO, input: data.into() };
    let spender = drawer(chain, via);
    // some tokens only allow another amount after none
    let mut calls: Vec<_> = [U256::ZERO, order.most_in]
        .into_iter()
        .map(|value| call(token, Erc20::approveCall { spender, value }.abi_encode()))
        .collect();
    if via.kind == RouterKind::Universal && wish.permit.is_none() {
        let approve = Permit2::approveCall {
            token,
            spender: via.router,
            amount: U160::saturating_from(order.most_in),
            expiration: U48::MAX,
        };
        calls.push(call(chain.permit2, approve.abi_encode()));
    }
    calls
}

/// The question what somebody has of a token.
pub(super) fn balance_of(token: Address, owner: Address) -> TrialCall {
    let input = Erc20::balanceOfCall { owner }.abi_encode().into();
    TrialCall { from: owner, to: token, value: U256::ZERO, input }
}
