//! A small chain of pairs.

use std::collections::HashMap;

use alloy_primitives::{Address, B256, U256};

use crate::{
    block::{Block, BlockRef, Sender},
    config::{Dex, Pricing, Watch},
    decimal::Decimal,
    entity::{Pool, Protocol, TokenMetadata},
    event::{Event, EventKind, EventMeta},
    figures::{
        Factory, Interval, LiquidityPosition, PoolInterval, ProtocolDay, TokenFigures,
        TokenInterval,
    },
    fold::{BlockChanges, EntityType, FoldError, Key, State, needs::Needs},
    ids::PoolId,
};

pub(super) type Emitted = (Address, EventKind);

pub(super) const FACTORY: Address = Address::repeat_byte(0xf2);
/// 18 decimals, whitelisted, the lowest address.
pub(super) const DAI: Address = Address::repeat_byte(0x01);
/// The reference token.
pub(super) const WETH: Address = Address::repeat_byte(0x11);
/// 6 decimals, whitelisted.
pub(super) const USDC: Address = Address::repeat_byte(0x22);
/// 8 decimals.
pub(super) const TOKEN: Address = Address::repeat_byte(0x33);
/// Whitelisted, 0 decimals.
pub(super) const SHELL: Address = Address::repeat_byte(0x44);
/// Says no decimals.
pub(super) const MUTE: Address = Address::repeat_byte(0x55);

pub(super) const WETH_USDC: Address = Address::repeat_byte(0xa1);
pub(super) const DAI_WETH: Address = Address::repeat_byte(0xa2);
pub(super) const WETH_TOKEN: Address = Address::repeat_byte(0xa3);
pub(super) const USDC_TOKEN: Address = Address::repeat_byte(0xa4);
pub(super) const TOKEN_SHELL: Address = Address::repeat_byte(0xa5);
pub(super) const WETH_MUTE: Address = Address::repeat_byte(0xa6);

pub(super) const ALICE: Address = Address::repeat_byte(0xc1);
pub(super) const BOB: Address = Address::repeat_byte(0xc2);
pub(super) const FEES: Address = Address::repeat_byte(0xc3);
pub(super) const ROUTER: Address = Address::repeat_byte(0xc4);
pub(super) const ZERO: Address = Address::ZERO;

pub(super) const PAIRS: [(Address, Address, Address); 6] = [
    (WETH_USDC, WETH, USDC),
    (DAI_WETH, DAI, WETH),
    (WETH_TOKEN, WETH, TOKEN),
    (USDC_TOKEN, USDC, TOKEN),
    (TOKEN_SHELL, TOKEN, SHELL),
    (WETH_MUTE, WETH, MUTE),
];

pub(super) fn decimals(token: Address) -> Option<u8> {
    match token {
        USDC => Some(6),
        TOKEN => Some(8),
        SHELL => Some(0),
        MUTE => None,
        _ => Some(18),
    }
}

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// An amount of whole tokens, or a decimal fraction of them, in smallest units.
pub(super) fn units(token: Address, whole: &str) -> U256 {
    let (whole, fraction) = whole.split_once('.').unwrap_or((whole, ""));
    let places = usize::from(decimals(token).unwrap());
    format!("{whole}{fraction:0<places$}").parse().unwrap()
}

pub(super) fn pricing() -> Pricing {
    Pricing {
        reference_token: WETH,
        whitelist: vec![WETH, DAI, USDC, SHELL],
        stable_pools: vec![PoolId::Contract(WETH_USDC), PoolId::Contract(DAI_WETH)],
        minimum_locked: dec("2"),
        minimum_liquidity_usd: dec("10000"),
        ..Pricing::default()
    }
}

/// State, and everything applied to it so far.
pub(super) struct Chain {
    pub(super) state: State,
    pub(super) watch: Watch,
    metadata: HashMap<Address, TokenMetadata>,
    number: u64,
    /// Time of the next block.
    pub(super) time: u64,
    pub(super) history: Vec<(State, BlockChanges)>,
    /// How many transactions each block has.
    sizes: Vec<u64>,
}

