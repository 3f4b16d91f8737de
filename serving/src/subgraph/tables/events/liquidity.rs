//! Mints, burns, collects and changes of liquidity of V3 and V4 pools.

use std::marker::PhantomData;

use domain::{
    decimal::Decimal,
    flat::FlatLiquidity,
    row::{LiquidityEvent, LiquidityKind},
};
use subgraph::{QueryError, value::Value};

use super::{Told, Way, amount, id_of, of_all_events, told, ways};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::Moment,
    table::{Portions, Table, Timed, Ways},
};

/// Events of these kinds.
pub(in crate::subgraph) struct Liquidity<K>(PhantomData<K>);

/// Which kinds.
pub(in crate::subgraph) trait Kinds: Send + Sync + 'static {
    /// Whether it is one of them.
    fn has(kind: LiquidityKind) -> bool;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $($kind:ident)|+;)+) => {
        $(
            $(#[$doc])*
            pub(in crate::subgraph) struct $name;

            impl Kinds for $name {
                fn has(kind: LiquidityKind) -> bool {
                    matches!(kind, $(LiquidityKind::$kind)|+)
                }
            }
        )+
    };
}

kinds! {
    /// Liquidity that was added.
    Mints: Mint;
    /// Liquidity that was taken out.
    Burns: Burn;
    /// Owed tokens that were paid out.
    Collects: Collect;
    /// All changes of liquidity of V4, those of nothing among them.
    Changes: Mint | Burn | Collect;
}

impl Cells for Told<FlatLiquidity> {
    type Figures = FlatLiquidity;

    fn figures(&self) -> &FlatLiquidity {
        &self.figures
    }

    fn own() -> Own<Self> {
        of_all_events![
            ("id", |row| id_of(&row.meta, u64::from(row.meta.position.log_index))),
            ("amount", |row| {
                let delta = row.figures.delta.unwrap_or_default();
                Value::Integer(delta.unsigned_abs().into())
            }),
            ("amount0", |row| match row.figures.amount0 {
                Some(raw) => amount(&row.facts, 0, |d| Decimal::from_units(raw, d)),
                None => Value::Null,
            }),
            ("amount1", |row| match row.figures.amount1 {
                Some(raw) => amount(&row.facts, 1, |d| Decimal::from_units(raw, d)),
                None => Value::Null,
            }),
            // the caller is not kept
            ("none", |_| Value::Null),
        ]
    }

    fn changed(&self) -> u64 {
        self.meta.position.block
    }
}

impl<K: Kinds> Table for Liquidity<K> {
    type Row = Told<FlatLiquidity>;
    type Way = Way;

    const KNOWS_CHANGES: bool = true;
    const TIMED: Timed = Timed::ByBlock;

    fn ways(at: &Moment, asked: &Asked) -> Ways<Way> {
        ways(at, asked, &["origin", "owner"])
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        told::<LiquidityEvent>(at, ways, limit, |_, event| K::has(event.kind)).await
    }
}
