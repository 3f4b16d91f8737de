//! Collection `liquidity`: `_id {c, b, l, i}`.

use domain::row::{LiquidityEvent, LiquidityKind};
use serde::{Deserialize, Serialize};

use super::{
    Stored,
    row::{Id, Tx},
};
use crate::codec::{Addr, Int, Pid, Uint};

/// A liquidity event as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doc {
    _id: Id,
    tx: Tx,
    pool: Pid,
    kind: LiquidityKind,
    owner: Addr,
    range: Option<(i32, i32)>,
    delta: Option<Int>,
    a0: Option<Uint>,
    a1: Option<Uint>,
}

impl Stored for Doc {
    const COLLECTION: &'static str = "liquidity";
    type Domain = LiquidityEvent;

    fn from_domain(chain: i64, event: &LiquidityEvent) -> Self {
        Self {
            _id: Id::new(chain, event.meta.position),
            tx: Tx::new(&event.meta),
            pool: Pid(event.pool),
            kind: event.kind,
            owner: Addr(event.owner),
            range: event.range,
            delta: event.liquidity_delta.map(Int),
            a0: event.amount0.map(Uint),
            a1: event.amount1.map(Uint),
        }
    }

    fn into_domain(self) -> LiquidityEvent {
        LiquidityEvent {
            meta: self.tx.meta(&self._id),
            pool: self.pool.0,
            kind: self.kind,
            owner: self.owner.0,
            range: self.range,
            liquidity_delta: self.delta.map(|value| value.0),
            amount0: self.a0.map(|value| value.0),
            amount1: self.a1.map(|value| value.0),
        }
    }
}
