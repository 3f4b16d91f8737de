//! A pool as its contract keeps it, and events as it would emit them.

use std::collections::BTreeMap;

use super::*;

/// What happens to a pool; ticks in usable ones.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Mint {
        lower: i32,
        width: i32,
        size: u128,
    },
    /// A part of some range, in 256ths.
    Burn {
        which: usize,
        part: u8,
    },
    Swap {
        zero_for_one: bool,
        exact_in: bool,
        value: u128,
        reach: Option<i32>,
    },
    /// Fees of a flash loan, or a donation.
    Give {
        amounts: [u64; 2],
    },
    Protocol {
        setting: [u8; 2],
    },
}

pub(super) fn ops() -> impl Strategy<Value = Vec<Op>> {
    let value = (1_u128..1 << 80, 0_u32..80).prop_map(|(value, shift)| (value >> shift).max(1));
    let op = prop_oneof![
        3 => (-300_i32..300, 1_i32..300, 1_u64.., 0_u32..50).prop_map(|(lower, width, size, shift)| {
            Op::Mint { lower, width, size: u128::from(size >> shift).max(1) }
        }),
        2 => (any::<usize>(), any::<u8>()).prop_map(|(which, part)| Op::Burn { which, part }),
        6 => (any::<bool>(), any::<bool>(), value, prop::option::weighted(0.8, 1_i32..400)).prop_map(
            |(zero_for_one, exact_in, value, reach)| Op::Swap { zero_for_one, exact_in, value, reach },
        ),
        1 => any::<[u64; 2]>().prop_map(|amounts| Op::Give { amounts }),
        1 => any::<[u8; 2]>().prop_map(|setting| Op::Protocol { setting }),
    ];
    prop::collection::vec(op, 6..60)
}

/// Whose contracts they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    V3,
    PancakeV3,
    V4,
}

pub(super) fn rules() -> impl Strategy<Value = Rules> {
    prop_oneof![Just(Rules::V3), Just(Rules::PancakeV3), Just(Rules::V4)]
}

/// A pool.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) id: PoolId,
    rules: Rules,
    pub(super) map: TickMap,
    pub(super) standing: Standing,
    pub(super) global: [U256; 2],
    /// Of every tick that was ever in use.
    pub(super) outside: BTreeMap<i32, [U256; 2]>,
    ranges: Vec<(i32, i32, u128)>,
    protocol: u32,
    /// Whether the pool's rows have not seen its growth: nothing that the reference counts came after a gift.
    pub(super) gave_last: bool,
}

const SPACING: i32 = 10;
const PIPS: u32 = 3_000;

impl Model {
    pub(super) fn new(rules: Rules) -> Self {
        let even = U256::ONE << 96;
        Self {
            id: if rules == Rules::V4 { v4_pool(0xa1) } else { v3_pool(0xa1) },
            rules,
            map: TickMap::new(SPACING).unwrap(),
            standing: Standing { sqrt_price_x96: even, tick: 0, liquidity: 0 },
            global: [U256::ZERO; 2],
            outside: BTreeMap::new(),
            ranges: Vec::new(),
            // 3,200 ten-thousandths of both
            protocol: if rules == Rules::PancakeV3 { 209_718_400 } else { 0 },
            gave_last: false,
        }
    }

    pub(super) fn born(&self) -> Vec<(Address, EventKind)> {
        let Standing { sqrt_price_x96, tick, .. } = self.standing;
        if self.rules == Rules::V4 {
            return vec![create_v4(self.id, [WETH, DAI], PIPS, sqrt_price_x96, tick)];
        }
        vec![create(self.id, WETH, DAI, PIPS), initialize(self.id, sqrt_price_x96, tick)]
    }

    fn at(&self) -> Address {
        match self.id {
            PoolId::Contract(address) => address,
            PoolId::Key(_) => crate::fold::kit::MANAGER,
        }
    }

