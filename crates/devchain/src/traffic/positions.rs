//! What owners do with their V3 and V4 positions: more, less, fees, an end, another owner.

use abis::periphery::{PositionManagerV3, PositionManagerV4, commands};
use alloy::sol_types::{SolCall, SolValue};
use alloy_primitives::{Bytes, U256};

use crate::accounts::Action;
use crate::error::DevchainError;
use crate::traffic::amounts;
use crate::traffic::catalogue::Protocol;
use crate::traffic::planner::{FOREVER, Planner};
use crate::traffic::report::Kind;
use crate::traffic::snapshot::{PositionV3, PositionV4};

const POSITION_GAS: u64 = 2_000_000;

impl Planner<'_> {
    /// Something with a V3 position of a trader.
    pub(crate) fn position_v3(&mut self) -> Result<(), DevchainError> {
        let Some((position, trader)) = self.next_v3() else { return self.add_liquidity() };
        let manager = self.universe.deployment.nonfungible_position_manager;
        let (kind, data) = match self.dice.below(10) {
            0..2 => (Kind::PositionTransfer, {
                let to = self.receiver();
                PositionManagerV3::transferFromCall {
                    from: position.owner,
                    to,
                    tokenId: position.id,
                }
                .abi_encode()
            }),
            2..4 => (Kind::Mint, self.increase_v3(position)),
            4..6 => (Kind::Collect, collect_v3(position).abi_encode()),
            6..9 => {
                let parts = self.dice.between(1_000, 6_000);
                let liquidity = amounts::share(U256::from(position.liquidity), parts);
                let decrease =
                    decrease_v3(position, amounts::to_u128(liquidity).min(position.liquidity));
                // now and then what was taken out stays owed
                if self.dice.chance(1, 4) {
                    (Kind::Burn, decrease.abi_encode())
                } else {
                    (
                        Kind::Burn,
                        together(&[decrease.abi_encode(), collect_v3(position).abi_encode()]),
                    )
                }
            }
            _ => {
                let mut steps = vec![collect_v3(position).abi_encode()];
                if position.liquidity > 0 {
                    steps.insert(0, decrease_v3(position, position.liquidity).abi_encode());
                }
                steps.push(PositionManagerV3::burnCall { tokenId: position.id }.abi_encode());
                (Kind::Burn, together(&steps))
            }
        };
        self.push(kind, trader, Action::call(manager, data, POSITION_GAS))
    }

    fn next_v3(&mut self) -> Option<(PositionV3, usize)> {
        while let Some(position) = self.snapshot.positions_v3.pop() {
            if let Some(trader) = self.trader_of(position.owner).filter(|_| position.liquidity > 1)
            {
                return Some((position, trader));
            }
        }
        None
    }

    fn increase_v3(&mut self, position: PositionV3) -> Vec<u8> {
        let pools = self.live(|pool| {
            matches!(pool.spec.protocol, Protocol::V3 { .. }) && pool.currencies == position.tokens
        });
        let parts = self.dice.between(5, 80);
        let sized = pools.first().map_or([U256::from(1_000_000); 2], |(_, state)| {
            state.reserves.map(|reserve| amounts::share(reserve, parts))
        });
        let params = PositionManagerV3::IncreaseLiquidityParams {
            tokenId: position.id,
            amount0Desired: sized[0],
            amount1Desired: sized[1],
            amount0Min: U256::ZERO,
            amount1Min: U256::ZERO,
            deadline: FOREVER,
        };
        PositionManagerV3::increaseLiquidityCall { params }.abi_encode()
    }

    /// Something with a V4 position of a trader.
    pub(crate) fn position_v4(&mut self) -> Result<(), DevchainError> {
        let Some((position, trader)) = self.next_v4() else { return self.add_liquidity() };
        let roll = self.dice.below(10);
        if roll < 2 {
            let to = self.receiver();
            let call = PositionManagerV4::transferFromCall {
                from: position.owner,
                to,
                tokenId: position.id,
            };
            let manager = self.universe.deployment.v4_position_manager;
            return self.push(
                Kind::PositionTransfer,
                trader,
                Action::call(manager, call.abi_encode(), POSITION_GAS),
            );
        }
        let id = position.id;
        if roll < 4 {
            let pools = self.live(|pool| pool.key() == position.key);
            let state = pools.first().map(|(_, state)| *state);
            let parts = self.dice.between(500, 5_000);
            let more = amounts::share(U256::from(position.liquidity), parts);
            let native = state
                .map_or(U256::ZERO, |state| amounts::virtual_reserves(more, state.sqrt_price)[0]);
            let params = (id, more, u128::MAX, u128::MAX, Bytes::new()).abi_encode_params();
            let action =
                self.modify_v4(&position.key, commands::INCREASE_LIQUIDITY, params, native, trader);
            return self.push(Kind::Mint, trader, action);
        }
        let (kind, command, params) = if roll < 6 {
            let params = (id, U256::ZERO, 0_u128, 0_u128, Bytes::new()).abi_encode_params();
            (Kind::Collect, commands::DECREASE_LIQUIDITY, params)
        } else if roll < 9 {
            let less =
                amounts::share(U256::from(position.liquidity), self.dice.between(1_000, 6_000));
            let params = (id, less, 0_u128, 0_u128, Bytes::new()).abi_encode_params();
            (Kind::Burn, commands::DECREASE_LIQUIDITY, params)
        } else {
            (
                Kind::Burn,
                commands::BURN_POSITION,
                (id, 0_u128, 0_u128, Bytes::new()).abi_encode_params(),
            )
        };
        let take =
            (position.key.currency0, position.key.currency1, position.owner).abi_encode_params();
        let actions = Bytes::from(vec![command, commands::TAKE_PAIR]);
        let inputs: Vec<Bytes> = vec![params.into(), take.into()];
        let unlock = (actions, inputs).abi_encode_params().into();
        let call =
            PositionManagerV4::modifyLiquiditiesCall { unlockData: unlock, deadline: FOREVER };
        let manager = self.universe.deployment.v4_position_manager;
        self.push(kind, trader, Action::call(manager, call.abi_encode(), POSITION_GAS))
    }

    fn next_v4(&mut self) -> Option<(PositionV4, usize)> {
        while let Some(position) = self.snapshot.positions_v4.pop() {
            if let Some(trader) = self.trader_of(position.owner).filter(|_| position.liquidity > 1)
            {
                return Some((position, trader));
            }
        }
        None
    }
}

fn decrease_v3(position: PositionV3, liquidity: u128) -> PositionManagerV3::decreaseLiquidityCall {
    let params = PositionManagerV3::DecreaseLiquidityParams {
        tokenId: position.id,
        liquidity,
        amount0Min: U256::ZERO,
        amount1Min: U256::ZERO,
        deadline: FOREVER,
    };
    PositionManagerV3::decreaseLiquidityCall { params }
}

const fn collect_v3(position: PositionV3) -> PositionManagerV3::collectCall {
    let params = PositionManagerV3::CollectParams {
        tokenId: position.id,
        recipient: position.owner,
        amount0Max: u128::MAX,
        amount1Max: u128::MAX,
    };
    PositionManagerV3::collectCall { params }
}

fn together(steps: &[Vec<u8>]) -> Vec<u8> {
    let data = steps.iter().cloned().map(Bytes::from).collect();
    PositionManagerV3::multicallCall { data }.abi_encode()
}
