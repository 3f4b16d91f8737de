//! Pools come to be, and with them the tokens they hold.

use alloy_primitives::{Address, U256};

use super::{FoldError, Key, apply::Step};
use crate::{
    amm::fee::pancake_v3_protocol,
    config::Fork,
    decimal::Decimal,
    entity::{Created, Pool, PoolState, Protocol, Token},
    event::{EventKind, EventMeta},
    figures::PoolFigures,
    ids::PoolId,
};

impl Step<'_> {
    /// Folds a creation; false when the factory is not watched or the pool exists already.
    pub(super) fn create(&mut self, meta: &EventMeta, kind: &EventKind) -> Result<bool, FoldError> {
        let Some(dex) = self.watch.dex(meta.address) else { return Ok(false) };
        let uninitialised =
            PoolState::Concentrated { sqrt_price_x96: U256::ZERO, tick: 0, liquidity: 0 };
        let (id, tokens, fee_pips, tick_spacing, hooks, state) = match *kind {
            EventKind::V2PairCreated { token0, token1, pair } if dex.protocol == Protocol::V2 => {
                let empty = PoolState::Reserves { reserve0: U256::ZERO, reserve1: U256::ZERO };
                (PoolId::Contract(pair), [token0, token1], dex.fee_pips, 0, Address::ZERO, empty)
            }
            EventKind::V3PoolCreated { token0, token1, fee, tick_spacing, pool }
                if dex.protocol == Protocol::V3 =>
            {
                (
                    PoolId::Contract(pool),
                    [token0, token1],
                    fee,
                    tick_spacing,
                    Address::ZERO,
                    uninitialised,
                )
            }
            EventKind::V4Initialize {
                id,
                currency0,
                currency1,
                fee,
                tick_spacing,
                hooks,
                sqrt_price_x96,
                tick,
            } if dex.protocol == Protocol::V4 => {
                let state = PoolState::Concentrated { sqrt_price_x96, tick, liquidity: 0 };
                (PoolId::Key(id), [currency0, currency1], fee, tick_spacing, hooks, state)
            }
            _ => return Ok(false),
        };
        if self.get(&Key::Pool(id))?.is_some() {
            return Ok(false);
        }
        let created = Created {
            block: self.block.number,
            timestamp: self.block.timestamp,
            tx_hash: meta.tx_hash,
            log_index: meta.log_index,
        };
        let mut figures = PoolFigures { fee_tier: fee_pips, ..PoolFigures::default() };
        if dex.protocol != Protocol::V2 {
            figures.set_fee_growth(Some([U256::ZERO; 2]));
        }
        if dex.fork == Some(Fork::PancakeV3) {
            // set when it gets its first price, which no event tells
            figures.fee_protocol = pancake_v3_protocol(fee_pips);
        }
        if dex.protocol == Protocol::V3 {
            (figures.beside_token0, figures.beside_token1) =
                (Some(Decimal::ZERO), Some(Decimal::ZERO));
        }
        let mut pool = Pool {
            id,
            dex: dex.name.clone(),
            protocol: dex.protocol,
            factory: meta.address,
            token0: tokens[0],
            token1: tokens[1],
            fee_pips,
            tick_spacing,
            hooks,
            created,
            state,
            swap_count: 0,
            liquidity_event_count: 0,
            updated_block: self.block.number,
            figures,
        };
        self.counters.pools += 1;
        for token in tokens {
            self.add_pool_to_token(token)?;
        }
        match dex.protocol {
            Protocol::V2 => self.v2_created(dex, &mut pool)?,
            Protocol::V3 => self.count_created(dex, &mut pool)?,
            Protocol::V4 => {
                self.count_created(dex, &mut pool)?;
                self.v4_priced(dex, &mut pool)?;
            }
        }
        self.save(Key::Pool(id), pool);
        if dex.protocol == Protocol::V4 {
            self.reprice(id)?;
        }
        Ok(true)
    }

    fn add_pool_to_token(&mut self, address: Address) -> Result<(), FoldError> {
        let token = match self.find::<Token>(&Key::Token(address))? {
            Some(token) => Token { pool_count: token.pool_count + 1, ..token.clone() },
            None => {
                self.counters.tokens += 1;
                let metadata = self.metadata.get(&address).cloned().unwrap_or_default();
                // what is configured counts, whichever DEX it is configured for: a token is the chain's
                let mut known = self.watch.dexes.iter().flat_map(|dex| &dex.pricing.tokens);
                let stated = known.find(|known| known.address == address);
                Token {
                    address,
                    symbol: stated.map(|it| it.symbol.clone()).or(metadata.symbol),
                    name: stated.map(|it| it.name.clone()).or(metadata.name),
                    decimals: stated.map(|it| it.decimals).or(metadata.decimals),
                    total_supply: metadata.total_supply,
                    pool_count: 1,
                    first_block: self.block.number,
                }
            }
        };
        self.save(Key::Token(address), token);
        Ok(())
    }
}
