//! Collection `pools`: `_id {c, p}` (chain, pool).

use bson::{Document, RawBsonRef, RawDocument, doc};
use domain::{
    entity::{Created, Pool, PoolState, Protocol},
    figures::PoolFigures,
    ids::PoolId,
};
use serde::{Serialize, Serializer};

use super::{Stored, record};
use crate::{
    codec::{
        Addr, Hash, Liquidity, Num, Pid, Small, Uint,
        walk::{self, Field, walked},
    },
    reader::TradingPool,
};

walked! {
    /// Identity.
    #[derive(Debug, Serialize)]
    struct Id {
        c: i64,
        p: Pid,
    }
}

/// The `_id` of a pool.
pub(crate) fn id(chain: i64, pool: PoolId) -> Document {
    doc! { "c": chain, "p": Pid(pool) }
}

walked! {
    /// Order of creation, compared as a whole.
    #[derive(Debug, Serialize)]
    struct CreatedKey {
        c: i64,
        b: Num,
        l: Small,
    }
}

walked! {
    /// Order by swaps, compared as a whole; the pool makes it unique.
    #[derive(Debug, Serialize)]
    struct SwapsKey {
        c: i64,
        n: Num,
        p: Pid,
    }
}

/// Bound of [`Doc`]'s `created`.
pub(crate) fn created_bound(chain: i64, block: u64, log_index: u32) -> Document {
    doc! { "c": chain, "b": Num(block).bound(), "l": i64::from(log_index) }
}

/// Bound of [`Doc`]'s `swaps`.
pub(crate) fn swaps_bound(chain: i64, count: u64, pool: PoolId) -> Document {
    doc! { "c": chain, "n": Num(count).bound(), "p": Pid(pool) }
}

/// State by protocol family.
#[derive(Debug, Serialize)]
enum State {
    #[serde(rename = "r")]
    Reserves { r0: Uint, r1: Uint },
    #[serde(rename = "q")]
    Concentrated { s: Uint, t: i32, l: Liquidity },
}

walked! {
    /// [`State::Reserves`].
    struct Reserves {
        r0: Uint,
        r1: Uint,
    }
}

walked! {
    /// [`State::Concentrated`].
    struct Concentrated {
        s: Uint,
        t: i32,
        l: Liquidity,
    }
}

walked! {
    /// One of both.
    struct AnyState {
        r: Option<Reserves>,
        q: Option<Concentrated>,
    }
}

impl Field<'_> for State {
    fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
        match AnyState::read(value)? {
            AnyState { r: Some(Reserves { r0, r1 }), q: None } => Ok(Self::Reserves { r0, r1 }),
            AnyState { r: None, q: Some(Concentrated { s, t, l }) } => {
                Ok(Self::Concentrated { s, t, l })
            }
            _ => Err("neither reserves nor a price".to_owned()),
        }
    }
}

impl State {
    const fn into_domain(self) -> PoolState {
        match self {
            Self::Reserves { r0, r1 } => PoolState::Reserves { reserve0: r0.0, reserve1: r1.0 },
            Self::Concentrated { s, t, l } => {
                PoolState::Concentrated { sqrt_price_x96: s.0, tick: t, liquidity: l.0 }
            }
        }
    }
}

/// The figures, by their public names.
#[derive(Debug)]
struct Figures(PoolFigures);

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = Document::new();
        record::append(&mut document, &self.0);
        document.serialize(serializer)
    }
}

impl Field<'_> for Figures {
    fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
        record::read(<&RawDocument>::read(value)?).map(Self)
    }
}

impl Field<'_> for Protocol {
    fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
        match value {
            RawBsonRef::String(text) => [Self::V2, Self::V3, Self::V4]
                .into_iter()
                .find(|one| protocol(*one) == text)
                .ok_or_else(|| format!("`{text}` is no protocol")),
            other => Err(walk::is_no(other, "protocol")),
        }
    }
}

walked! {
    /// A pool as stored.
    #[derive(Debug, Serialize)]
    pub(crate) struct Doc {
        _id: Id,
        dex: String,
        protocol: Protocol,
        factory: Addr,
        /// token0 and token1; a query by either finds the pool.
        tokens: [Addr; 2],
        fee_pips: Small,
        tick_spacing: i32,
        hooks: Addr,
        created: CreatedKey,
        created_ts: Num,
        created_tx: Hash,
        state: State,
        swaps: SwapsKey,
        liquidity_events: Num,
        updated: Num,
        figures: Figures,
    }
}

impl Stored for Doc {
    const COLLECTION: &'static str = "pools";
    type Domain = Pool;

