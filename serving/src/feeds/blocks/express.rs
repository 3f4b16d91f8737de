//! Stored rows as events of these feeds: what each changed about its pool, and how it is told, if it can be.

use alloy_primitives::{Address, I256, U256};
use domain::{
    amm::liquidity::amounts,
    entity::Protocol,
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind, RowMeta, Swap},
    version::PoolVersion,
};

use super::{
    event::Kind,
    numbers::{price_of_amounts, price_of_root},
    pools::Listed,
    skip::Skip,
};

#[cfg(test)]
mod tests;

/// A stored row.
#[derive(Debug, Clone)]
pub(super) enum Row {
    /// A swap.
    Swap(Swap),
    /// A liquidity event.
    Liquidity(LiquidityEvent),
}

impl Row {
    pub(super) const fn meta(&self) -> &RowMeta {
        match self {
            Self::Swap(swap) => &swap.meta,
            Self::Liquidity(event) => &event.meta,
        }
    }

    pub(super) const fn pool(&self) -> PoolId {
        match self {
            Self::Swap(swap) => swap.pool,
            Self::Liquidity(event) => event.pool,
        }
    }

    /// Who sent the transaction; where that is not stored, who took what came out, or whose the liquidity is.
    pub(super) fn maker(&self) -> Address {
        let named = match self {
            Self::Swap(swap) => swap.recipient,
            Self::Liquidity(event) => event.owner,
        };
        self.meta().origin.unwrap_or(named)
    }
}

/// Root of the price and tick of a V4 pool, between events.
pub(super) type Price = Option<(U256, i32)>;

/// The price of a version; `None` before the first.
pub(super) fn price_of(version: &PoolVersion) -> Price {
    let core = &version.first;
    (!core.sqrt_price_x96.is_zero()).then_some((core.sqrt_price_x96, core.tick))
}

/// What a row moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    /// Amounts of a change of liquidity; `None` where they are not known.
    pub(super) amounts: Option<[U256; 2]>,
    /// By how much what the pool holds changed; `None` where that is not known.
    pub(super) change: Option<[I256; 2]>,
}

/// What a row moved, at the price before it.
pub(super) fn moved(protocol: Protocol, row: &Row, price: Price) -> Moved {
    let event = match row {
        Row::Swap(swap) => {
            return Moved { amounts: None, change: Some([swap.amount0, swap.amount1]) };
        }
        Row::Liquidity(event) => event,
    };
    let amounts = match protocol {
        Protocol::V4 => of_range(event, price),
        Protocol::V2 | Protocol::V3 => event.amount0.zip(event.amount1).map(Into::into),
    };
    let nothing = Some([I256::ZERO; 2]);
    let signed = |[amount0, amount1]: [U256; 2]| {
        Some([I256::try_from(amount0).ok()?, I256::try_from(amount1).ok()?])
    };
    let came = || amounts.and_then(signed);
    let went = || came().map(|[amount0, amount1]| [-amount0, -amount1]);
    let change = match (event.kind, protocol) {
        (LiquidityKind::Mint, _) | (LiquidityKind::Flash, Protocol::V3) => came(),
        // what a V3 burn frees leaves with the collect
        (LiquidityKind::Burn, Protocol::V2 | Protocol::V4)
        | (LiquidityKind::Collect, Protocol::V3) => went(),
        _ => nothing,
    };
    Moved { amounts, change }
}

/// What a change of liquidity of a V4 pool cost or gave, which its event does not say.
fn of_range(event: &LiquidityEvent, price: Price) -> Option<[U256; 2]> {
    let delta = event.liquidity_delta?;
    let liquidity = u128::try_from(delta.unsigned_abs()).ok()?;
    let (root, tick) = price?;
    let (amount0, amount1) =
        amounts(root, tick, event.range?, liquidity, delta.is_positive()).ok()?;
    Some([amount0, amount1])
}

/// How a row is told; `None` of one that is no event of these feeds.
pub(super) fn told(
    listed: &Listed,
    row: &Row,
    moved: &Moved,
    reserves: Option<[U256; 2]>,
) -> Option<Result<Kind, Skip>> {
    match row {
        Row::Swap(swap) => Some(swapped(listed, swap, reserves)),
        Row::Liquidity(event) => {
            let joins = match event.kind {
                LiquidityKind::Mint => true,
                LiquidityKind::Burn => false,
                LiquidityKind::Collect | LiquidityKind::Flash | LiquidityKind::Donate => {
                    return None;
                }
            };
            if event.liquidity_delta.is_some_and(|delta| delta.is_zero()) {
                return Some(Err(Skip::NoLiquidity));
            }
            let kind = if joins { Kind::Join } else { Kind::Exit };
            Some(moved.amounts.map(kind).ok_or(Skip::PriceUnknown))
        }
    }
}

fn swapped(listed: &Listed, swap: &Swap, reserves: Option<[U256; 2]>) -> Result<Kind, Skip> {
    let net = [swap.amount0, swap.amount1];
    if net.iter().any(I256::is_zero) {
        return Err(Skip::ZeroSide);
    }
    if net[0].is_negative() == net[1].is_negative() {
        return Err(Skip::OneWay);
    }
    let amounts = net.map(I256::unsigned_abs);
    let price = match (swap.sqrt_price_x96, reserves) {
        (Some(root), _) => price_of_root(root, listed.decimals),
        (None, Some(reserves)) => price_of_amounts(reserves, listed.decimals)
            .or_else(|| price_of_amounts(amounts, listed.decimals)),
        (None, None) => price_of_amounts(amounts, listed.decimals),
    };
    let price = price.ok_or(Skip::PriceZero)?;
    Ok(Kind::Swap { zero_in: net[0].is_positive(), amounts, price })
}
