//! Reading the pools: where they are, then what state they are in.

use abis::periphery::{StateView, V2Factory, V2Pair, V3Factory, V3Pool};
use alloy_primitives::{Address, U256};

use crate::dice::Dice;
use crate::traffic::amounts;
use crate::traffic::calls::{Answers, Calls, Slot};
use crate::traffic::catalogue::Protocol;
use crate::traffic::snapshot::{PoolState, Shares, Snapshot};
use crate::traffic::universe::Universe;

/// Where the answers about a pool's place are.
enum Place {
    V2(Slot<V2Factory::getPairCall>),
    V3(Slot<V3Factory::getPoolCall>),
    V4(Slot<StateView::getSlot0Call>, Slot<StateView::getLiquidityCall>),
}

/// The answers about every pool's place, in the universe's order.
pub(super) struct Places(Vec<Place>);

/// Where the answers about a pair's state and a trader's shares in it are.
struct Pair {
    index: usize,
    address: Address,
    reserves: Slot<V2Pair::getReservesCall>,
    trader: usize,
    shares: Slot<V2Pair::balanceOfCall>,
}

/// Where the answers about a V3 pool's state are.
struct Pool {
    index: usize,
    address: Address,
    slot0: Slot<V3Pool::slot0Call>,
    liquidity: Slot<V3Pool::liquidityCall>,
}

/// The answers about the states of the pairs and V3 pools that exist.
#[derive(Default)]
pub(super) struct States {
    pairs: Vec<Pair>,
    pools: Vec<Pool>,
}

impl Places {
    pub(super) fn ask(calls: &mut Calls, universe: &Universe) -> Self {
        let at = &universe.deployment;
        let place = |pool: &crate::traffic::universe::Pool| {
            let [a, b] = pool.currencies;
            match pool.spec.protocol {
                Protocol::V2 => Place::V2(
                    calls.add(at.v2_factory, &V2Factory::getPairCall { tokenA: a, tokenB: b }),
                ),
                Protocol::V3 { fee, .. } => {
                    let call =
                        V3Factory::getPoolCall { tokenA: a, tokenB: b, fee: amounts::fee(fee) };
                    Place::V3(calls.add(at.v3_factory, &call))
                }
                Protocol::V4 { .. } => Place::V4(
                    calls.add(at.state_view, &StateView::getSlot0Call { poolId: pool.id() }),
                    calls.add(at.state_view, &StateView::getLiquidityCall { poolId: pool.id() }),
                ),
            }
        };
        Self(universe.pools.iter().map(place).collect())
    }

    /// Notes the V4 pools and asks the others, and the shares of some trader in each pair.
    pub(super) fn states(
        self,
        calls: &mut Calls,
        answers: &Answers,
        universe: &Universe,
        traders: &[Address],
        dice: &mut Dice,
        snapshot: &mut Snapshot,
    ) -> States {
        let mut states = States::default();
        for (index, place) in self.0.into_iter().enumerate() {
            match place {
                Place::V2(slot) => {
                    let Some(address) = answers.get(slot).filter(|pair| !pair.is_zero()) else {
                        continue;
                    };
                    let trader = dice.index(traders.len());
                    let owner = traders.get(trader).copied().unwrap_or_default();
                    let reserves = calls.add(address, &V2Pair::getReservesCall {});
                    let shares = calls.add(address, &V2Pair::balanceOfCall { owner });
                    states.pairs.push(Pair { index, address, reserves, trader, shares });
                }
                Place::V3(slot) => {
                    let Some(address) = answers.get(slot).filter(|pool| !pool.is_zero()) else {
                        continue;
                    };
                    let slot0 = calls.add(address, &V3Pool::slot0Call {});
                    let liquidity = calls.add(address, &V3Pool::liquidityCall {});
                    states.pools.push(Pool { index, address, slot0, liquidity });
                }
                Place::V4(slot0, liquidity) => {
                    let Some(slot0) =
                        answers.get(slot0).filter(|slot0| !slot0.sqrtPriceX96.is_zero())
                    else {
                        continue;
                    };
                    let liquidity = answers.get(liquidity).unwrap_or_default();
                    let price = U256::from(slot0.sqrtPriceX96);
                    let manager = universe.deployment.v4_pool_manager;
                    set(
                        snapshot,
                        index,
                        concentrated(manager, price, slot0.tick.as_i32(), liquidity),
                    );
                }
            }
        }
        states
    }
}

impl States {
    pub(super) fn read(self, answers: &Answers, snapshot: &mut Snapshot) {
        for Pair { index, address, reserves, trader, shares } in self.pairs {
            let Some(reserves) = answers.get(reserves) else { continue };
            let reserves = [U256::from(reserves.reserve0), U256::from(reserves.reserve1)];
            let state = PoolState {
                address,
                sqrt_price: amounts::sqrt_price(reserves[0], reserves[1]),
                tick: 0,
                liquidity: amounts::full_range_liquidity(reserves[0], reserves[1]),
                reserves,
            };
            set(snapshot, index, state);
            if let Some(amount) = answers.get(shares).filter(|amount| !amount.is_zero()) {
                snapshot.shares.push(Shares { pool: index, trader, amount });
            }
        }
        for Pool { index, address, slot0, liquidity } in self.pools {
            let Some(slot0) = answers.get(slot0) else { continue };
            let liquidity = answers.get(liquidity).unwrap_or_default();
            let price = U256::from(slot0.sqrtPriceX96);
            set(snapshot, index, concentrated(address, price, slot0.tick.as_i32(), liquidity));
        }
    }
}

fn set(snapshot: &mut Snapshot, index: usize, state: PoolState) {
    if let Some(pool) = snapshot.pools.get_mut(index) {
        *pool = Some(state);
    }
}

fn concentrated(address: Address, sqrt_price: U256, tick: i32, liquidity: u128) -> PoolState {
    let liquidity = U256::from(liquidity);
    let reserves = amounts::virtual_reserves(liquidity, sqrt_price);
    PoolState { address, sqrt_price, tick, liquidity, reserves }
}
