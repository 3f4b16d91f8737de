//! Collection `swaps`: `_id {c, b, l, i}`.

use domain::row::Swap;
use serde::{Deserialize, Serialize};

use super::{
    Stored,
    row::{Id, Tx},
};
use crate::codec::{Addr, Int, Pid, Uint};

/// A swap as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doc {
    _id: Id,
    tx: Tx,
    pool: Pid,
    from: Addr,
    to: Addr,
    a0: Int,
    a1: Int,
    sqrt: Option<Uint>,
    tick: Option<i32>,
}

impl Stored for Doc {
    const COLLECTION: &'static str = "swaps";
    type Domain = Swap;

    fn from_domain(chain: i64, swap: &Swap) -> Self {
        Self {
            _id: Id::new(chain, swap.meta.position),
            tx: Tx::new(&swap.meta),
            pool: Pid(swap.pool),
            from: Addr(swap.sender),
            to: Addr(swap.recipient),
            a0: Int(swap.amount0),
            a1: Int(swap.amount1),
            sqrt: swap.sqrt_price_x96.map(Uint),
            tick: swap.tick,
        }
    }

    fn into_domain(self) -> Swap {
        Swap {
            meta: self.tx.meta(&self._id),
            pool: self.pool.0,
            sender: self.from.0,
            recipient: self.to.0,
            amount0: self.a0.0,
            amount1: self.a1.0,
            sqrt_price_x96: self.sqrt.map(|value| value.0),
            tick: self.tick,
        }
    }
}
