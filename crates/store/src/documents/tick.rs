//! Collection `ticks`: `_id {c, p, i}` (chain, pool, tick index).

use bson::{Document, RawBsonRef, RawDocument, doc};
use domain::{amm::tick_map::TickLiquidity, entity::Tick, ids::PoolId};
use serde::Serialize;

use super::Stored;
use crate::codec::{
    Liquidity, LiquidityNet, Num, Pid, Uint,
    walk::{Field, walked},
};

walked! {
    /// Identity.
    #[derive(Debug, Serialize)]
    struct Id {
        c: i64,
        p: Pid,
        i: i32,
    }
}

/// The `_id` of a tick.
pub(crate) fn id(chain: i64, pool: PoolId, index: i32) -> Document {
    doc! { "c": chain, "p": Pid(pool), "i": index }
}

walked! {
    /// A tick as stored.
    #[derive(Debug, Serialize)]
    pub(crate) struct Doc {
        _id: Id,
        gross: Liquidity,
        net: LiquidityNet,
        created: Num,
        created_ts: Num,
        /// Growth of token0's and token1's fees on the other side.
        outside: Option<[Uint; 2]>,
    }
}

impl Stored for Doc {
    const COLLECTION: &'static str = "ticks";
    type Domain = Tick;

    fn from_domain(c: i64, tick: &Tick) -> Self {
        Self {
            _id: Id { c, p: Pid(tick.pool), i: tick.index },
            gross: Liquidity(tick.liquidity_gross),
            net: LiquidityNet(tick.liquidity_net),
            created: Num(tick.created_block),
            created_ts: Num(tick.created_timestamp),
            outside: tick.fee_growth_outside.map(|growth| growth.map(Uint)),
        }
    }

    fn into_domain(self) -> Tick {
        Tick {
            pool: self._id.p.0,
            index: self._id.i,
            liquidity_gross: self.gross.0,
            liquidity_net: self.net.0,
            created_block: self.created.0,
            created_timestamp: self.created_ts.0,
            fee_growth_outside: self.outside.map(|growth| growth.map(|growth| growth.0)),
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        Field::read(RawBsonRef::Document(raw))
    }
}

/// What of a tick a trade is computed from.
pub(crate) fn liquidity() -> Document {
    doc! { "gross": 1, "net": 1 }
}

walked! {
    /// A tick by that projection.
    #[derive(Debug)]
    pub(crate) struct Trading {
        _id: Id,
        gross: Liquidity,
        net: LiquidityNet,
    }
}

impl Trading {
    pub(crate) const fn into_tick(self) -> (PoolId, TickLiquidity) {
        let tick = TickLiquidity { index: self._id.i, gross: self.gross.0, net: self.net.0 };
        (self._id.p.0, tick)
    }
}