    /// The event, unless the contract would refuse.
    pub(super) fn happens(&mut self, op: &Op) -> Option<(Address, EventKind)> {
        let event = match *op {
            Op::Mint { lower, width, size } => {
                let range = (lower * SPACING, (lower + width) * SPACING);
                let delta = i128::try_from(size).ok()?;
                self.ranges.push((range.0, range.1, size));
                self.change(range, delta);
                self.changed(range, delta)
            }
            Op::Burn { which, part } => {
                let which = which.checked_rem(self.ranges.len())?;
                let (lower, upper, size) = &mut self.ranges[which];
                let (range, taken) = ((*lower, *upper), (*size * (u128::from(part) + 1)) >> 8);
                *size -= taken;
                let delta = -i128::try_from(taken).ok()?;
                self.change(range, delta);
                self.changed(range, delta)
            }
            Op::Swap { zero_for_one, exact_in, value, reach } => {
                return self.swap(zero_for_one, exact_in, value, reach);
            }
            Op::Give { amounts } => return self.give(amounts.map(U256::from)),
            Op::Protocol { setting } => return Some(self.set(setting)),
        };
        self.gave_last = false;
        Some(event)
    }

    fn changed(&self, range: (i32, i32), delta: i128) -> (Address, EventKind) {
        match (self.rules == Rules::V4, delta > 0) {
            (true, _) => modify(self.id, range, delta),
            (false, true) => mint(self.id, range, delta.unsigned_abs(), [U256::ONE; 2]),
            (false, false) => burn(self.id, range, delta.unsigned_abs(), [U256::ONE; 2]),
        }
    }

    /// `Tick.update` at both ends.
    pub(super) fn change(&mut self, (lower, upper): (i32, i32), delta: i128) {
        if delta == 0 {
            return;
        }
        for tick in [lower, upper] {
            if self.map.get(tick).is_none() {
                let below = tick <= self.standing.tick;
                self.outside.insert(tick, if below { self.global } else { [U256::ZERO; 2] });
            }
        }
        self.map.change(lower, upper, delta).unwrap();
        for tick in [lower, upper] {
            if self.map.get(tick).is_none() {
                self.outside.insert(tick, [U256::ZERO; 2]);
            }
        }
        if (lower..upper).contains(&self.standing.tick) {
            self.standing.liquidity = self.standing.liquidity.checked_add_signed(delta).unwrap();
        }
    }

    fn swap(
        &mut self,
        zero_for_one: bool,
        exact_in: bool,
        value: u128,
        reach: Option<i32>,
    ) -> Option<(Address, EventKind)> {
        let before = self.standing;
        let limit = match reach {
            None if zero_for_one => MIN_SQRT_RATIO + U256::ONE,
            None => MAX_SQRT_RATIO - U256::ONE,
            Some(reach) => {
                let reach = if zero_for_one { -reach } else { reach };
                let nearest = before.tick.div_euclid(SPACING) + reach;
                sqrt_ratio_at_tick(nearest * SPACING).ok()?
            }
        };
        let price = before.sqrt_price_x96;
        let behind = if zero_for_one { limit >= price } else { limit <= price };
        if behind {
            return None;
        }
        let value = U256::from(value);
        let amount = if exact_in { Amount::ExactIn(value) } else { Amount::ExactOut(value) };
        let (pips, protocol) = (PIPS, self.protocol);
        let fee = match self.rules {
            Rules::V3 => Fee::V3 { pips, protocol: u8::try_from(protocol).ok()? },
            Rules::PancakeV3 => Fee::PancakeV3 { pips, protocol },
            Rules::V4 => Fee::V4 { lp_pips: pips, protocol },
        };
        let asked = Asked { zero_for_one, amount, limit };
        let (after, deltas, done) = contract(&self.map, before, fee, &asked)?;
        let side = usize::from(!zero_for_one);
        for crossed in &done.crossed {
            let mut global = self.global;
            global[side] = global[side].wrapping_add(crossed.growth_x128);
            let outside = self.outside.get_mut(&crossed.index).unwrap();
            *outside = [0, 1].map(|i| global[i].wrapping_sub(outside[i]));
        }
        self.global[side] = self.global[side].wrapping_add(done.growth_x128);
        self.standing = after;
        // V4's rows see the pool before the swap, but its growth after
        self.gave_last = false;
        let Standing { sqrt_price_x96, tick, liquidity } = after;
        Some(match self.rules {
            Rules::V4 => {
                let pips = fee.swap_pips(zero_for_one).unwrap();
                let amounts = deltas.map(|delta| -delta);
                swap_v4(self.id, amounts, sqrt_price_x96, liquidity, tick, pips)
            }
            Rules::V3 => swap(self.id, deltas, sqrt_price_x96, liquidity, tick),
            Rules::PancakeV3 => {
                let mut took = [0; 2];
                took[side] = done.protocol.wrapping_to();
                pancake_swap(swap(self.id, deltas, sqrt_price_x96, liquidity, tick), took)
            }
        })
    }

