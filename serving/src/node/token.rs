//! What a token's contract says of the token now.

use abis::periphery::Erc20;
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use api_kit::answer::Block;
use async_graphql::SimpleObject;
use domain::block::BlockRef;
use serde::Serialize;

use super::{Ask, Head, LiveNode, number, view::LiveProblem};
use crate::view::units;

/// A token at the chain's newest block. Where the chain cannot be asked, only `problem` is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct LiveToken {
    /// The block after which it is so.
    pub block: Option<Block>,
    /// `totalSupply()` in smallest units; null where the contract does not tell.
    pub total_supply: Option<String>,
    /// The same in whole tokens; null also without decimals.
    pub total_supply_decimal: Option<String>,
    /// Why the chain could not be asked.
    pub problem: Option<LiveProblem>,
}

/// What a token's contract says. Never fails: the reason is in it. Of the native currency nobody knows a supply.
pub(crate) async fn token(
    node: &LiveNode,
    (token, decimals): (Address, Option<u8>),
    head: &Head,
    stored_at: BlockRef,
) -> LiveToken {
    let ask = Ask::Call(token, Erc20::totalSupplyCall {}.abi_encode().into());
    let asks = if token.is_zero() { Vec::new() } else { vec![ask] };
    match node.ask_head(head, &asks, LiveNode::deadline()).await {
        Ok((block, told)) => {
            let supply = told.first().and_then(number);
            LiveToken {
                block: Some(block.into()),
                total_supply: supply.map(|supply| supply.to_string()),
                total_supply_decimal: supply.and_then(|supply| units::of(supply, decimals)),
                problem: None,
            }
        }
        Err(problem) => LiveToken {
            problem: Some(LiveProblem::new(&problem, Some(stored_at))),
            ..LiveToken::default()
        },
    }
}
