//! What the chain says before a block is planned: every pool's state, and a handful of holdings picked by chance.

use abis::periphery::{
    Erc721Preset, Erc1155Preset, Points, PoolKey, PositionManagerV3, PositionManagerV4, StateView, V2Factory, V2Pair,
    V3Factory, V3Pool,
};
use alloy_primitives::{Address, U256};

use crate::accounts::{self, TRADERS};
use crate::error::DevchainError;
use crate::rpc::Rpc;
use crate::traffic::amounts;
use crate::traffic::calls::Calls;
use crate::traffic::catalogue::Protocol;
use crate::traffic::dice::Dice;
use crate::traffic::universe::Universe;

const SAMPLES: usize = 4;
/// Ids of the ERC-1155 collection.
pub(crate) const GEAR_IDS: u64 = 12;

/// A pool that exists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolState {
    /// Pair or pool contract; the manager for V4.
    pub(crate) address: Address,
    /// Square root of the price times 2^96, zero for an empty pair.
    pub(crate) sqrt_price: U256,
    /// Tick, 0 for a pair.
    pub(crate) tick: i32,
    /// Liquidity at the price.
    pub(crate) liquidity: U256,
    /// Real (V2) or virtual reserves.
    pub(crate) reserves: [U256; 2],
}

/// A trader's V2 liquidity shares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) pool: usize,
    pub(crate) trader: usize,
    pub(crate) amount: U256,
}

/// A V3 position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PositionV3 {
    pub(crate) id: U256,
    pub(crate) owner: Address,
    pub(crate) tokens: [Address; 2],
    pub(crate) liquidity: u128,
}

/// A V4 position.
#[derive(Debug, Clone)]
pub(crate) struct PositionV4 {
    pub(crate) id: U256,
    pub(crate) owner: Address,
    pub(crate) key: PoolKey,
    pub(crate) liquidity: u128,
}

/// A trader's ERC-1155 balance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gear {
    pub(crate) trader: usize,
    pub(crate) id: u64,
    pub(crate) amount: U256,
}

/// The chain before a block.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// By the universe's pools; `None` where not created yet.
    pub(crate) pools: Vec<Option<PoolState>>,
    pub(crate) shares: Vec<Shares>,
    pub(crate) positions_v3: Vec<PositionV3>,
    pub(crate) positions_v4: Vec<PositionV4>,
    /// Ids and owners of some ERC-721 tokens.
    pub(crate) nfts: Vec<(U256, Address)>,
    pub(crate) gear: Vec<Gear>,
    /// A trader and their points.
    pub(crate) points: Option<(usize, U256)>,
}

