//! Pools as pairs of a base and a quote token, the same in all feeds that tell prices.
//!
//! Prices are told in the stablecoin of a pair; without one, or with two, in the native currency (or the token that stands
//! for it); else in token1. So an order depends on nothing but the configuration, and stays.

use std::collections::BTreeMap;

use alloy_primitives::{Address, I256, U256};
use api_kit::problem::Problem;
use domain::{
    decimal::Decimal,
    entity::{Pool, PoolState, Token},
    ids::PoolId,
    pricing::token_prices,
    row::Swap,
};
use store::Snapshot;

use super::{FeedSettings, view::View};
use crate::{price, view::address};

#[cfg(test)]
pub(in crate::feeds) mod tests;

/// Decimals of the native currency, which no contract tells.
const NATIVE_DECIMALS: u8 = 18;
/// Tokens with more decimals are broken.
const MOST_DECIMALS: u8 = 36;
/// The mark of a V4 fee that hooks set.
pub(super) const DYNAMIC_FEE: u32 = 0x80_0000;

/// One of the tokens of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    /// The contract.
    pub(crate) address: Address,
    /// Never empty.
    pub(crate) symbol: String,
    /// Never empty.
    pub(crate) name: String,
    /// Of the smallest unit.
    pub(crate) decimals: u8,
    /// Block of its first pool.
    pub(crate) first_block: u64,
}

/// A pool with its tokens, as prices are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The pool.
    pub(crate) pool: Pool,
    /// What is priced.
    pub(crate) base: Side,
    /// In what.
    pub(crate) quote: Side,
    /// Whether the base is token1.
    pub(crate) inverted: bool,
}

impl Pair {
    /// The pair of a pool that feeds show; `None` of one that they do not: left out by configuration, or with a token that
    /// tells no decimals.
    pub(crate) fn new(
        settings: &FeedSettings,
        pool: Pool,
        tokens: &BTreeMap<Address, Token>,
    ) -> Option<Self> {
        if !is_shown(settings, &pool) {
            return None;
        }
        let inverted = is_inverted(settings, pool.token0, pool.token1);
        let side = |of: Address| Side::new(tokens.get(&of)?);
        let (token0, token1) = (side(pool.token0)?, side(pool.token1)?);
        let (base, quote) = if inverted { (token1, token0) } else { (token0, token1) };
        Some(Self { pool, base, quote, inverted })
    }

    /// A pool as it is, whatever feeds show: token0 in token1. `None` with a token that tells no decimals.
    pub(crate) fn plain(pool: Pool, token0: &Token, token1: &Token) -> Option<Self> {
        let (base, quote) = (Side::new(token0)?, Side::new(token1)?);
        Some(Self { pool, base, quote, inverted: false })
    }

    /// The same the other way round.
    pub(crate) fn turned(self) -> Self {
        Self { base: self.quote, quote: self.base, inverted: !self.inverted, pool: self.pool }
    }

    /// Of token0 and token1 those of base and quote.
    pub(crate) fn sides<T>(&self, [of0, of1]: [T; 2]) -> [T; 2] {
        if self.inverted { [of1, of0] } else { [of0, of1] }
    }

    /// What one base costs in quote tokens now; `None` before there is a price.
    pub(crate) fn price(&self) -> Option<Decimal> {
        let price = self.pool.figures.token1_price;
        let positive = !price.is_zero() && !price.is_negative();
        let price = positive.then_some(price).or_else(|| self.first_price());
        price.map(|price| self.told(price)).filter(|price| !price.is_zero())
    }

    /// What a pool that nobody traded in yet was made with (V3, V4), as far as somebody offers to trade at it: without liquidity it
    /// is the word of whoever made the pool, and may be anything.
    fn first_price(&self) -> Option<Decimal> {
        match self.pool.state {
            PoolState::Concentrated { sqrt_price_x96, liquidity, .. } if liquidity > 0 => {
                self.price_of_root(sqrt_price_x96)
            }
            PoolState::Concentrated { .. } | PoolState::Reserves { .. } => None,
        }
    }

    /// A price of token0 in token1 as one of base in quote.
    pub(crate) fn told(&self, price: Decimal) -> Decimal {
        if self.inverted { Decimal::ONE.safe_div(price) } else { price }
    }

    /// The pool's price of token0 in token1 after a swap, where the swap tells it (V3, V4).
    pub(crate) fn price_after(&self, swap: &Swap) -> Option<Decimal> {
        self.price_of_root(swap.sqrt_price_x96?)
    }

    fn price_of_root(&self, sqrt_price_x96: U256) -> Option<Decimal> {
        let [of0, of1] = self.sides([self.base.decimals, self.quote.decimals]);
        let (_, price) = token_prices(sqrt_price_x96, of0, of1);
        (!price.is_zero()).then_some(price)
    }

