//! Mints, burns, collects and changes of liquidity of V3 and V4 pools.

use std::marker::PhantomData;

use alloy_primitives::B256;
use domain::{
    decimal::Decimal,
    flat::{FlatLiquidity, PoolRow as _},
    ids::PoolId,
    row::{LiquidityEvent, LiquidityKind, RowMeta},
};
use store::{RowQuery, Snapshot, StoreError};
use subgraph::{QueryError, value::Value};

use super::{Events, Look, Told, amount, id_of, of_all_events, told};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, id, integer},
    moment::Moment,
    table::{Coming, Table},
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

/// All events that the store has.
struct Stored;

impl Events for Stored {
    type Event = LiquidityEvent;

    async fn newest(
        snapshot: &Snapshot,
        query: &RowQuery,
    ) -> Result<Vec<LiquidityEvent>, StoreError> {
        snapshot.liquidity(query).await
    }

    async fn of_transaction(
        snapshot: &Snapshot,
        hash: B256,
    ) -> Result<Vec<LiquidityEvent>, StoreError> {
        snapshot.liquidity_by_tx(hash).await
    }

    fn meta(event: &LiquidityEvent) -> &RowMeta {
        &event.meta
    }

    fn pool(event: &LiquidityEvent) -> PoolId {
        event.pool
    }
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
    type Look = Look;

    const KNOWS_CHANGES: bool = true;

    fn look(at: &Moment, asked: &Asked) -> (Look, Coming) {
        Look::new(at, asked, &["origin", "owner"])
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<Self::Row>, QueryError> {
        loop {
            let mut events = look.next::<Stored>(at, limit).await?;
            if events.is_empty() {
                return Ok(Vec::new());
            }
            events.retain(|event| K::has(event.kind));
            let rows = told::<Stored, _>(at, events, LiquidityEvent::own).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }
}