impl Snapshot {
    /// Reads it at the newest block, in three requests.
    pub(crate) async fn read(rpc: &Rpc, universe: &Universe, dice: &mut Dice) -> Result<Self, DevchainError> {
        let traders = (0..TRADERS)
            .map(|index| accounts::address_of(accounts::trader_key(index)))
            .collect::<Result<Vec<_>, _>>()?;
        let at = &universe.deployment;
        let mut snapshot = Self { pools: vec![None; universe.pools.len()], ..Self::default() };

        // where the pools are, and how many of everything there are
        let mut calls = Calls::default();
        let places: Vec<_> = universe
            .pools
            .iter()
            .map(|pool| {
                let [a, b] = pool.currencies;
                match pool.spec.protocol {
                    Protocol::V2 => {
                        Place::V2(calls.add(at.v2_factory, &V2Factory::getPairCall { tokenA: a, tokenB: b }))
                    }
                    Protocol::V3 { fee, .. } => Place::V3(calls.add(
                        at.v3_factory,
                        &V3Factory::getPoolCall { tokenA: a, tokenB: b, fee: amounts::fee(fee) },
                    )),
                    Protocol::V4 { .. } => Place::V4(
                        calls.add(at.state_view, &StateView::getSlot0Call { poolId: pool.id() }),
                        calls.add(at.state_view, &StateView::getLiquidityCall { poolId: pool.id() }),
                    ),
                }
            })
            .collect();
        let supply_v3 = calls.add(at.nonfungible_position_manager, &PositionManagerV3::totalSupplyCall {});
        let next_v4 = calls.add(at.v4_position_manager, &PositionManagerV4::nextTokenIdCall {});
        let supply_nft = calls.add(at.erc721, &Erc721Preset::totalSupplyCall {});
        let answers = calls.send(rpc, at.multicall3).await?;
        let count = |value: Option<U256>| value.map_or(0, |value| value.saturating_to::<u64>());
        let (supply_v3, supply_nft) = (count(answers.get(supply_v3)), count(answers.get(supply_nft)));
        let next_v4 = count(answers.get(next_v4)).max(1);

        // the pools' states, and which holdings to look at
        let mut calls = Calls::default();
        let mut pairs = Vec::new();
        let mut pools = Vec::new();
        for (index, place) in places.into_iter().enumerate() {
            match place {
                Place::V2(slot) => {
                    let Some(pair) = answers.get(slot).filter(|pair| !pair.is_zero()) else { continue };
                    let trader = dice.index(TRADERS);
                    let owner = traders.get(trader).copied().unwrap_or_default();
                    let reserves = calls.add(pair, &V2Pair::getReservesCall {});
                    let shares = calls.add(pair, &V2Pair::balanceOfCall { owner });
                    pairs.push((index, pair, reserves, trader, shares));
                }
                Place::V3(slot) => {
                    let Some(pool) = answers.get(slot).filter(|pool| !pool.is_zero()) else { continue };
                    let slot0 = calls.add(pool, &V3Pool::slot0Call {});
                    pools.push((index, pool, slot0, calls.add(pool, &V3Pool::liquidityCall {})));
                }
                Place::V4(slot0, liquidity) => {
                    let Some(slot0) = answers.get(slot0).filter(|slot0| !slot0.sqrtPriceX96.is_zero()) else { continue };
                    let liquidity = U256::from(answers.get(liquidity).unwrap_or_default());
                    let sqrt_price = U256::from(slot0.sqrtPriceX96);
                    set(&mut snapshot.pools, index, concentrated(at.v4_pool_manager, sqrt_price, slot0.tick.as_i32(), liquidity));
                }
            }
        }
        let indices_v3 = distinct(dice, supply_v3, 0);
        let ids_v3: Vec<_> = indices_v3
            .iter()
            .map(|index| {
                let index = U256::from(*index);
                calls.add(at.nonfungible_position_manager, &PositionManagerV3::tokenByIndexCall { index })
            })
            .collect();
        let v4: Vec<_> = distinct(dice, next_v4 - 1, 1)
            .into_iter()
            .map(|id| {
                let (manager, id) = (at.v4_position_manager, U256::from(id));
                let owner = calls.add(manager, &PositionManagerV4::ownerOfCall { tokenId: id });
                let liquidity = calls.add(manager, &PositionManagerV4::getPositionLiquidityCall { tokenId: id });
                (id, owner, liquidity, calls.add(manager, &PositionManagerV4::getPoolAndPositionInfoCall { tokenId: id }))
            })
            .collect();
        let nfts: Vec<_> = distinct(dice, supply_nft, 0)
            .into_iter()
            .map(|index| calls.add(at.erc721, &Erc721Preset::tokenByIndexCall { index: U256::from(index) }))
            .collect();
        let gear: Vec<_> = distinct(dice, GEAR_IDS, 0)
            .into_iter()
            .map(|id| {
                let trader = dice.index(TRADERS);
                let account = traders.get(trader).copied().unwrap_or_default();
                (trader, id, calls.add(at.erc1155, &Erc1155Preset::balanceOfCall { account, id: U256::from(id) }))
            })
            .collect();
        let user = dice.index(TRADERS);
        let points = Points::balanceOfCall { user: traders.get(user).copied().unwrap_or_default() };
        let points = calls.add(at.points, &points);
        let answers = calls.send(rpc, at.multicall3).await?;

        for (pool, address, reserves, trader, shares) in pairs {
            let Some(reserves) = answers.get(reserves) else { continue };
            let reserves = [U256::from(reserves.reserve0), U256::from(reserves.reserve1)];
            let state = PoolState {
                address,
                sqrt_price: amounts::sqrt_price(reserves[0], reserves[1]),
                tick: 0,
                liquidity: amounts::full_range_liquidity(reserves[0], reserves[1]),
                reserves,
            };
            set(&mut snapshot.pools, pool, state);
            if let Some(amount) = answers.get(shares).filter(|amount| !amount.is_zero()) {
                snapshot.shares.push(Shares { pool, trader, amount });
            }
        }
        for (index, address, slot0, liquidity) in pools {
            let Some(slot0) = answers.get(slot0) else { continue };
            let liquidity = U256::from(answers.get(liquidity).unwrap_or_default());
            let sqrt_price = U256::from(slot0.sqrtPriceX96);
            set(&mut snapshot.pools, index, concentrated(address, sqrt_price, slot0.tick.as_i32(), liquidity));
        }
        for (id, owner, liquidity, info) in v4 {
            if let (Some(owner), Some(liquidity), Some(info)) =
                (answers.get(owner), answers.get(liquidity), answers.get(info))
            {
                snapshot.positions_v4.push(PositionV4 { id, owner, key: info.poolKey, liquidity });
            }
        }
        for (trader, id, amount) in gear {
            if let Some(amount) = answers.get(amount).filter(|amount| !amount.is_zero()) {
                snapshot.gear.push(Gear { trader, id, amount });
            }
        }
        snapshot.points = answers.get(points).map(|points| (user, points));

        // whose the holdings are
        let mut calls = Calls::default();
        let positions: Vec<_> = ids_v3
            .into_iter()
            .filter_map(|id| answers.get(id))
            .map(|id| {
                let manager = at.nonfungible_position_manager;
                let owner = calls.add(manager, &PositionManagerV3::ownerOfCall { tokenId: id });
                (id, owner, calls.add(manager, &PositionManagerV3::positionsCall { tokenId: id }))
            })
            .collect();
        let nfts: Vec<_> = nfts
            .into_iter()
            .filter_map(|id| answers.get(id))
            .map(|id| (id, calls.add(at.erc721, &Erc721Preset::ownerOfCall { tokenId: id })))
            .collect();
        let answers = calls.send(rpc, at.multicall3).await?;
        for (id, owner, position) in positions {
            if let (Some(owner), Some(position)) = (answers.get(owner), answers.get(position)) {
                let tokens = [position.token0, position.token1];
                snapshot.positions_v3.push(PositionV3 { id, owner, tokens, liquidity: position.liquidity });
            }
        }
        snapshot.nfts = nfts.into_iter().filter_map(|(id, owner)| Some((id, answers.get(owner)?))).collect();
        Ok(snapshot)
    }
}

use crate::traffic::calls::Slot;

/// Where the answers about a pool's place are.
enum Place {
    V2(Slot<V2Factory::getPairCall>),
    V3(Slot<V3Factory::getPoolCall>),
    V4(Slot<StateView::getSlot0Call>, Slot<StateView::getLiquidityCall>),
}

fn set(pools: &mut [Option<PoolState>], index: usize, state: PoolState) {
    if let Some(pool) = pools.get_mut(index) {
        *pool = Some(state);
    }
}

fn concentrated(address: Address, sqrt_price: U256, tick: i32, liquidity: U256) -> PoolState {
    let reserves = amounts::virtual_reserves(liquidity, sqrt_price);
    PoolState { address, sqrt_price, tick, liquidity, reserves }
}

/// A few different numbers of `count` that start at `first`.
fn distinct(dice: &mut Dice, count: u64, first: u64) -> Vec<u64> {
    let mut chosen = Vec::with_capacity(SAMPLES);
    if count == 0 {
        return chosen;
    }
    for _ in 0..SAMPLES {
        let number = first + dice.below(count);
        if !chosen.contains(&number) {
            chosen.push(number);
        }
    }
    chosen
}
