//! Pools are created and filled, and V2 shares taken out again or passed on.

use abis::periphery::{
    PoolKey, PoolManager, PositionManagerV3, PositionManagerV4, V2Factory, V2Pair, V2Router,
    commands,
};
use alloy::sol_types::{SolCall, SolValue};
use alloy_primitives::{Address, Bytes, U256};

use crate::accounts::{self, Action};
use crate::error::DevchainError;
use crate::traffic::amounts;
use crate::traffic::catalogue::Protocol;
use crate::traffic::planner::{FOREVER, Planner};
use crate::traffic::report::Kind;
use crate::traffic::snapshot::PoolState;
use crate::traffic::universe::Pool;

const CREATE_GAS: u64 = 8_000_000;
const LIQUIDITY_GAS: u64 = 2_000_000;
const SEND_GAS: u64 = 200_000;

/// Who holds the first liquidity of every pool, for good.
fn keeper() -> Address {
    accounts::stranger(u64::MAX)
}

impl Planner<'_> {
    /// Creates a pool of the catalogue at its first price.
    pub(crate) fn create_pool(&mut self, pool: &Pool) -> Result<(), DevchainError> {
        let at = &self.universe.deployment;
        let [token0, token1] = pool.currencies;
        let price = amounts::to_u160(pool.sqrt_price);
        let (to, data) = match pool.spec.protocol {
            Protocol::V2 => (
                at.v2_factory,
                V2Factory::createPairCall { tokenA: token1, tokenB: token0 }.abi_encode(),
            ),
            Protocol::V3 { fee, .. } => {
                let fee = amounts::fee(fee);
                let call = PositionManagerV3::createAndInitializePoolIfNecessaryCall {
                    token0,
                    token1,
                    fee,
                    sqrtPriceX96: price,
                };
                (at.nonfungible_position_manager, call.abi_encode())
            }
            Protocol::V4 { .. } => (
                at.v4_pool_manager,
                PoolManager::initializeCall { key: pool.key(), sqrtPriceX96: price }.abi_encode(),
            ),
        };
        let trader = self.trader();
        self.push(Kind::Pool, trader, Action::call(to, data, CREATE_GAS))
    }

    /// Fills a new pool over all prices.
    pub(crate) fn first_liquidity(&mut self, pool: &Pool) -> Result<(), DevchainError> {
        let trader = self.trader();
        match pool.spec.protocol {
            Protocol::V2 => self.add_v2(pool, pool.first, trader, keeper()),
            Protocol::V3 { spacing, .. } => {
                self.mint_v3(pool, pool.first, amounts::full_range(spacing), trader, keeper())
            }
            Protocol::V4 { spacing, .. } => {
                let liquidity = amounts::full_range_liquidity(pool.first[0], pool.first[1]);
                let spent = pool.first[0];
                self.mint_v4(pool, liquidity, spent, amounts::full_range(spacing), trader, keeper())
            }
        }
    }

    /// Adds liquidity to some pool; in V3 and V4 as a new position around or beside the price.
    pub(crate) fn add_liquidity(&mut self) -> Result<(), DevchainError> {
        let live = self.live(|_| true);
        let Some((index, state)) = self.dice.pick(&live).copied() else {
            return self.token_transfer();
        };
        let universe = self.universe;
        let Some(pool) = universe.pools.get(index) else { return Ok(()) };
        let trader = self.trader();
        let owner = self.address(trader);
        let parts = self.dice.between(5, 150);
        let sized = state.reserves.map(|reserve| amounts::share(reserve, parts));
        match pool.spec.protocol {
            Protocol::V2 => self.add_v2(pool, sized, trader, owner),
            Protocol::V3 { spacing, .. } => {
                let range = self.some_range(state, spacing);
                self.mint_v3(pool, sized, range, trader, owner)
            }
            Protocol::V4 { spacing, .. } => {
                let range = self.some_range(state, spacing);
                self.mint_v4(
                    pool,
                    amounts::share(state.liquidity, parts),
                    sized[0],
                    range,
                    trader,
                    owner,
                )
            }
        }
    }

    fn some_range(&mut self, state: PoolState, spacing: i32) -> (i32, i32) {
        if self.dice.chance(1, 6) {
            return amounts::full_range(spacing);
        }
        let mut steps = |low, high| i32::try_from(self.dice.between(low, high)).unwrap_or(1);
        let (below, above) = (steps(1, 30), steps(1, 30));
        let shift = if steps(1, 5) == 1 { steps(0, 80) - 40 } else { 0 };
        amounts::range(state.tick, spacing, below, above, shift)
    }

    fn add_v2(
        &mut self,
        pool: &Pool,
        amounts: [U256; 2],
        trader: usize,
        to: Address,
    ) -> Result<(), DevchainError> {
        let call = V2Router::addLiquidityCall {
            tokenA: pool.currencies[0],
            tokenB: pool.currencies[1],
            amountADesired: amounts[0],
            amountBDesired: amounts[1],
            amountAMin: U256::ZERO,
            amountBMin: U256::ZERO,
            to,
            deadline: FOREVER,
        };
        let router = self.universe.deployment.v2_router;
        self.push(Kind::Mint, trader, Action::call(router, call.abi_encode(), LIQUIDITY_GAS))
    }

    fn mint_v3(
        &mut self,
        pool: &Pool,
        amounts: [U256; 2],
        (lower, upper): (i32, i32),
        trader: usize,
        recipient: Address,
    ) -> Result<(), DevchainError> {
        let params = PositionManagerV3::MintParams {
            token0: pool.currencies[0],
            token1: pool.currencies[1],
            fee: pool.key().fee,
            tickLower: amounts::tick(lower),
            tickUpper: amounts::tick(upper),
            amount0Desired: amounts[0],
            amount1Desired: amounts[1],
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            recipient,
            deadline: FOREVER,
        };
        let manager = self.universe.deployment.nonfungible_position_manager;
        let data = PositionManagerV3::mintCall { params }.abi_encode();
        self.push(Kind::Mint, trader, Action::call(manager, data, LIQUIDITY_GAS))
    }

    fn mint_v4(
        &mut self,
        pool: &Pool,
        liquidity: U256,
        native: U256,
        (lower, upper): (i32, i32),
        trader: usize,
        owner: Address,
    ) -> Result<(), DevchainError> {
        let key = pool.key();
        let range = (amounts::tick(lower), amounts::tick(upper));
        let params =
            (key.clone(), range.0, range.1, liquidity, u128::MAX, u128::MAX, owner, Bytes::new())
                .abi_encode_params();
        let action = self.modify_v4(&key, commands::MINT_POSITION, params, native, trader);
        self.push(Kind::Mint, trader, action)
    }

    /// A change of a V4 position that costs both currencies; native coins that were not needed come back.
    pub(crate) fn modify_v4(
        &self,
        key: &PoolKey,
        command: u8,
        params: Vec<u8>,
        native: U256,
        trader: usize,
    ) -> Action {
        let mut actions = vec![command, commands::CLOSE_CURRENCY, commands::CLOSE_CURRENCY];
        let closing = [key.currency0, key.currency1].map(|currency| currency.abi_encode().into());
        let mut inputs: Vec<Bytes> = [params.into()].into_iter().chain(closing).collect();
        let mut value = U256::ZERO;
        if key.currency0.is_zero() {
            actions.push(commands::SWEEP);
            inputs.push((Address::ZERO, self.address(trader)).abi_encode_params().into());
            value = native * U256::from(2) + U256::from(1);
        }
        let data = (Bytes::from(actions), inputs).abi_encode_params().into();
        let call = PositionManagerV4::modifyLiquiditiesCall { unlockData: data, deadline: FOREVER };
        Action::call(self.universe.deployment.v4_position_manager, call.abi_encode(), LIQUIDITY_GAS)
            .paying(value)
    }

    /// Takes V2 liquidity out, or passes the shares on.
    pub(crate) fn shares(&mut self) -> Result<(), DevchainError> {
        let universe = self.universe;
        let Some(shares) = self.snapshot.shares.pop() else { return self.add_liquidity() };
        let Some(pool) = universe.pools.get(shares.pool) else { return Ok(()) };
        let Some(state) = self.snapshot.pools.get(shares.pool).copied().flatten() else {
            return Ok(());
        };
        let parts = if self.dice.chance(1, 8) { 10_000 } else { self.dice.between(500, 7_000) };
        let amount = amounts::share(shares.amount, parts).min(shares.amount);
        if self.dice.chance(2, 5) {
            let (to, pair) = (self.receiver(), state.address);
            let call = V2Pair::transferCall { to, value: amount };
            return self.push(
                Kind::LpTransfer,
                shares.trader,
                Action::call(pair, call.abi_encode(), SEND_GAS),
            );
        }
        let router = universe.deployment.v2_router;
        let approve = V2Pair::approveCall { spender: router, value: U256::MAX };
        let call = V2Router::removeLiquidityCall {
            tokenA: pool.currencies[0],
            tokenB: pool.currencies[1],
            liquidity: amount,
            amountAMin: U256::ZERO,
            amountBMin: U256::ZERO,
            to: self.address(shares.trader),
            deadline: FOREVER,
        };
        self.push(
            Kind::TokenTransfer,
            shares.trader,
            Action::call(state.address, approve.abi_encode(), SEND_GAS),
        )?;
        self.push(Kind::Burn, shares.trader, Action::call(router, call.abi_encode(), LIQUIDITY_GAS))
    }
}
