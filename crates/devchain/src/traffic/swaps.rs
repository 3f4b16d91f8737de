//! Swaps of all protocols, exact in and exact out, over one and two hops; flash loans.

use abis::periphery::{
    FlashBorrower, PathKey, SwapRouter02, UniversalRouter, V2Router, V4ExactInputParams,
    V4ExactInputSingleParams, V4ExactOutputSingleParams, commands,
};
use alloy::sol_types::{SolCall, SolValue};
use alloy_primitives::aliases::U160;
use alloy_primitives::{Address, Bytes, U256};

use crate::accounts::Action;
use crate::error::DevchainError;
use crate::traffic::amounts;
use crate::traffic::catalogue::{Asset, Protocol, TOKENS, TokenKind};
use crate::traffic::planner::{FOREVER, Planner};
use crate::traffic::report::Kind;
use crate::traffic::snapshot::PoolState;
use crate::traffic::universe::Pool;

const SWAP_GAS: u64 = 2_500_000;
const FLASH_GAS: u64 = 600_000;

/// A swap before its router is chosen.
#[derive(Debug, Clone, Copy)]
struct Swap<'a> {
    pool: &'a Pool,
    zero_for_one: bool,
    input: Address,
    output: Address,
    /// Amount in, and a rough amount out.
    amounts: [U256; 2],
    trader: usize,
}

