//! What the numbers of a market stand for. Names are only ever added: an older version of the book knows the numbers that
//! it uses.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use alloy_primitives::{Address, U256};
use domain::{
    entity::Token,
    ids::PoolId,
    route::{PoolIx, TokenIx},
};

use crate::view::units;

/// Tokens that are shown before others may add some.
const SOME: usize = 4_096;

/// A pool's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolName {
    /// Identity.
    pub id: PoolId,
    /// Configured name of its DEX.
    pub dex: Arc<str>,
    /// Fee in pips; 0x800000 marks a dynamic fee.
    pub fee_pips: u32,
    /// Distance between usable ticks; 0 for V2.
    pub tick_spacing: i32,
    /// V4 hooks; zero when there are none.
    pub hooks: Address,
}

/// A token's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName {
    /// Contract; zero for the native currency.
    pub address: Address,
    /// `symbol()`.
    pub symbol: Option<Arc<str>>,
    /// `name()`.
    pub name: Option<Arc<str>>,
    /// `decimals()`.
    pub decimals: Option<u8>,
}

impl TokenName {
    /// An amount in whole tokens, exact; `None` where decimals are not known.
    pub(crate) fn whole(&self, amount: U256) -> Option<String> {
        units::of(amount, self.decimals)
    }
}

/// All names of a chain.
#[derive(Debug, Default)]
pub struct Names {
    tables: RwLock<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    tokens: Vec<TokenName>,
    /// Of each token its symbol and name in small letters, as searches compare them; "" where there is none.
    small: Vec<[Box<str>; 2]>,
    pools: Vec<PoolName>,
    token_numbers: HashMap<Address, TokenIx>,
    pool_numbers: HashMap<PoolId, PoolIx>,
    dexes: HashMap<String, Arc<str>>,
    kinds: HashSet<PoolKind>,
}

/// What pools have in common that decides which router trades in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoolKind {
    /// Configured name of the DEX.
    pub dex: Arc<str>,
    /// Of pairs (V2) the fee in pips.
    pub pair_fee: Option<u32>,
}

impl PoolKind {
    /// The kind of a pool.
    #[must_use]
    pub fn of(name: &PoolName) -> Self {
        let pair_fee = (name.tick_spacing == 0).then_some(name.fee_pips);
        Self { dex: Arc::clone(&name.dex), pair_fee }
    }
}

impl Names {
    /// The number of a token that some pool holds.
    #[must_use]
    pub fn token_number(&self, address: Address) -> Option<TokenIx> {
        self.read().token_numbers.get(&address).copied()
    }

    /// The number of a pool.
    #[must_use]
    pub fn pool_number(&self, id: PoolId) -> Option<PoolIx> {
        self.read().pool_numbers.get(&id).copied()
    }

    /// A token.
    #[must_use]
    pub fn token(&self, token: TokenIx) -> Option<TokenName> {
        self.read().tokens.get(place(token.0)).cloned()
    }

    /// A pool.
    #[must_use]
    pub fn pool(&self, pool: PoolIx) -> Option<PoolName> {
        self.read().pools.get(place(pool.0)).cloned()
    }

    /// The kinds of all pools, which are few.
    #[must_use]
    pub fn kinds(&self) -> Vec<PoolKind> {
        self.read().kinds.iter().cloned().collect()
    }

    /// Tokens that are known.
    #[must_use]
    pub fn token_count(&self) -> usize {
        self.read().tokens.len()
    }

    /// Shows every token with its symbol and name in small letters; "" where there is none.
    pub(crate) fn each_token(&self, mut show: impl FnMut(TokenIx, Address, [&str; 2])) {
        let mut next = 0;
        loop {
            let tables = self.read();
            let some = tables.tokens.iter().zip(&tables.small).enumerate().skip(next).take(SOME);
            let before = next;
            for (place, (token, [symbol, name])) in some {
                show(TokenIx(number(place)), token.address, [symbol, name]);
                next = place + 1;
            }
            if next == before {
                return;
            }
        }
    }

    /// So many tokens that told no symbol or no decimals yet, those after this one first.
    pub(super) fn nameless(&self, after: Option<Address>, most: usize) -> Vec<Address> {
        let tables = self.read();
        let known = after.and_then(|after| tables.token_numbers.get(&after));
        let begin = known.map_or(0, |token| place(token.0) + 1).min(tables.tokens.len());
        let (before, from) = tables.tokens.split_at(begin);
        let is_nameless = |token: &&TokenName| token.symbol.is_none() || token.decimals.is_none();
        let nameless = from.iter().chain(before).filter(is_nameless);
        nameless.take(most).map(|token| token.address).collect()
    }

    /// The number of a token, a new one where it has none yet.
    pub(super) fn add_token(&self, address: Address) -> TokenIx {
        let mut tables = self.write();
        if let Some(known) = tables.token_numbers.get(&address) {
            return *known;
        }
        let number = TokenIx(number(tables.tokens.len()));
        tables.tokens.push(TokenName { address, symbol: None, name: None, decimals: None });
        tables.small.push(Default::default());
        tables.token_numbers.insert(address, number);
        number
    }

    /// What a token says of itself.
    pub(super) fn describe(&self, token: &Token) {
        let mut tables = self.write();
        let Some(place_of) = tables.token_numbers.get(&token.address).map(|token| place(token.0))
        else {
            return;
        };
        if let Some(name) = tables.tokens.get_mut(place_of) {
            name.symbol = token.symbol.as_deref().map(Into::into);
            name.name = token.name.as_deref().map(Into::into);
            name.decimals = token.decimals;
        }
        if let Some(small) = tables.small.get_mut(place_of) {
            *small = [&token.symbol, &token.name]
                .map(|text| text.as_deref().unwrap_or_default().to_lowercase().into());
        }
    }

    /// Notes the pool that the market gave this number.
    pub(super) fn add_pool(&self, pool: PoolIx, name: PoolName) {
        let mut tables = self.write();
        tables.pool_numbers.insert(name.id, pool);
        tables.kinds.insert(PoolKind::of(&name));
        tables.pools.push(name);
    }

    /// One text for all pools of a DEX.
    pub(super) fn dex(&self, name: &str) -> Arc<str> {
        if let Some(known) = self.read().dexes.get(name) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = name.into();
        self.write().dexes.insert(name.to_owned(), Arc::clone(&shared));
        shared
    }

    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
