//! Hours and days of tokens.

use std::{
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
};

use alloy_primitives::Address;
use domain::{
    figures::{Interval, TokenInterval},
    fold::{EntityType as _, Key},
};
use store::PeriodQuery;
use subgraph::{QueryError, value::Value};

use super::{Length, START, older, parts_of, span};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, integer},
    moment::{Moment, unread},
    table::{Coming, Portions, Table, Timed, Ways},
    tables::{
        gathered::{Gathered, parts, those},
        tokens,
    },
};

/// Periods of this length.
pub(in crate::subgraph) struct TokenPeriods<L>(PhantomData<L>);

/// A period of a token.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct TokenPeriod {
    token: Address,
    length: Interval,
    number: u32,
    figures: TokenInterval,
}

impl Cells for TokenPeriod {
    type Figures = TokenInterval;

    fn figures(&self) -> &TokenInterval {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::text(&format!("{:#x}-{}", row.token, row.number))),
            ("token", |row| Value::Bytes(row.token.into())),
            (START, |row| integer(row.length.start(row.number))),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

/// Where periods are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<(Address, u32)>),
    /// Of a token, from the newest on.
    Of(Address, PeriodQuery),
    /// The same of tokens that are still to be found.
    OfTokens(tokens::Way, PeriodQuery),
}

impl<L: Length> Table for TokenPeriods<L> {
    type Row = TokenPeriod;
    type Way = Way;

    const KNOWS_CHANGES: bool = false;
    const TIMED: Timed = Timed::ByTime;

    fn ways(_: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            let keys = ids.iter().filter_map(parts_of);
            let keys = keys.filter_map(|(token, number)| Some((address(&token)?, number)));
            let keys: BTreeSet<_> = keys.collect();
            return Ways::named([Way::These(keys.into_iter().collect())]);
        }
        let span = span(asked, L::INTERVAL);
        let Some(these) = asked.among("token") else {
            return Ways::new([Way::OfTokens(tokens::Way::all(), span)], Coming::Anyhow);
        };
        let newest_first = asked.is_by(START, true);
        let coming = if newest_first { Coming::Sorted } else { Coming::Anyhow };
        Ways::new(addresses(these).into_iter().map(|token| Way::Of(token, span)), coming)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let (snapshot, factory) = (at.snapshot(), at.about().factory);
        let mut gathered = Gathered::new(ways.len());
        let these = ways.iter().filter_map(|way| match way {
            Way::These(these) => Some(these),
            _ => None,
        });
        let mut named = BTreeMap::new();
        for some in parts(these.flatten()) {
            let found = snapshot.token_intervals_by_keys(factory, L::INTERVAL, &some).await;
            named.extend(found.map_err(|e| unread(&e))?);
        }
        let of = |way: &Way| match way {
            Way::Of(token, span) => Some((*token, PeriodQuery { limit, ..*span })),
            _ => None,
        };
        let queries: Vec<(Address, PeriodQuery)> = ways.iter().filter_map(of).collect();
        let mut lists = match queries.is_empty() {
            true => Vec::new(),
            false => {
                let found = snapshot.token_intervals_many(factory, L::INTERVAL, &queries).await;
                found.map_err(|e| unread(&e))?
            }
        }
        .into_iter();
        for (place, way) in ways.into_iter().enumerate() {
            match way {
                Way::These(these) => gathered.add(place, those(&these, &named), None),
                Way::Of(token, span) => {
                    let found = lists.next().unwrap_or_default();
                    let rest = older(&found, &span, limit).map(|span| Way::Of(token, span));
                    gathered.add(place, found.into_iter().map(|(n, row)| ((token, n), row)), rest);
                }
                Way::OfTokens(way, span) => {
                    let (found, rest) = tokens::found(at, way).await?;
                    let lists = found.into_iter().map(|token| Way::Of(token, span));
                    let rest = rest.map(|way| Way::OfTokens(way, span));
                    gathered.add(place, [], lists.chain(rest));
                }
            }
        }
        gathered.rows(|found| rows::<L>(at, found)).await
    }
}

/// As they were.
async fn rows<L: Length>(
    at: &Moment,
    found: Vec<((Address, u32), TokenInterval)>,
) -> Result<Vec<Option<TokenPeriod>>, QueryError> {
    let row = |(token, number): (Address, u32), figures: TokenInterval| {
        Some(TokenPeriod { token, length: L::INTERVAL, number, figures })
    };
    let Some(block) = at.past() else {
        return Ok(found.into_iter().map(|(key, figures)| row(key, figures)).collect());
    };
    let factory = at.about().factory;
    let key = |((token, n), _): &((Address, u32), _)| {
        Key::TokenInterval(factory, *token, L::INTERVAL, *n)
    };
    let keys: Vec<Key> = found.iter().map(key).collect();
    let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let then = then.iter().map(|one| one.as_ref().and_then(TokenInterval::of).cloned());
    Ok(found.into_iter().zip(then).map(|((key, _), then)| row(key, then?)).collect())
}
