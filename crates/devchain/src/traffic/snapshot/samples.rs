//! Reading a handful of holdings: V3 and V4 positions, NFTs, points.

use abis::periphery::{Erc721Preset, Erc1155Preset, Points, PositionManagerV3, PositionManagerV4};
use alloy_primitives::{Address, U256};

use crate::dice::Dice;
use crate::traffic::calls::{Answers, Calls, Slot};
use crate::traffic::snapshot::{GEAR_IDS, Gear, PositionV3, PositionV4, Snapshot};
use crate::traffic::universe::Universe;

/// How many of each kind are looked at.
const SAMPLES: usize = 4;

/// Where the numbers of positions and NFTs are.
pub(super) struct Counts {
    v3: Slot<PositionManagerV3::totalSupplyCall>,
    v4: Slot<PositionManagerV4::nextTokenIdCall>,
    nfts: Slot<Erc721Preset::totalSupplyCall>,
}

/// How many V3 positions, V4 positions ever made, and NFTs there are.
pub(super) struct Numbers {
    v3: u64,
    v4: u64,
    nfts: u64,
}

impl Counts {
    pub(super) fn ask(calls: &mut Calls, universe: &Universe) -> Self {
        let at = &universe.deployment;
        Self {
            v3: calls.add(at.nonfungible_position_manager, &PositionManagerV3::totalSupplyCall {}),
            v4: calls.add(at.v4_position_manager, &PositionManagerV4::nextTokenIdCall {}),
            nfts: calls.add(at.erc721, &Erc721Preset::totalSupplyCall {}),
        }
    }

    pub(super) fn read(self, answers: &Answers) -> Numbers {
        let number = |value: Option<U256>| value.map_or(0, |value| value.saturating_to::<u64>());
        Numbers {
            v3: number(answers.get(self.v3)),
            v4: number(answers.get(self.v4)).saturating_sub(1),
            nfts: number(answers.get(self.nfts)),
        }
    }
}

/// Where the answers about a V4 position are.
struct SampleV4 {
    id: U256,
    owner: Slot<PositionManagerV4::ownerOfCall>,
    liquidity: Slot<PositionManagerV4::getPositionLiquidityCall>,
    info: Slot<PositionManagerV4::getPoolAndPositionInfoCall>,
}

/// Where the answers about the holdings are.
pub(super) struct Samples {
    v3: Vec<Slot<PositionManagerV3::tokenByIndexCall>>,
    v4: Vec<SampleV4>,
    nfts: Vec<Slot<Erc721Preset::tokenByIndexCall>>,
    gear: Vec<(usize, u64, Slot<Erc1155Preset::balanceOfCall>)>,
    points: (usize, Slot<Points::balanceOfCall>),
}

impl Samples {
    pub(super) fn ask(
        calls: &mut Calls,
        numbers: &Numbers,
        universe: &Universe,
        traders: &[Address],
        dice: &mut Dice,
    ) -> Self {
        let at = &universe.deployment;
        let v3 = distinct(dice, numbers.v3, 0).into_iter().map(|index| {
            let call = PositionManagerV3::tokenByIndexCall { index: U256::from(index) };
            calls.add(at.nonfungible_position_manager, &call)
        });
        let v3 = v3.collect();
        let v4 = distinct(dice, numbers.v4, 1).into_iter().map(|id| {
            let (manager, id) = (at.v4_position_manager, U256::from(id));
            SampleV4 {
                id,
                owner: calls.add(manager, &PositionManagerV4::ownerOfCall { tokenId: id }),
                liquidity: calls
                    .add(manager, &PositionManagerV4::getPositionLiquidityCall { tokenId: id }),
                info: calls
                    .add(manager, &PositionManagerV4::getPoolAndPositionInfoCall { tokenId: id }),
            }
        });
        let v4 = v4.collect();
        let nfts = distinct(dice, numbers.nfts, 0).into_iter().map(|index| {
            calls.add(at.erc721, &Erc721Preset::tokenByIndexCall { index: U256::from(index) })
        });
        let nfts = nfts.collect();
        let ids = distinct(dice, GEAR_IDS, 0);
        let mut owner = || {
            let trader = dice.index(traders.len());
            (trader, traders.get(trader).copied().unwrap_or_default())
        };
        let gear = ids.into_iter().map(|id| {
            let (trader, account) = owner();
            (
                trader,
                id,
                calls
                    .add(at.erc1155, &Erc1155Preset::balanceOfCall { account, id: U256::from(id) }),
            )
        });
        let gear = gear.collect();
        let (trader, user) = owner();
        let points = (trader, calls.add(at.points, &Points::balanceOfCall { user }));
        Self { v3, v4, nfts, gear, points }
    }

    /// Notes what is known, and asks whose the rest is.
    pub(super) fn read(
        self,
        calls: &mut Calls,
        answers: &Answers,
        universe: &Universe,
        snapshot: &mut Snapshot,
    ) -> Owners {
        for SampleV4 { id, owner, liquidity, info } in self.v4 {
            if let (Some(owner), Some(liquidity), Some(info)) =
                (answers.get(owner), answers.get(liquidity), answers.get(info))
            {
                snapshot.positions_v4.push(PositionV4 { id, owner, key: info.poolKey, liquidity });
            }
        }
        for (trader, id, amount) in self.gear {
            if let Some(amount) = answers.get(amount).filter(|amount| !amount.is_zero()) {
                snapshot.gear.push(Gear { trader, id, amount });
            }
        }
        let (trader, points) = self.points;
        snapshot.points = answers.get(points).map(|points| (trader, points));

        let at = &universe.deployment;
        let manager = at.nonfungible_position_manager;
        let v3 = self.v3.into_iter().filter_map(|slot| answers.get(slot)).map(|id| OwnerV3 {
            id,
            owner: calls.add(manager, &PositionManagerV3::ownerOfCall { tokenId: id }),
            position: calls.add(manager, &PositionManagerV3::positionsCall { tokenId: id }),
        });
        let v3 = v3.collect();
        let nfts = self
            .nfts
            .into_iter()
            .filter_map(|slot| answers.get(slot))
            .map(|id| (id, calls.add(at.erc721, &Erc721Preset::ownerOfCall { tokenId: id })));
        let nfts = nfts.collect();
        Owners { v3, nfts }
    }
}

/// Where the answers about a V3 position are.
struct OwnerV3 {
    id: U256,
    owner: Slot<PositionManagerV3::ownerOfCall>,
    position: Slot<PositionManagerV3::positionsCall>,
}

/// Where the answers about V3 positions and owners of NFTs are.
pub(super) struct Owners {
    v3: Vec<OwnerV3>,
    nfts: Vec<(U256, Slot<Erc721Preset::ownerOfCall>)>,
}

impl Owners {
    pub(super) fn read(self, answers: &Answers, snapshot: &mut Snapshot) {
        for OwnerV3 { id, owner, position } in self.v3 {
            if let (Some(owner), Some(position)) = (answers.get(owner), answers.get(position)) {
                let tokens = [position.token0, position.token1];
                snapshot.positions_v3.push(PositionV3 {
                    id,
                    owner,
                    tokens,
                    liquidity: position.liquidity,
                });
            }
        }
        for (id, owner) in self.nfts {
            if let Some(owner) = answers.get(owner) {
                snapshot.nfts.push((id, owner));
            }
        }
    }
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
