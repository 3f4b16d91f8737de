//! What the sender has and has allowed at the quote's block, and what is wanting.

use abis::periphery::{Erc20, Permit2, PermitDetails, PermitSingle, SwapRouter02};
use alloy_primitives::{
    Address, Bytes, U256,
    aliases::{U48, U160},
};
use alloy_sol_types::SolCall;
use api_kit::problem::Problem;
use chain::ChainError;

use super::{
    Via,
    answer::{Approval, ApprovalKind},
    order::Order,
};
use crate::{
    book::Book,
    deps::ChainDeps,
    failure,
    quote::request::{RouterKind, Wish},
    view::address,
};

/// What the sender has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// Of what goes in.
    pub(super) balance: U256,
    /// What may be drawn of it by the token: by the router, or by Permit2.
    pub(super) by_token: U256,
    /// What the router may draw by Permit2.
    pub(super) by_permit2: ByPermit2,
}

/// An allowance of Permit2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ByPermit2 {
    amount: U160,
    expiration: U48,
    nonce: U48,
}

/// What is wanting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) approvals: Vec<Approval>,
    /// What can be signed instead of a transaction.
    pub(super) permit: Option<PermitSingle>,
}

/// Who the token itself has to let draw.
pub(super) const fn drawer(chain: &ChainDeps, via: Via) -> Address {
    match via.kind {
        RouterKind::SwapRouter02 => via.router,
        RouterKind::Universal => chain.permit2,
    }
}

impl Held {
    /// Reads all of it at once.
    pub(super) async fn read(
        chain: &ChainDeps,
        book: &Book,
        wish: &Wish,
        order: &Order,
        via: Via,
    ) -> Result<Self, Problem> {
        let (block, sender, token) = (book.block.hash, wish.sender, order.paid());
        same_wrapped(chain, book, order, via).await?;
        if token.is_zero() {
            let balance = if wish.simulate.is_some() {
                chain.client.native_balance(sender, block).await.map_err(failure::of_chain)?
            } else {
                U256::ZERO
            };
            return Ok(Self { balance, by_token: U256::MAX, by_permit2: ByPermit2::default() });
        }
        let balance = Erc20::balanceOfCall { owner: sender }.abi_encode();
        let allowed =
            Erc20::allowanceCall { owner: sender, spender: drawer(chain, via) }.abi_encode();
        let mut calls = vec![(token, Bytes::from(balance)), (token, allowed.into())];
        if via.kind == RouterKind::Universal {
            let spender = via.router;
            let call = Permit2::allowanceCall { user: sender, token, spender };
            calls.push((chain.permit2, call.abi_encode().into()));
        }
        let answers =
            chain.client.call_many(&calls, block).await.map_err(failure::of_chain)?.into_iter();
        let mut answers = answers.map(|answer| match answer {
            Ok(data) => Ok(data),
            // what a token does not tell counts as nothing
            Err(ChainError::Reverted { .. }) => Ok(Bytes::new()),
            Err(error) => Err(failure::of_chain(error)),
        });
        let mut next = || answers.next().unwrap_or_else(|| Err(Problem::internal()));
        let number = |data: Bytes| Erc20::balanceOfCall::abi_decode_returns(&data);
        let (balance, by_token) = (number(next()?), number(next()?));
        let by_permit2 = match via.kind {
            RouterKind::SwapRouter02 => ByPermit2::default(),
            RouterKind::Universal => Permit2::allowanceCall::abi_decode_returns(&next()?)
                .map(|told| ByPermit2 {
                    amount: told.amount,
                    expiration: told.expiration,
                    nonce: told.nonce,
                })
                .map_err(|_| no_permit2(chain))?,
        };
        Ok(Self {
            balance: balance.unwrap_or_default(),
            by_token: by_token.unwrap_or_default(),
            by_permit2,
        })
    }

    /// What has to be allowed before the transaction.
    pub(super) fn wanted(
        &self,
        chain: &ChainDeps,
        book: &Book,
        wish: &Wish,
        order: &Order,
        via: Via,
    ) -> Wanted {
        let mut wanted = Wanted::default();
        if order.pays_native {
            return wanted;
        }
        let (token, amount) = (order.paid(), order.most_in);
        let mut want = |spender, kind| {
            wanted.approvals.push(Approval {
                token: address(token),
                spender: address(spender),
                amount: amount.to_string(),
                kind,
            });
        };
        if self.by_token < amount {
            want(drawer(chain, via), ApprovalKind::Erc20);
        }
        if via.kind == RouterKind::SwapRouter02 {
            return wanted;
        }
        let now = U48::saturating_from(book.block.timestamp);
        let (allowed, until) = match &wish.permit {
            Some(permit) => (permit.amount, permit.expiration),
            None => (self.by_permit2.amount, self.by_permit2.expiration),
        };
        // one that was signed for an earlier quote ends with that quote's deadline
        let long_enough = match &wish.permit {
            Some(_) => until > now,
            None => until >= U48::saturating_from(order.deadline),
        };
        if U256::from(allowed) >= amount && long_enough {
            return wanted;
        }
        want(via.router, ApprovalKind::Permit2);
        wanted.permit = Some(PermitSingle {
            details: PermitDetails {
                token,
                amount: U160::saturating_from(amount),
                expiration: U48::saturating_from(order.deadline),
                nonce: self.by_permit2.nonce,
            },
            spender: via.router,
            sigDeadline: U256::from(order.deadline),
        });
        wanted
    }
}

/// SwapRouter02 takes another token from the sender than the one that it wraps, and keeps the native coins: so it is asked
/// which one it wraps.
async fn same_wrapped(
    chain: &ChainDeps,
    book: &Book,
    order: &Order,
    via: Via,
) -> Result<(), Problem> {
    let wrapped = match (order.wraps(), order.unwraps()) {
        (true, _) => order.token_in,
        (_, true) => order.token_out,
        _ => return Ok(()),
    };
    if via.kind != RouterKind::SwapRouter02 {
        return Ok(());
    }
    let ask = SwapRouter02::WETH9Call {}.abi_encode().into();
    let told = match chain.client.call(via.router, ask, book.block.hash).await {
        Ok(data) => SwapRouter02::WETH9Call::abi_decode_returns(&data).ok(),
        Err(ChainError::Reverted { .. }) => None,
        Err(error) => return Err(failure::of_chain(error)),
    };
    if told == Some(wrapped) {
        return Ok(());
    }
    let detail = format!(
        "{} is no SwapRouter02 that wraps native coins as {}: whoever runs this service should correct `swap_router02`",
        address(via.router),
        address(wrapped)
    );
    Err(Problem::unprocessable("TRANSACTION_UNAVAILABLE", detail))
}

fn no_permit2(chain: &ChainDeps) -> Problem {
    let detail = format!(
        "there is no Permit2 at {}: whoever runs this service should correct `permit2` of the chain",
        address(chain.permit2)
    );
    Problem::unprocessable("TRANSACTION_UNAVAILABLE", detail)
}
