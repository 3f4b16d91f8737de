//! Mints and burns of V2 pairs, as the reference tells them.

use std::marker::PhantomData;

use alloy_primitives::U256;
use domain::{decimal::Decimal, flat::FlatPairLiquidity, row::PairLiquidity};
use subgraph::{QueryError, value::Value};

use super::{Told, Way, id_of, of_all_events, told, ways};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::Moment,
    table::{Portions, Table, Timed, Ways},
};

/// Mints or burns.
pub(in crate::subgraph) struct PairEvents<K>(PhantomData<K>);

/// Which of them.
pub(in crate::subgraph) trait Which: Send + Sync + 'static {
    /// Whether they are burns.
    const BURNS: bool;
}

/// Liquidity that was added.
pub(in crate::subgraph) struct PairMints;
/// Liquidity that was taken out.
pub(in crate::subgraph) struct PairBurns;

impl Which for PairMints {
    const BURNS: bool = false;
}

impl Which for PairBurns {
    const BURNS: bool = true;
}

impl Cells for Told<FlatPairLiquidity> {
    type Figures = FlatPairLiquidity;

    fn figures(&self) -> &FlatPairLiquidity {
        &self.figures
    }

    fn own() -> Own<Self> {
        of_all_events![
            ("id", |row| id_of(&row.meta, u64::from(row.figures.n))),
            ("pairLogIndex", |row| match row.figures.pair_log_index {
                Some(index) => integer(u64::from(index)),
                None => Value::Null,
            }),
            ("liquidity", |row| shares(row.figures.liquidity)),
            ("feeLiquidity", |row| row.figures.fee_liquidity.map_or(Value::Null, shares)),
            ("amount0", |row| if_told(row, row.figures.amount0)),
            ("amount1", |row| if_told(row, row.figures.amount1)),
            ("amountUSD", |row| if_told(row, row.figures.amount_usd)),
        ]
    }

    fn changed(&self) -> u64 {
        self.meta.position.block
    }
}

/// Shares of a pair have the decimals of its own token.
fn shares(raw: U256) -> Value {
    Value::Decimal(Decimal::from_units(raw, 18))
}

fn if_told(row: &Told<FlatPairLiquidity>, amount: Decimal) -> Value {
    if row.figures.has_usd { Value::Decimal(amount) } else { Value::Null }
}

impl<K: Which> Table for PairEvents<K> {
    type Row = Told<FlatPairLiquidity>;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;
    const TIMED: Timed = Timed::ByBlock;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        ways(at, asked, &["origin", "to", "sender"])
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        told::<PairLiquidity>(at, ways, limit, |_, event| event.burn == K::BURNS).await
    }
}
