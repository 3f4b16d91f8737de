//! The tables that entities can be made of, by name.

use subgraph::schema::{Entity, Schema};

use super::table::{OfTable, Reads, Table, TableError};

mod events;
mod factories;
mod gathered;
mod lookups;
mod nothing;
mod periods;
mod pools;
mod position_events;
mod position_snapshots;
mod positions;
mod shares;
#[cfg(test)]
mod tests;
mod tick_days;
mod ticks;
mod tokens;
mod users;

#[cfg(test)]
pub(super) use self::nothing::NoFigures;
use self::{
    events::{
        liquidity::{Burns, Changes, Collects, Liquidity, Mints},
        pairs::{PairBurns, PairEvents, PairMints},
        swaps::Swaps,
        transactions::Transactions,
    },
    factories::Factories,
    lookups::PairTokenLookups,
    nothing::Nothing,
    periods::{Day, Hour, PoolPeriods, ProtocolDays, TokenPeriods},
    pools::Pools,
    position_events::{Subscribes, Transfers, Unsubscribes},
    position_snapshots::PositionSnapshots,
    positions::Positions,
    shares::{LiquidityPositionSnapshots, LiquidityPositions},
    tick_days::TickDays,
    ticks::Ticks,
    tokens::Tokens,
    users::Users,
};

/// Makes an entity of a table.
type Make = fn(&Schema, &Entity, usize) -> Result<Box<dyn Reads>, TableError>;

/// All of them.
const TABLES: &[(&str, Make)] = &[
    ("burns", of::<Liquidity<Burns>>),
    ("collects", of::<Liquidity<Collects>>),
    ("factories", of::<Factories>),
    ("liquidity_position_snapshots", of::<LiquidityPositionSnapshots>),
    ("liquidity_positions", of::<LiquidityPositions>),
    ("mints", of::<Liquidity<Mints>>),
    ("modifications", of::<Liquidity<Changes>>),
    ("nothing", of::<Nothing>),
    ("pair_burns", of::<PairEvents<PairBurns>>),
    ("pair_mints", of::<PairEvents<PairMints>>),
    ("pair_token_lookups", of::<PairTokenLookups>),
    ("pool_days", of::<PoolPeriods<Day>>),
    ("pool_hours", of::<PoolPeriods<Hour>>),
    ("pools", of::<Pools>),
    ("position_snapshots", of::<PositionSnapshots>),
    ("position_transfers", of::<Transfers>),
    ("positions", of::<Positions>),
    ("protocol_days", of::<ProtocolDays>),
    ("subscriptions", of::<Subscribes>),
    ("swaps", of::<Swaps>),
    ("tick_days", of::<TickDays>),
    ("ticks", of::<Ticks>),
    ("token_days", of::<TokenPeriods<Day>>),
    ("token_hours", of::<TokenPeriods<Hour>>),
    ("tokens", of::<Tokens>),
    ("transactions", of::<Transactions>),
    ("unsubscriptions", of::<Unsubscribes>),
    ("users", of::<Users>),
];

/// An entity over the table that its schema names; `most` rows are looked at for a list.
pub(super) fn entity(
    schema: &Schema,
    entity: &Entity,
    most: usize,
) -> Result<Box<dyn Reads>, TableError> {
    match TABLES.iter().find(|(name, _)| *name == entity.source) {
        Some((_, make)) => make(schema, entity, most),
        None => Err(TableError::NoTable {
            entity: entity.name.clone(),
            table: entity.source.clone(),
            known: TABLES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
        }),
    }
}

fn of<T: Table>(
    schema: &Schema,
    entity: &Entity,
    most: usize,
) -> Result<Box<dyn Reads>, TableError> {
    Ok(Box::new(OfTable::<T>::new(schema, entity, most)?))
}
