//! A transaction's mints, burns and swaps on a DEX, as the reference lists them. A list lives as long as its block: no
//! transaction reaches into another one.

use alloy_primitives::{Address, U256};

use crate::{
    decimal::Decimal,
    ids::PoolId,
    row::{LiquidityKind, PairLiquidity, RowMeta},
};

/// The lists of a block, ordered by transaction and DEX.
#[derive(Debug, Default)]
pub(in crate::fold) struct Lists(Vec<List>);

/// One transaction's lists on one DEX.
#[derive(Debug)]
pub(super) struct List {
    tx_index: u32,
    factory: Address,
    mints: Vec<PairLiquidity>,
    burns: Vec<PairLiquidity>,
    swaps: u32,
}

/// What the event of the pair adds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Completion {
    pub(super) meta: RowMeta,
    pub(super) sender: Address,
    pub(super) amounts: [Decimal; 2],
    pub(super) amount_usd: Decimal,
}

impl Lists {
    /// The lists of a transaction on a DEX.
    pub(super) fn of(&mut self, tx_index: u32, factory: Address) -> &mut List {
        let key = (tx_index, factory);
        let place = match self.0.binary_search_by_key(&key, |list| (list.tx_index, list.factory)) {
            Ok(place) => place,
            Err(place) => {
                let (mints, burns) = (Vec::new(), Vec::new());
                self.0.insert(place, List { tx_index, factory, mints, burns, swaps: 0 });
                place
            }
        };
        &mut self.0[place]
    }

    /// What the block's transactions came to.
    pub(in crate::fold) fn into_rows(self) -> impl Iterator<Item = PairLiquidity> {
        self.0.into_iter().flat_map(|list| list.mints.into_iter().chain(list.burns))
    }
}

impl List {
    /// The place of the swap that comes now.
    pub(super) const fn next_swap(&mut self) -> u32 {
        let index = self.swaps;
        self.swaps += 1;
        index
    }

    /// Shares of a pair moved.
    pub(super) fn transferred(
        &mut self,
        meta: RowMeta,
        pair: Address,
        from: Address,
        to: Address,
        value: U256,
    ) {
        let pool = PoolId::Contract(pair);
        // a mint without sender is open: the next one belongs to it
        if from.is_zero() && self.mints.last().is_none_or(|mint| mint.sender.is_some()) {
            let mint = begun(&self.mints, LiquidityKind::Mint, meta, pool, value);
            self.mints.push(PairLiquidity { to: Some(to), ..mint });
        }
        if to == pair {
            let burn = begun(&self.burns, LiquidityKind::Burn, meta, pool, value);
            let needs_complete = true;
            let (sender, to) = (Some(from), Some(to));
            self.burns.push(PairLiquidity { sender, to, needs_complete, ..burn });
        }
        if from == pair && to.is_zero() {
            if self.burns.last().is_none_or(|burn| !burn.needs_complete) {
                self.burns.push(begun(&self.burns, LiquidityKind::Burn, meta, pool, value));
            }
            // a mint that is still open was that of the protocol's fee
            if let Some(fee) = self.mints.pop_if(|mint| mint.sender.is_none())
                && let Some(burn) = self.burns.last_mut()
            {
                burn.fee_to = fee.to;
                burn.fee_liquidity = Some(fee.liquidity);
            }
        }
    }

    /// Completes the last mint or burn; `None` when there is none.
    pub(super) fn complete(
        &mut self,
        kind: LiquidityKind,
        event: &Completion,
    ) -> Option<&PairLiquidity> {
        let burn = kind == LiquidityKind::Burn;
        let last = if burn { self.burns.last_mut() } else { self.mints.last_mut() }?;
        if !burn {
            last.sender = Some(event.sender);
        }
        last.log_index = Some(event.meta.position.log_index);
        last.meta = with_item(event.meta, burn);
        last.amount0 = Some(event.amounts[0]);
        last.amount1 = Some(event.amounts[1]);
        last.amount_usd = Some(event.amount_usd);
        Some(last)
    }
}

/// A mint or burn that begins.
fn begun(
    list: &[PairLiquidity],
    kind: LiquidityKind,
    meta: RowMeta,
    pool: PoolId,
    liquidity: U256,
) -> PairLiquidity {
    let burn = kind == LiquidityKind::Burn;
    PairLiquidity {
        meta: with_item(meta, burn),
        pool,
        burn,
        // one per transfer: a block has fewer
        n: u32::try_from(list.len()).unwrap_or(u32::MAX),
        to: None,
        sender: None,
        liquidity,
        amount0: None,
        amount1: None,
        amount_usd: None,
        fee_to: None,
        fee_liquidity: None,
        needs_complete: false,
        log_index: None,
    }
}

/// One transfer can begin a mint and a burn: the item tells them apart.
fn with_item(mut meta: RowMeta, burn: bool) -> RowMeta {
    meta.position.item = u32::from(burn);
    meta
}