impl Chain {
    pub(super) fn new(pricing: Pricing) -> Self {
        let dex = Dex {
            name: "v2".into(),
            protocol: Protocol::V2,
            factory: FACTORY,
            fee_pips: 3_000,
            fork: None,
            position_manager: None,
            pricing,
        };
        let metadata = [DAI, WETH, USDC, TOKEN, SHELL, MUTE].map(|token| {
            (token, TokenMetadata { decimals: decimals(token), ..TokenMetadata::default() })
        });
        Self {
            state: State::default(),
            watch: Watch { dexes: vec![dex], collections: Vec::new() },
            metadata: HashMap::from(metadata),
            number: 0,
            time: 1_700_000_000,
            history: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// With all pairs made, in a block of their own.
    pub(super) fn with_pairs(pricing: Pricing) -> Self {
        let mut chain = Self::new(pricing);
        chain.block(vec![PAIRS.map(|(pair, _, _)| create(pair)).to_vec()]);
        chain
    }

    pub(super) fn try_block(&mut self, txs: Vec<Vec<Emitted>>) -> Result<BlockChanges, FoldError> {
        self.number += 1;
        self.sizes.push(txs.len() as u64);
        let hash = |n: u64| B256::from(U256::from(n));
        let header = BlockRef {
            number: self.number,
            hash: hash(self.number),
            parent_hash: hash(self.number - 1),
            timestamp: self.time,
        };
        let (mut events, mut senders) = (Vec::new(), Vec::new());
        let mut logs = 0u32..;
        for (tx_index, tx) in (0u32..).zip(txs) {
            senders.push(Sender { tx_index, from: ALICE, gas_price: 7 });
            let tx_hash = hash(self.number * 1_000 + u64::from(tx_index));
            for (address, kind) in tx {
                let log_index = logs.next().unwrap();
                let meta = EventMeta { address, tx_hash, tx_index, log_index };
                events.push(Event { meta, kind });
            }
        }
        let block = Block { header, senders, events };
        let needs = Needs::new(&self.watch, std::slice::from_ref(&block));
        loop {
            let missing = needs.missing(&mut self.state);
            if missing.is_empty() {
                break;
            }
            missing.into_iter().for_each(|key| self.state.load(key, None));
        }
        let before = self.state.clone();
        let changes = self.state.apply(&block, &self.watch, &self.metadata)?;
        self.history.push((before, changes.clone()));
        self.time += 12;
        Ok(changes)
    }

    pub(super) fn block(&mut self, txs: Vec<Vec<Emitted>>) -> BlockChanges {
        self.try_block(txs).unwrap()
    }

    /// How many transactions a block has.
    pub(super) fn txs_of(&self, number: u64) -> u64 {
        self.sizes[usize::try_from(number).unwrap() - 1]
    }

    /// One transaction in a block of its own.
    pub(super) fn tx(&mut self, events: Vec<Emitted>) -> BlockChanges {
        self.block(vec![events])
    }

    pub(super) fn find<T: EntityType + Clone>(&self, key: &Key) -> Option<T> {
        self.state.get(key).and_then(T::of).cloned()
    }

    pub(super) fn pool(&self, pair: Address) -> Pool {
        self.find(&Key::Pool(PoolId::Contract(pair))).unwrap()
    }

    pub(super) fn token(&self, token: Address) -> TokenFigures {
        self.find(&Key::TokenFigures(FACTORY, token)).unwrap()
    }

    pub(super) fn factory(&self) -> Factory {
        self.find(&Key::Factory(FACTORY)).unwrap()
    }

    pub(super) fn position(&self, pair: Address, account: Address) -> Option<LiquidityPosition> {
        self.find(&Key::LiquidityPosition(PoolId::Contract(pair), account))
    }

    pub(super) fn day(&self, time: u64) -> Option<ProtocolDay> {
        self.find(&Key::ProtocolDay(FACTORY, Interval::Day.period(time)))
    }

    pub(super) fn pair_row(
        &self,
        pair: Address,
        interval: Interval,
        time: u64,
    ) -> Option<PoolInterval> {
        self.find(&Key::PoolInterval(PoolId::Contract(pair), interval, interval.period(time)))
    }

    pub(super) fn token_row(
        &self,
        token: Address,
        interval: Interval,
        time: u64,
    ) -> Option<TokenInterval> {
        self.find(&Key::TokenInterval(FACTORY, token, interval, interval.period(time)))
    }
}

/// The tokens of a pair.
pub(super) fn tokens(pair: Address) -> [Address; 2] {
    PAIRS.iter().find(|entry| entry.0 == pair).map(|entry| [entry.1, entry.2]).unwrap()
}

fn both(pair: Address, amounts: [&str; 2]) -> [U256; 2] {
    let [token0, token1] = tokens(pair);
    [units(token0, amounts[0]), units(token1, amounts[1])]
}

pub(super) fn create(pair: Address) -> Emitted {
    let [token0, token1] = tokens(pair);
    (FACTORY, EventKind::V2PairCreated { token0, token1, pair })
}

pub(super) fn sync(pair: Address, reserves: [&str; 2]) -> Emitted {
    let [reserve0, reserve1] = both(pair, reserves);
    (pair, EventKind::V2Sync { reserve0, reserve1 })
}

pub(super) fn swap(pair: Address, ins: [&str; 2], outs: [&str; 2]) -> Emitted {
    let ([amount0_in, amount1_in], [amount0_out, amount1_out]) =
        (both(pair, ins), both(pair, outs));
    let (sender, to) = (ROUTER, BOB);
    (pair, EventKind::V2Swap { sender, to, amount0_in, amount1_in, amount0_out, amount1_out })
}

pub(super) fn mint(pair: Address, amounts: [&str; 2]) -> Emitted {
    let [amount0, amount1] = both(pair, amounts);
    (pair, EventKind::V2Mint { sender: ROUTER, amount0, amount1 })
}

pub(super) fn burn(pair: Address, amounts: [&str; 2]) -> Emitted {
    let [amount0, amount1] = both(pair, amounts);
    (pair, EventKind::V2Burn { sender: ROUTER, to: BOB, amount0, amount1 })
}

/// Shares moved, in their smallest unit.
pub(super) fn transfer(pair: Address, from: Address, to: Address, value: u128) -> Emitted {
    (pair, EventKind::V2Transfer { from, to, value: U256::from(value) })
}
