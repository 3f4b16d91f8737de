//! Hours and days of tokens.

use std::{collections::VecDeque, marker::PhantomData};

use alloy_primitives::Address;
use domain::{
    figures::{Interval, TokenInterval},
    fold::{EntityType as _, Key},
};
use store::PeriodQuery;
use subgraph::{QueryError, value::Value};

use super::{Length, START, parts, span};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
    tables::tokens,
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

/// How far a look has come: what tokens have up to a period is left, and that of tokens which are still to be found.
pub(in crate::subgraph) struct Look {
    tokens: VecDeque<(Address, u32)>,
    more: tokens::Look,
    span: PeriodQuery,
    /// Of each token only these periods.
    only: Option<VecDeque<(Address, u32)>>,
}

impl<L: Length> Table for TokenPeriods<L> {
    type Row = TokenPeriod;
    type Look = Look;

    const KNOWS_CHANGES: bool = false;

    fn look(_: &Moment, asked: &Asked) -> (Look, Coming) {
        let span = span(asked, L::INTERVAL);
        let look = |more, only| Look { tokens: VecDeque::new(), more, span, only };
        if let Some(ids) = asked.among("id") {
            let keys = ids.iter().filter_map(parts);
            let keys = keys.filter_map(|(token, number)| Some((address(&token)?, number)));
            let keys: std::collections::BTreeSet<_> = keys.collect();
            let only = Some(keys.into_iter().collect());
            return (look(tokens::Look::Ended, only), Coming::Anyhow);
        }
        match asked.among("token") {
            Some(these) => {
                let newest_first = these.len() <= 1 && asked.is_by(START, true);
                let coming = if newest_first { Coming::Sorted } else { Coming::Anyhow };
                (look(tokens::Look::these(these), None), coming)
            }
            None => (look(tokens::Look::all(), None), Coming::Anyhow),
        }
    }

    async fn next(
        at: &Moment,
        look: &mut Look,
        limit: u32,
    ) -> Result<Vec<TokenPeriod>, QueryError> {
        let key = (L::INTERVAL, at.about().factory);
        loop {
            if let Some(only) = &mut look.only {
                let Some((token, n)) = only.pop_front() else { return Ok(Vec::new()) };
                let page = PeriodQuery { from: n, to: n, limit: 1 };
                let found = read(at, key, token, &page).await?;
                if !found.is_empty() {
                    return Ok(found);
                }
                continue;
            }
            while look.tokens.is_empty() && !look.more.has_ended() {
                let found = look.more.next(at, 1_000).await?;
                look.tokens.extend(found.into_iter().map(|(token, _)| (token, look.span.to)));
            }
            let Some((token, to)) = look.tokens.pop_front() else { return Ok(Vec::new()) };
            let page = PeriodQuery { to, limit, ..look.span };
            let (found, older) = newest(at, key, token, &page).await?;
            if let Some(older) = older {
                look.tokens.push_front((token, older));
            }
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }
}

async fn read(
    at: &Moment,
    key: (Interval, Address),
    token: Address,
    page: &PeriodQuery,
) -> Result<Vec<TokenPeriod>, QueryError> {
    newest(at, key, token, page).await.map(|(rows, _)| rows)
}

/// The newest periods of a span, as they were, and up to which one there may be older ones.
async fn newest(
    at: &Moment,
    (length, factory): (Interval, Address),
    token: Address,
    page: &PeriodQuery,
) -> Result<(Vec<TokenPeriod>, Option<u32>), QueryError> {
    let found = at.snapshot().token_intervals((factory, token), length, page).await;
    let found = found.map_err(|e| unread(&e))?;
    let is_whole = found.len() >= page.limit as usize;
    let older = found.last().filter(|_| is_whole).and_then(|(last, _)| last.checked_sub(1));
    let older = older.filter(|older| *older >= page.from);
    let figures: Vec<Option<TokenInterval>> = match at.past() {
        None => found.iter().map(|(_, figures)| Some(figures.clone())).collect(),
        Some(block) => {
            let key = |(n, _): &(u32, _)| Key::TokenInterval(factory, token, length, *n);
            let keys: Vec<Key> = found.iter().map(key).collect();
            let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
            then.iter().map(|row| row.as_ref().and_then(TokenInterval::of).cloned()).collect()
        }
    };
    let row = |((number, _), figures): ((u32, TokenInterval), Option<TokenInterval>)| {
        figures.map(|figures| TokenPeriod { token, length, number, figures })
    };
    Ok((found.into_iter().zip(figures).filter_map(row).collect(), older))
}
