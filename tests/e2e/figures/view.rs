//! Everything about the DEXes as of one block.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    decimal::Decimal,
    entity::{Pool, Protocol, Token},
    figures::{Factory, TokenFigures},
    fold::Key,
    ids::PoolId,
    row::{LiquidityEvent, Swap},
};
use sooho::config::DexConfig;

use super::index::Index;

/// The DEXes as of a block.
pub(super) struct View {
    pub(super) block: u64,
    pub(super) dexes: Vec<DexView>,
    /// Rows up to the block, oldest first.
    pub(super) swaps: Vec<Swap>,
    /// Rows up to the block, oldest first.
    pub(super) liquidity: Vec<LiquidityEvent>,
}

/// One of them.
pub(super) struct DexView {
    pub(super) config: DexConfig,
    pub(super) totals: Factory,
    pub(super) pools: Vec<Pool>,
    pub(super) tokens: BTreeMap<Address, (u8, TokenFigures)>,
}

impl View {
    pub(super) async fn read(index: &Index, block: u64) -> Result<Self> {
        let (mut swaps, mut liquidity) = (index.swaps().await?, index.liquidity().await?);
        swaps.retain(|row| row.meta.position.block <= block);
        liquidity.retain(|row| row.meta.position.block <= block);
        let now = index.pools().await?;
        let mut dexes = Vec::new();
        for config in &index.config.dex {
            let mut pools = Vec::new();
            for pool in now.iter().filter(|pool| pool.factory == config.factory) {
                let then = index.at::<Pool>(Key::Pool(pool.id), block).await?;
                ensure!(then.is_some() == (pool.created.block <= block), "{} came to be", pool.id);
                pools.extend(then);
            }
            let mut tokens = BTreeMap::new();
            for token in pools.iter().flat_map(|pool| [pool.token0, pool.token1]) {
                let known = index.at::<Token>(Key::Token(token), block).await?;
                let decimals = known.and_then(|token| token.decimals).context("no decimals")?;
                let figures = index.at(Key::TokenFigures(config.factory, token), block).await?;
                tokens.insert(token, (decimals, figures.context("no figures")?));
            }
            let totals = index.at(Key::Factory(config.factory), block).await?;
            dexes.push(DexView {
                config: config.clone(),
                totals: totals.context("no totals")?,
                pools,
                tokens,
            });
        }
        Ok(Self { block, dexes, swaps, liquidity })
    }

    /// Swaps of a pool.
    pub(super) fn swaps_of(&self, pool: PoolId) -> impl Iterator<Item = &Swap> {
        self.swaps.iter().filter(move |row| row.pool == pool)
    }

    /// Liquidity events of a pool.
    pub(super) fn liquidity_of(&self, pool: PoolId) -> impl Iterator<Item = &LiquidityEvent> {
        self.liquidity.iter().filter(move |row| row.pool == pool)
    }
}

impl DexView {
    pub(super) fn is(&self, protocol: Protocol) -> bool {
        self.config.protocol == protocol
    }

    /// A raw amount of a token in whole tokens.
    pub(super) fn whole(&self, token: Address, raw: U256) -> Decimal {
        Decimal::from_units(raw, self.decimals(token))
    }

    pub(super) fn decimals(&self, token: Address) -> u8 {
        self.tokens.get(&token).map_or(0, |(decimals, _)| *decimals)
    }

    /// Pools with this token, and on which side.
    pub(super) fn pools_of(&self, token: Address) -> impl Iterator<Item = (&Pool, usize)> {
        self.pools.iter().filter_map(move |pool| match token {
            _ if pool.token0 == token => Some((pool, 0)),
            _ if pool.token1 == token => Some((pool, 1)),
            _ => None,
        })
    }
}

/// What went through a pool in a swap, in smallest units.
pub(super) fn moved(swap: &Swap) -> [U256; 2] {
    let outs = swap.pair.map_or([U256::ZERO; 2], |pair| [pair.amount0_out, pair.amount1_out]);
    let amounts = [swap.amount0, swap.amount1];
    [0, 1].map(|i| match swap.pair {
        // in and out are added; the row has the difference
        Some(_) => amounts[i].into_raw() + outs[i] + outs[i],
        None => amounts[i].unsigned_abs(),
    })
}

/// A pool's volumes and locked amounts by side.
pub(super) fn sides(pool: &Pool) -> [(Decimal, Decimal); 2] {
    let figures = &pool.figures;
    [
        (figures.volume_token0, figures.total_value_locked_token0),
        (figures.volume_token1, figures.total_value_locked_token1),
    ]
}

/// Whether two sums are equal but for what was cut off after 34 digits on the way: `digits` have to agree.
pub(super) fn close(a: Decimal, b: Decimal, digits: i32) -> bool {
    let larger = a.abs().max(b.abs());
    (a - b).abs() <= larger * Decimal::from_parts(1, -digits)
}
