//! The types that stand in lists.

use async_graphql::ObjectType;
use serde_json::Error;

use super::{Leaves, Members};
use crate::{
    graphql::connection::Edge,
    view::{
        account::LiquidityPosition,
        candle::{PoolCandle, TokenCandle},
        liquidity::LiquidityEvent,
        period::{DexDay, PoolPeriod, TokenPeriod},
        pool::Pool,
        position::Position,
        swap::Swap,
        tick::{Tick, TickDay},
        token::Token,
    },
};

macro_rules! told_by_serde {
    ($($row:ty),* $(,)?) => {
        $(impl Leaves for $row {
            fn members(&self, members: &mut impl Members) -> Result<(), Error> {
                members.all(self)
            }
        })*
    };
}

told_by_serde! {
    DexDay,
    LiquidityEvent,
    LiquidityPosition,
    PoolCandle,
    PoolPeriod,
    Position,
    Swap,
    Tick,
    TickDay,
    Token,
    TokenCandle,
    TokenPeriod,
}

impl Leaves for Pool {
    fn members(&self, members: &mut impl Members) -> Result<(), Error> {
        members.all(self)?;
        // its figures are fields of its own
        if members.takes_more() { members.all(self.figures()) } else { Ok(()) }
    }
}

impl<T: ObjectType + Leaves> Leaves for Edge<T> {
    fn members(&self, members: &mut impl Members) -> Result<(), Error> {
        members.take("cursor", &self.cursor)
    }
}
