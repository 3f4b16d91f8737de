//! Recorded states of real pools, and paths over them.

use std::path::Path;

use alloy_primitives::U256;
use anyhow::{Context, Result, bail};
use domain::amm::{
    Amount, PIPS,
    fee::Fee,
    swap::{Pool, Swapped, swap},
    tick_map::{TickLiquidity, TickMap},
    v2,
};
use serde_json::Value;

use super::json::{document, field, value};

/// A pool as it stood at some block.
#[derive(Debug)]
pub enum Recorded {
    /// Constant product.
    Pair {
        /// Reserves of token0 and token1.
        reserves: (U256, U256),
        /// Fee in pips.
        fee_pips: u32,
    },
    /// V3 or V4.
    Concentrated {
        /// Price.
        sqrt_price_x96: U256,
        /// Tick.
        tick: i32,
        /// Liquidity in range.
        liquidity: u128,
        /// Fee.
        fee: Fee,
        /// All ticks.
        ticks: TickMap,
    },
}

impl Recorded {
    /// Reads a pool of a path.
    ///
    /// # Errors
    /// When fields are missing.
    pub fn read(pool: &Value) -> Result<Self> {
        let family = pool["family"].as_str().context("a pool without family")?;
        if family.ends_with("_v2") {
            let part = if pool["fee_gamma"].is_null() {
                field::<u32>(pool, "fee_token0")? * PIPS / field::<u32>(pool, "fee_denominator")?
            } else {
                PIPS - field::<u32>(pool, "fee_gamma")? * PIPS / field::<u32>(pool, "fee_denom")?
            };
            let reserves = (field(pool, "reserve0")?, field(pool, "reserve1")?);
            return Ok(Self::Pair { reserves, fee_pips: part });
        }
        let fee = match family {
            "uniswap_v3" => Fee::V3 { pips: field(pool, "fee_token0")?, protocol: 0 },
            "pancakeswap_v3" => Fee::PancakeV3 { pips: field(pool, "fee_token0")?, protocol: 0 },
            "uniswap_v4" => {
                let lp_pips = field(pool, "fee_currency0")?;
                if !pool["lp_fee"].is_null() && field::<u32>(pool, "lp_fee")? != lp_pips {
                    bail!("a pool with two fees");
                }
                Fee::V4 { lp_pips, protocol: field(pool, "protocol_fee")? }
            }
            other => bail!("unknown family {other}"),
        };
        Ok(Self::Concentrated {
            sqrt_price_x96: field(pool, "sqrt_price_x96")?,
            tick: field(pool, "tick")?,
            liquidity: field(pool, "liquidity")?,
            fee,
            ticks: tick_map(field(pool, "tick_spacing")?, &pool["tick_data"])?,
        })
    }

    /// The same pool with another protocol fee (V4).
    #[must_use]
    pub fn with_fee(self, other: Fee) -> Self {
        match self {
            Self::Concentrated { sqrt_price_x96, tick, liquidity, ticks, .. } => {
                Self::Concentrated { sqrt_price_x96, tick, liquidity, fee: other, ticks }
            }
            pair @ Self::Pair { .. } => pair,
        }
    }

    /// What comes out.
    ///
    /// # Errors
    /// When the pool would revert or cannot take all of it.
    pub fn quote(&self, zero_for_one: bool, amount_in: U256) -> Result<U256> {
        match self {
            Self::Pair { reserves: (zero, one), fee_pips } => {
                let (reserve_in, reserve_out) =
                    if zero_for_one { (zero, one) } else { (one, zero) };
                Ok(v2::amount_out(amount_in, *reserve_in, *reserve_out, *fee_pips)?)
            }
            Self::Concentrated { .. } => {
                let done = self.swap(zero_for_one, Amount::ExactIn(amount_in))?;
                if !done.remaining.is_zero() {
                    bail!("the pool ran dry with {} left", done.remaining);
                }
                Ok(done.amount_out)
            }
        }
    }

    /// A whole swap of a concentrated pool.
    ///
    /// # Errors
    /// When the pool would revert, or is a pair.
    pub fn swap(&self, zero_for_one: bool, amount: Amount) -> Result<Swapped> {
        let Self::Concentrated { sqrt_price_x96, tick, liquidity, fee, ticks } = self else {
            bail!("a pair has no ticks");
        };
        let pool = Pool {
            sqrt_price_x96: *sqrt_price_x96,
            tick: *tick,
            liquidity: *liquidity,
            fee: *fee,
            ticks,
        };
        Ok(swap(&pool, zero_for_one, amount, None)?)
    }
}

/// A tick map as these files write it: by index, with gross and net liquidity as fields or in this order.
///
/// # Errors
/// When it is none.
pub fn tick_map(spacing: i32, ticks: &Value) -> Result<TickMap> {
    let ticks = ticks.as_object().context("no tick map")?.iter().map(|(index, tick)| {
        let (gross, net) = match tick {
            Value::Array(parts) => (value(&parts[0])?, value(&parts[1])?),
            tick => (field(tick, "liquidity_gross")?, field(tick, "liquidity_net")?),
        };
        Ok(TickLiquidity { index: index.parse()?, gross, net })
    });
    Ok(TickMap::from_ticks(spacing, ticks.collect::<Result<Vec<_>>>()?)?)
}

/// A recorded path: pools in their order with directions, and what the recorder wrote down.
#[derive(Debug)]
pub struct Route {
    /// Pools, with whether token0 goes in.
    pub hops: Vec<(Recorded, bool)>,
    /// The whole file.
    pub file: Value,
}

impl Route {
    /// Reads a path.
    ///
    /// # Errors
    /// When the file is none.
    pub fn read(path: &Path) -> Result<Self> {
        let file = document(path)?;
        let hops = file["path"].as_array().context("no path")?.iter().map(|hop| {
            let name = hop["pool"].as_str().context("a hop without pool")?;
            let direction = hop["zero_for_one"].as_bool().context("a hop without direction")?;
            Ok((Recorded::read(&file["pools"][name])?, direction))
        });
        Ok(Self { hops: hops.collect::<Result<_>>()?, file })
    }

    /// The output of one hop.
    ///
    /// # Errors
    /// As [`Recorded::quote`].
    pub fn quote(&self, hop: usize, amount_in: u128) -> Result<U256> {
        let (pool, zero_for_one) = self.hops.get(hop).context("no such hop")?;
        pool.quote(*zero_for_one, U256::from(amount_in))
    }
}