    /// Smallest units of the base as whole tokens.
    pub(crate) fn whole_base(&self, units: U256) -> String {
        price::whole(units, self.base.decimals)
    }

    /// Smallest units of the quote token as whole tokens.
    pub(crate) fn whole_quote(&self, units: U256) -> String {
        price::whole(units, self.quote.decimals)
    }

    /// What people read: `WETH/USDC 0.3%`.
    pub(crate) fn title(&self) -> String {
        format!("{}/{} {}", self.base.symbol, self.quote.symbol, fee(self.pool.fee_pips))
    }
}

impl Side {
    /// `None` without decimals that can be.
    fn new(token: &Token) -> Option<Self> {
        Some(Self {
            address: token.address,
            symbol: symbol(token),
            name: name(token),
            decimals: decimals(token)?,
            first_block: token.first_block,
        })
    }
}

/// Whether feeds show a pool: its figures are counted, and nobody left it out.
pub(crate) fn is_shown(settings: &FeedSettings, pool: &Pool) -> bool {
    let left_out = |token: &Address| settings.excluded_tokens.contains(token);
    pool.figures.counted
        && !settings.excluded_pools.contains(&pool.id)
        && ![pool.token0, pool.token1].iter().any(left_out)
}

/// Whether prices are told of token1 in token0.
pub(crate) fn is_inverted(settings: &FeedSettings, token0: Address, token1: Address) -> bool {
    let rank = |token: Address| {
        if settings.stablecoins.contains(&token) {
            2
        } else {
            u8::from(token.is_zero() || settings.natives.contains(&token))
        }
    };
    rank(token0) > rank(token1)
}

/// A token's decimals, where they can be.
pub(crate) fn decimals(token: &Token) -> Option<u8> {
    let native = token.address.is_zero().then_some(NATIVE_DECIMALS);
    token.decimals.or(native).filter(|decimals| *decimals <= MOST_DECIMALS)
}

/// A token's symbol; a shortened address where it has none.
pub(crate) fn symbol(token: &Token) -> String {
    said(token.symbol.as_deref(), token)
}

/// A token's name; else its symbol, else a shortened address.
pub(crate) fn name(token: &Token) -> String {
    let named = token.name.as_deref().filter(|name| !name.trim().is_empty());
    said(named.or(token.symbol.as_deref()), token)
}

fn said(text: Option<&str>, token: &Token) -> String {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => text.to_owned(),
        None => shortened(token.address),
    }
}

/// `0x1234…abcd` in plain letters.
fn shortened(of: Address) -> String {
    let whole = address(of);
    match (whole.get(..6), whole.get(38..)) {
        (Some(first), Some(last)) => format!("{first}..{last}"),
        _ => whole,
    }
}

/// Pips as percents.
fn fee(pips: u32) -> String {
    if pips == DYNAMIC_FEE {
        return "dynamic".to_owned();
    }
    format!("{}%", Decimal::from_parts(i128::from(pips), -4))
}

/// What moved of token0 and token1 in a swap, in smallest units; of a V2 pair what came in and what went out.
pub(crate) fn moved(swap: &Swap) -> [U256; 2] {
    let Some(pair) = swap.pair else {
        return [swap.amount0, swap.amount1].map(I256::unsigned_abs);
    };
    // in = net + out
    let gross = |net: I256, out: U256| {
        let came = I256::try_from(out).map_or(net, |out| net.saturating_add(out));
        came.unsigned_abs().saturating_add(out)
    };
    [gross(swap.amount0, pair.amount0_out), gross(swap.amount1, pair.amount1_out)]
}

/// The pairs of these pools that feeds show, in their order, by one read.
pub(crate) async fn of_pools(
    snapshot: &Snapshot,
    settings: &FeedSettings,
    pools: Vec<Pool>,
) -> Result<Vec<Pair>, Problem> {
    let mut addresses: Vec<_> = pools.iter().flat_map(|pool| [pool.token0, pool.token1]).collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let tokens = snapshot.tokens_by_addresses(&addresses).await?;
    let tokens: BTreeMap<_, _> = tokens.into_iter().map(|token| (token.address, token)).collect();
    Ok(pools.into_iter().filter_map(|pool| Pair::new(settings, pool, &tokens)).collect())
}

/// The pair of a pool that feeds show.
pub(crate) async fn of_pool(view: &View, id: PoolId) -> Result<Option<Pair>, Problem> {
    let (hot, snapshot) = (view.chain()?.book.hot(), &view.snapshot);
    let Some(pool) = hot.pools_by_ids(snapshot, &[id]).await?.pop() else { return Ok(None) };
    let addresses = [pool.token0, pool.token1];
    let tokens = hot.tokens_by_addresses(snapshot, &addresses).await?;
    let tokens = tokens.iter().map(|token| (token.address, Token::clone(token))).collect();
    Ok(Pair::new(view.settings()?, Pool::clone(&pool), &tokens))
}
