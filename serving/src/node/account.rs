//! What accounts have of tokens.

use abis::periphery::Erc20;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use api_kit::{answer::Block, parse, problem::Problem};
use async_graphql::SimpleObject;
use domain::block::BlockRef;
use serde::Serialize;

use super::{Ask, At, Head, LiveNode, Told, number, trip::SILENT, view::LiveProblem};
use crate::view;

/// Tokens of one question.
const MOST: usize = 100;

/// What an account has of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct TokenBalance {
    /// Contract of the token; the zero address is the chain's native currency.
    pub token: String,
    /// In smallest units; null where the contract does not tell.
    pub balance: Option<String>,
    /// The same in whole tokens; null also where the token's decimals are not known.
    pub balance_decimal: Option<String>,
}

/// What an account has of tokens at the chain's newest block. Where the chain cannot be asked, only `problem` is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct AccountBalances {
    /// The block after which it has them.
    pub block: Option<Block>,
    /// The native currency first, then the tokens in the order of the question; null with a problem.
    pub items: Option<Vec<TokenBalance>>,
    /// Why the chain could not be asked.
    pub problem: Option<LiveProblem>,
}

/// Balances of an account after a block: of the native currency, then of the tokens; `None` where a contract does not tell.
///
/// # Errors
/// Those of [`LiveNode::ask_head`].
pub(crate) async fn balances(
    node: &LiveNode,
    account: Address,
    tokens: &[Address],
    at: At<'_>,
) -> Result<(BlockRef, Vec<Option<U256>>), Problem> {
    let asks: Vec<Ask> = std::iter::once(&Address::ZERO)
        .chain(tokens)
        .map(|token| {
            if token.is_zero() {
                return Ask::Native(account);
            }
            Ask::Call(*token, Erc20::balanceOfCall { owner: account }.abi_encode().into())
        })
        .collect();
    let (block, told) = node.ask_each_at(at, &asks, LiveNode::deadline()).await?;
    Ok((block, but_for_silent_contracts(told)?.iter().map(number).collect()))
}

/// A contract that takes too long tells nothing; a node that fails is another matter.
fn but_for_silent_contracts(told: Vec<Result<Told, Problem>>) -> Result<Vec<Told>, Problem> {
    let told = told.into_iter().map(|told| match told {
        Err(problem) if problem.code() == SILENT => Ok(None),
        told => told,
    });
    told.collect()
}

/// The same of the newest block. Never fails: the reason is in it.
pub(crate) async fn balances_or_problem(
    node: &LiveNode,
    (account, tokens): (Address, &[Address]),
    head: &Head,
    stored_at: Option<BlockRef>,
    decimals: impl Fn(Address) -> Option<u8>,
) -> AccountBalances {
    match balances(node, account, tokens, At::Head(head)).await {
        Ok((block, found)) => {
            let named = std::iter::once(&Address::ZERO).chain(tokens).zip(found);
            let items = named.map(|(token, balance)| TokenBalance {
                token: view::address(*token),
                balance: balance.map(|balance| balance.to_string()),
                balance_decimal: balance
                    .and_then(|amount| view::units::of(amount, decimals(*token))),
            });
            AccountBalances {
                block: Some(block.into()),
                items: Some(items.collect()),
                problem: None,
            }
        }
        Err(problem) => AccountBalances {
            problem: Some(LiveProblem::new(&problem, stored_at)),
            ..AccountBalances::default()
        },
    }
}

/// Tokens as asked for, each once; the native currency is told in any case.
///
/// # Errors
/// `ADDRESS_INVALID`, `TOKENS_INVALID`.
pub(crate) fn wanted_tokens<'a>(
    texts: impl Iterator<Item = &'a str>,
) -> Result<Vec<Address>, Problem> {
    let mut tokens = Vec::new();
    for text in texts {
        let token = parse::address("tokens", text)?;
        if !token.is_zero() && !tokens.contains(&token) {
            tokens.push(token);
        }
        if tokens.len() > MOST {
            let detail = format!("`tokens`: more than {MOST} tokens; ask several times");
            return Err(Problem::bad_request("TOKENS_INVALID", detail));
        }
    }
    Ok(tokens)
}