impl Planner<'_> {
    /// A swap in some pool, as large as chance wants, a little more often back towards the first price.
    pub(crate) fn swap(&mut self) -> Result<(), DevchainError> {
        let live = self.live(|_| true);
        let Some((index, state)) = self.dice.pick(&live).copied() else {
            return self.token_transfer();
        };
        let universe = self.universe;
        let Some(pool) = universe.pools.get(index) else { return Ok(()) };
        let swap = self.sized(pool, state);
        match pool.spec.protocol {
            Protocol::V2 => self.swap_v2(swap, index),
            Protocol::V3 { .. } => self.swap_v3(swap, index),
            Protocol::V4 { .. } => self.swap_v4(swap, index),
        }
    }

    fn sized<'p>(&mut self, pool: &'p Pool, state: PoolState) -> Swap<'p> {
        let token0_is_dear = state.sqrt_price > pool.sqrt_price;
        let zero_for_one = self.dice.chance(if token0_is_dear { 5 } else { 4 }, 9);
        let parts = if self.dice.chance(1, 12) {
            self.dice.between(60, 200)
        } else {
            self.dice.between(1, 60)
        };
        let [a, b] = pool.currencies;
        let [reserve_a, reserve_b] = state.reserves;
        let (input, output, reserve_in, reserve_out) =
            if zero_for_one { (a, b, reserve_a, reserve_b) } else { (b, a, reserve_b, reserve_a) };
        let amounts = [amounts::share(reserve_in, parts), amounts::share(reserve_out, parts)];
        Swap { pool, zero_for_one, input, output, amounts, trader: self.trader() }
    }

    /// Another pool of the same protocol that goes on from `token`: its other token, and its number.
    fn onward(
        &mut self,
        from: usize,
        token: Address,
        wanted: impl Fn(&Pool) -> bool,
    ) -> Option<(Address, usize)> {
        let mut pools =
            self.live(|pool| wanted(pool) && pool.currencies.contains(&token) && !taxed(pool));
        pools.retain(|(index, _)| *index != from);
        let (index, _) = *self.dice.pick(&pools)?;
        let [a, b] = self.universe.pools.get(index)?.currencies;
        Some((if a == token { b } else { a }, index))
    }

    fn swap_v2(&mut self, swap: Swap<'_>, index: usize) -> Result<(), DevchainError> {
        let router = self.universe.deployment.v2_router;
        let to = self.address(swap.trader);
        let [amount_in, amount_out] = swap.amounts;
        let path = vec![swap.input, swap.output];
        if taxed(swap.pool) {
            let call = V2Router::swapExactTokensForTokensSupportingFeeOnTransferTokensCall {
                amountIn: amount_in,
                amountOutMin: U256::ZERO,
                path,
                to,
                deadline: FOREVER,
            };
            return self.push(
                Kind::SwapV2,
                swap.trader,
                Action::call(router, call.abi_encode(), SWAP_GAS),
            );
        }
        let roll = self.dice.below(10);
        if roll == 0 && swap.input == self.universe.deployment.weth {
            let call = V2Router::swapExactETHForTokensCall {
                amountOutMin: U256::ZERO,
                path,
                to,
                deadline: FOREVER,
            };
            let action = Action::call(router, call.abi_encode(), SWAP_GAS).paying(amount_in);
            return self.push(Kind::SwapV2, swap.trader, action);
        }
        let onward = if roll < 3 {
            self.onward(index, swap.output, |pool| pool.spec.protocol == Protocol::V2)
        } else {
            None
        };
        let data = if let Some((last, _)) = onward.filter(|(last, _)| *last != swap.input) {
            let path = vec![swap.input, swap.output, last];
            V2Router::swapExactTokensForTokensCall {
                amountIn: amount_in,
                amountOutMin: U256::ZERO,
                path,
                to,
                deadline: FOREVER,
            }
            .abi_encode()
        } else if roll < 6 {
            let call = V2Router::swapTokensForExactTokensCall {
                amountOut: amount_out,
                amountInMax: amount_in * U256::from(4) + U256::from(4),
                path,
                to,
                deadline: FOREVER,
            };
            call.abi_encode()
        } else {
            V2Router::swapExactTokensForTokensCall {
                amountIn: amount_in,
                amountOutMin: U256::ZERO,
                path,
                to,
                deadline: FOREVER,
            }
            .abi_encode()
        };
        self.push(Kind::SwapV2, swap.trader, Action::call(router, data, SWAP_GAS))
    }

    fn swap_v3(&mut self, swap: Swap<'_>, index: usize) -> Result<(), DevchainError> {
        let router = self.universe.deployment.swap_router02;
        let recipient = self.address(swap.trader);
        let [amount_in, amount_out] = swap.amounts;
        let (token_in, token_out) = (swap.input, swap.output);
        let fee = swap.pool.key().fee;
        let roll = self.dice.below(10);
        let onward = if roll < 3 {
            self.onward(index, token_out, |pool| matches!(pool.spec.protocol, Protocol::V3 { .. }))
        } else {
            None
        };
        let second = onward.filter(|(last, _)| *last != token_in).and_then(|(last, next)| {
            let fee = self.universe.pools.get(next)?.key().fee;
            Some((last, fee))
        });
        let data = match second {
            Some((last, next_fee)) if roll == 0 => {
                // what is wanted comes first in the path; here a little of the last token
                let first =
                    [last.as_slice(), &next_fee.to_be_bytes::<3>(), token_out.as_slice()].concat();
                let path = [first.as_slice(), &fee.to_be_bytes::<3>(), token_in.as_slice()]
                    .concat()
                    .into();
                let amount = self.small_of(last, next_fee);
                let params = SwapRouter02::ExactOutputParams {
                    path,
                    recipient,
                    amountOut: amount,
                    amountInMaximum: U256::MAX,
                };
                SwapRouter02::exactOutputCall { params }.abi_encode()
            }
            Some((last, next_fee)) => {
                let first =
                    [token_in.as_slice(), &fee.to_be_bytes::<3>(), token_out.as_slice()].concat();
                let path = [first.as_slice(), &next_fee.to_be_bytes::<3>(), last.as_slice()]
                    .concat()
                    .into();
                let params = SwapRouter02::ExactInputParams {
                    path,
                    recipient,
                    amountIn: amount_in,
                    amountOutMinimum: U256::ZERO,
                };
                SwapRouter02::exactInputCall { params }.abi_encode()
            }
            None if roll < 6 => {
                let params = SwapRouter02::ExactOutputSingleParams {
                    tokenIn: token_in,
                    tokenOut: token_out,
                    fee,
                    recipient,
                    amountOut: amount_out,
                    amountInMaximum: U256::MAX,
                    sqrtPriceLimitX96: U160::ZERO,
                };
                SwapRouter02::exactOutputSingleCall { params }.abi_encode()
            }
            None => {
                let params = SwapRouter02::ExactInputSingleParams {
                    tokenIn: token_in,
                    tokenOut: token_out,
                    fee,
                    recipient,
                    amountIn: amount_in,
                    amountOutMinimum: U256::ZERO,
                    sqrtPriceLimitX96: U160::ZERO,
                };
                SwapRouter02::exactInputSingleCall { params }.abi_encode()
            }
        };
        self.push(Kind::SwapV3, swap.trader, Action::call(router, data, SWAP_GAS))
    }

    /// A thousandth of what the V3 pool with this token and fee holds of it.
    fn small_of(&self, token: Address, fee: alloy_primitives::aliases::U24) -> U256 {
        let pools = self.live(|pool| {
            matches!(pool.spec.protocol, Protocol::V3 { .. })
                && pool.key().fee == fee
                && pool.currencies.contains(&token)
        });
        let amount = pools.iter().filter_map(|(index, state)| {
            let side = usize::from(self.universe.pools.get(*index)?.currencies[1] == token);
            state.reserves.get(side).copied()
        });
        amounts::share(amount.min().unwrap_or_default(), 10)
    }

    fn swap_v4(&mut self, swap: Swap<'_>, index: usize) -> Result<(), DevchainError> {
        let [amount_in, amount_out] = swap.amounts;
        let key = swap.pool.key();
        let roll = self.dice.below(10);
        let onward = if roll < 2 {
            self.onward(index, swap.output, |pool| {
                matches!(pool.spec.protocol, Protocol::V4 { .. })
            })
        } else {
            None
        };
        let onward = onward.filter(|(last, _)| *last != swap.input);
        let mut value = amount_in;
        let (action, params, last) = if let Some((last, next)) = onward {
            let hops = [(swap.output, Some(swap.pool)), (last, self.universe.pools.get(next))];
            let path = hops
                .into_iter()
                .filter_map(|(currency, pool)| Some(hop(currency, pool?)))
                .collect();
            let params = V4ExactInputParams {
                currencyIn: swap.input,
                path,
                maxHopSlippage: Vec::new(),
                amountIn: amounts::to_u128(amount_in),
                amountOutMinimum: 0,
            };
            (commands::SWAP_EXACT_IN, params.abi_encode(), last)
        } else if roll < 5 {
            value = amount_in * U256::from(2);
            let params = V4ExactOutputSingleParams {
                poolKey: key,
                zeroForOne: swap.zero_for_one,
                amountOut: amounts::to_u128(amount_out),
                amountInMaximum: u128::MAX,
                hookData: Bytes::new(),
            };
            (commands::SWAP_EXACT_OUT_SINGLE, params.abi_encode(), swap.output)
        } else {
            let params = V4ExactInputSingleParams {
                poolKey: key,
                zeroForOne: swap.zero_for_one,
                amountIn: amounts::to_u128(amount_in),
                amountOutMinimum: 0,
                hookData: Bytes::new(),
            };
            (commands::SWAP_EXACT_IN_SINGLE, params.abi_encode(), swap.output)
        };
        let actions = Bytes::from(vec![action, commands::SETTLE_ALL, commands::TAKE_ALL]);
        let settle = (swap.input, U256::MAX).abi_encode_params();
        let take = (last, U256::ZERO).abi_encode_params();
        let params: Vec<Bytes> = [params, settle, take].into_iter().map(Bytes::from).collect();
        let mut run = vec![commands::V4_SWAP];
        let mut inputs: Vec<Bytes> = vec![(actions, params).abi_encode_params().into()];
        if swap.input.is_zero() {
            // what was sent too much comes back
            run.push(commands::ROUTER_SWEEP);
            inputs.push(
                (Address::ZERO, self.address(swap.trader), U256::ZERO).abi_encode_params().into(),
            );
        }
        let call = UniversalRouter::executeCall { commands: run.into(), inputs, deadline: FOREVER };
        let router = self.universe.deployment.universal_router;
        let mut action = Action::call(router, call.abi_encode(), SWAP_GAS);
        if swap.input.is_zero() {
            action = action.paying(value);
        }
        self.push(Kind::SwapV4, swap.trader, action)
    }

    /// Borrows from a V3 pool, one side or both.
    pub(crate) fn flash(&mut self) -> Result<(), DevchainError> {
        let live = self.live(|pool| {
            matches!(pool.spec.protocol, Protocol::V3 { .. }) && !pool.assets.contains(&Asset::Weth)
        });
        let Some((_, state)) = self.dice.pick(&live).copied() else { return self.swap() };
        let sides = self.dice.between(1, 3);
        let parts = self.dice.between(1, 20);
        let [amount0, amount1] = [1, 2]
            .map(|side| if sides & side == 0 { 0 } else { parts })
            .map(|parts| (parts > 0).then_some(parts));
        let call = FlashBorrower::borrowCall {
            pool: state.address,
            amount0: amount0.map_or(U256::ZERO, |parts| amounts::share(state.reserves[0], parts)),
            amount1: amount1.map_or(U256::ZERO, |parts| amounts::share(state.reserves[1], parts)),
        };
        let trader = self.trader();
        let borrower = self.universe.deployment.flash_borrower;
        self.push(Kind::Flash, trader, Action::call(borrower, call.abi_encode(), FLASH_GAS))
    }
}

fn hop(currency: Address, pool: &Pool) -> PathKey {
    let key = pool.key();
    PathKey {
        intermediateCurrency: currency,
        fee: key.fee,
        tickSpacing: key.tickSpacing,
        hooks: key.hooks,
        hookData: Bytes::new(),
    }
}

/// Whether a token of the pool takes a part of each transfer.
fn taxed(pool: &Pool) -> bool {
    pool.assets.iter().any(
        |asset| matches!(asset, Asset::Token(index) if TOKENS.get(*index).is_some_and(|token| token.kind == TokenKind::Fee)),
    )
}