    fn give(&mut self, amounts: [U256; 2]) -> Option<(Address, EventKind)> {
        let liquidity = U256::from(self.standing.liquidity);
        if liquidity.is_zero() {
            return None;
        }
        let (sender, recipient) = (Address::ZERO, Address::ZERO);
        let parts = [self.protocol & 0xf, self.protocol >> 4].map(U256::from);
        let shares = [self.protocol & 0xffff, self.protocol >> 16].map(U256::from);
        for i in [0, 1] {
            let cut = match self.rules {
                Rules::V3 if !parts[i].is_zero() => amounts[i] / parts[i],
                Rules::PancakeV3 => amounts[i] * shares[i] / U256::from(10_000),
                Rules::V3 | Rules::V4 => U256::ZERO,
            };
            let growth = (amounts[i] - cut) * Q128 / liquidity;
            self.global[i] = self.global[i].wrapping_add(growth);
        }
        self.gave_last = true;
        let [amount0, amount1] = amounts;
        let kind = match self.id {
            PoolId::Key(id) => EventKind::V4Donate { id, sender, amount0, amount1 },
            PoolId::Contract(_) => EventKind::V3Flash {
                sender,
                recipient,
                amount0: U256::ONE,
                amount1: U256::ONE,
                paid0: amount0,
                paid1: amount1,
            },
        };
        Some((self.at(), kind))
    }

    fn set(&mut self, [setting0, setting1]: [u8; 2]) -> (Address, EventKind) {
        let kind = match self.id {
            PoolId::Key(id) => {
                self.protocol = u32::from(setting0) | u32::from(setting1) << 12;
                EventKind::V4ProtocolFee { id, protocol_fee: self.protocol }
            }
            PoolId::Contract(_) => {
                let [part0, part1] = [setting0, setting1].map(|setting| u32::from(setting % 11));
                self.protocol = match self.rules {
                    // none, or 1,000 to 4,000 ten-thousandths
                    Rules::PancakeV3 => {
                        let share = |part: u32| if part == 0 { 0 } else { 700 + part * 300 };
                        share(part0) | share(part1) << 16
                    }
                    Rules::V3 | Rules::V4 => part0 | part1 << 4,
                };
                EventKind::V3FeeProtocol { fee_protocol: self.protocol }
            }
        };
        (self.at(), kind)
    }

    /// `Tick.getFeeGrowthInside`.
    pub(super) fn inside(&self, (lower, upper): (i32, i32)) -> [U256; 2] {
        let side = |tick: i32, is_outside: bool, i: usize| {
            let outside = self.outside.get(&tick).copied().unwrap_or_default()[i];
            if is_outside { outside } else { self.global[i].wrapping_sub(outside) }
        };
        let now = self.standing.tick;
        [0, 1].map(|i| {
            self.global[i].wrapping_sub(side(lower, now >= lower, i)).wrapping_sub(side(
                upper,
                now < upper,
                i,
            ))
        })
    }
}