    fn from_domain(c: i64, pool: &Pool) -> Self {
        let p = Pid(pool.id);
        Self {
            _id: Id { c, p },
            dex: pool.dex.clone(),
            protocol: pool.protocol,
            factory: Addr(pool.factory),
            tokens: [Addr(pool.token0), Addr(pool.token1)],
            fee_pips: Small(pool.fee_pips),
            tick_spacing: pool.tick_spacing,
            hooks: Addr(pool.hooks),
            created: CreatedKey { c, b: Num(pool.created.block), l: Small(pool.created.log_index) },
            created_ts: Num(pool.created.timestamp),
            created_tx: Hash(pool.created.tx_hash),
            state: match pool.state {
                PoolState::Reserves { reserve0, reserve1 } => {
                    State::Reserves { r0: Uint(reserve0), r1: Uint(reserve1) }
                }
                PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
                    State::Concentrated {
                        s: Uint(sqrt_price_x96),
                        t: tick,
                        l: Liquidity(liquidity),
                    }
                }
            },
            swaps: SwapsKey { c, n: Num(pool.swap_count), p },
            liquidity_events: Num(pool.liquidity_event_count),
            updated: Num(pool.updated_block),
            figures: Figures(pool.figures.clone()),
        }
    }

    fn into_domain(self) -> Pool {
        let [Addr(token0), Addr(token1)] = self.tokens;
        Pool {
            id: self._id.p.0,
            dex: self.dex,
            protocol: self.protocol,
            factory: self.factory.0,
            token0,
            token1,
            fee_pips: self.fee_pips.0,
            tick_spacing: self.tick_spacing,
            hooks: self.hooks.0,
            created: Created {
                block: self.created.b.0,
                timestamp: self.created_ts.0,
                tx_hash: self.created_tx.0,
                log_index: self.created.l.0,
            },
            state: self.state.into_domain(),
            swap_count: self.swaps.n.0,
            liquidity_event_count: self.liquidity_events.0,
            updated_block: self.updated.0,
            figures: self.figures.0,
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        Field::read(RawBsonRef::Document(raw))
    }
}

/// A pool with these of its figures and the locked value, by which lists are in order.
pub(crate) fn with_figures(figures: &[&'static str]) -> Document {
    let mut fields = doc! {
        "dex": 1, "protocol": 1, "factory": 1, "tokens": 1, "fee_pips": 1, "tick_spacing": 1, "hooks": 1, "created": 1,
        "created_ts": 1, "created_tx": 1, "state": 1, "swaps": 1, "liquidity_events": 1, "updated": 1,
    };
    for figure in figures.iter().chain(&["totalValueLockedUSD"]) {
        fields.insert(format!("figures.{figure}"), 1);
        fields.insert(format!("figures.{}.{figure}", record::EXACT), 1);
    }
    fields
}

/// What of a pool a trade is computed from.
pub(crate) fn trading() -> Document {
    doc! {
        "dex": 1, "protocol": 1, "tokens": 1, "fee_pips": 1, "tick_spacing": 1, "hooks": 1, "state": 1,
        "figures.feeProtocol": 1,
    }
}

walked! {
    /// A pool by that projection.
    #[derive(Debug)]
    pub(crate) struct Trading {
        _id: Id,
        dex: String,
        protocol: Protocol,
        tokens: [Addr; 2],
        fee_pips: Small,
        tick_spacing: i32,
        hooks: Addr,
        state: State,
        figures: Figures,
    }
}

impl Trading {
    pub(crate) fn into_pool(self) -> TradingPool {
        let [Addr(token0), Addr(token1)] = self.tokens;
        TradingPool {
            id: self._id.p.0,
            dex: self.dex,
            protocol: self.protocol,
            tokens: [token0, token1],
            fee_pips: self.fee_pips.0,
            tick_spacing: self.tick_spacing,
            hooks: self.hooks.0,
            state: self.state.into_domain(),
            fee_protocol: self.figures.0.fee_protocol,
        }
    }
}

walked! {
    /// The two fields that name a pool and its rules, for a projection on `protocol`.
    #[derive(Debug)]
    pub(crate) struct Name {
        _id: Id,
        protocol: Protocol,
    }
}

impl Name {
    pub(crate) const fn into_domain(self) -> (PoolId, Protocol) {
        (self._id.p.0, self.protocol)
    }
}

/// The stored form of a protocol.
pub(crate) const fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::V2 => "v2",
        Protocol::V3 => "v3",
        Protocol::V4 => "v4",
    }
}
