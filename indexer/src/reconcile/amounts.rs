//! What pools hold at the block of the run.

use abis::state;
use alloy_primitives::{Bytes, U256};
use chain::ChainError;
use domain::{
    entity::{Pool, PoolState},
    ids::PoolId,
    reconciled::principal,
};

use super::{ReconcileError, Run};

impl Run<'_> {
    /// The amounts of both tokens of each pool in smallest units; `None` where a contract gives no answer that can be
    /// read.
    pub(super) async fn held(
        &self,
        pools: &[Pool],
    ) -> Result<Vec<Option<[U256; 2]>>, ReconcileError> {
        let calls = |pool: &Pool| match pool.id {
            PoolId::Contract(contract) => [pool.token0, pool.token1]
                .map(|token| state::token_balance_call(token, contract))
                .into(),
            PoolId::Key(_) => state::pool_calls(pool),
        };
        let all: Vec<_> = pools.iter().flat_map(calls).collect();
        let answers = self.ask(&all).await?;
        let mut rest: &[Option<Bytes>] = &answers;
        let mut held = Vec::with_capacity(pools.len());
        for pool in pools {
            let (mine, others) = rest.split_at(calls(pool).len().min(rest.len()));
            rest = others;
            held.push(match pool.id {
                PoolId::Contract(_) => balances(mine),
                PoolId::Key(_) => self.worth(pool, mine).await?,
            });
        }
        Ok(held)
    }

    /// What the liquidity of a V4 pool is worth: its price is the manager's own, its ticks are ours.
    async fn worth(
        &self,
        pool: &Pool,
        answers: &[Option<Bytes>],
    ) -> Result<Option<[U256; 2]>, ReconcileError> {
        let answers: Option<Vec<Bytes>> = answers.iter().cloned().collect();
        let Some(PoolState::Concentrated { sqrt_price_x96, tick, .. }) =
            answers.and_then(|answers| state::pool_state(pool, &answers))
        else {
            return Ok(None);
        };
        let ticks = self.snapshot.ticks(pool.id).await?;
        Ok(principal(sqrt_price_x96, tick, &ticks)
            .inspect_err(|error| {
                tracing::warn!(pool = %pool.id, %error, "the ticks of a pool contradict each other");
            })
            .ok())
    }

    /// The answers in order; `None` for a call that reverted.
    async fn ask(&self, calls: &[state::Call]) -> Result<Vec<Option<Bytes>>, ReconcileError> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self.of.client.call_many(calls, self.block.hash).await;
        answers
            .map_err(|error| self.fault(error))?
            .into_iter()
            .map(|answer| match answer {
                Ok(answer) => Ok(Some(answer)),
                Err(ChainError::Reverted { .. }) => Ok(None),
                Err(error) => Err(self.fault(error)),
            })
            .collect()
    }

    /// What an account holds of these currencies; zero is the native one.
    pub(super) async fn balances_of(
        &self,
        owner: alloy_primitives::Address,
        currencies: &[alloy_primitives::Address],
    ) -> Result<Vec<Option<U256>>, ReconcileError> {
        let tokens = currencies.iter().filter(|currency| !currency.is_zero());
        let calls: Vec<_> = tokens.map(|token| state::token_balance_call(*token, owner)).collect();
        let mut answers = self.ask(&calls).await?.into_iter();
        let mut held = Vec::with_capacity(currencies.len());
        for currency in currencies {
            held.push(if currency.is_zero() {
                let native = self.of.client.native_balance(owner, self.block.hash).await;
                Some(native.map_err(|error| self.fault(error))?)
            } else {
                answers.next().flatten().and_then(|answer| state::balance(&answer))
            });
        }
        Ok(held)
    }
}

fn balances(answers: &[Option<Bytes>]) -> Option<[U256; 2]> {
    let [Some(balance0), Some(balance1)] = answers else { return None };
    Some([state::balance(balance0)?, state::balance(balance1)?])
}
