//! Days of the DEX.

use domain::{
    figures::{Interval, ProtocolDay},
    fold::{EntityType as _, Key},
};
use store::PeriodQuery;
use subgraph::{QueryError, value::Value};

use super::{START, span};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
};

/// Days on which something happened.
pub(in crate::subgraph) struct ProtocolDays;

/// A day.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct DayRow {
    number: u32,
    figures: ProtocolDay,
}

impl Cells for DayRow {
    type Figures = ProtocolDay;

    fn figures(&self) -> &ProtocolDay {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::text(&row.number.to_string())),
            (START, |row| integer(Interval::Day.start(row.number))),
            ("zero", |_| integer(0_u64)),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

impl Table for ProtocolDays {
    type Row = DayRow;
    /// What is left.
    type Look = Option<PeriodQuery>;

    const KNOWS_CHANGES: bool = false;

    fn look(_: &Moment, asked: &Asked) -> (Self::Look, Coming) {
        let mut span = span(asked, Interval::Day);
        if let Some([Value::Text(id)]) = asked.among("id") {
            match id.parse() {
                Ok(day) => (span.from, span.to) = (span.from.max(day), span.to.min(day)),
                Err(_) => return (None, Coming::Sorted),
            }
        }
        let newest_first = asked.is_by(START, true);
        (Some(span), if newest_first { Coming::Sorted } else { Coming::Anyhow })
    }

    async fn next(
        at: &Moment,
        look: &mut Self::Look,
        limit: u32,
    ) -> Result<Vec<DayRow>, QueryError> {
        let factory = at.about().factory;
        while let Some(span) = look.take() {
            let page = PeriodQuery { limit, ..span };
            let found = at.snapshot().protocol_days(factory, &page).await;
            let found = found.map_err(|e| unread(&e))?;
            let is_whole = found.len() >= limit as usize;
            let older = found.last().filter(|_| is_whole).and_then(|(last, _)| last.checked_sub(1));
            *look = older.filter(|older| *older >= span.from).map(|to| PeriodQuery { to, ..span });
            let rows = rows(at, found).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }
}

async fn rows(at: &Moment, found: Vec<(u32, ProtocolDay)>) -> Result<Vec<DayRow>, QueryError> {
    let Some(block) = at.past() else {
        let row = |(number, figures)| DayRow { number, figures };
        return Ok(found.into_iter().map(row).collect());
    };
    let factory = at.about().factory;
    let keys: Vec<Key> = found.iter().map(|(n, _)| Key::ProtocolDay(factory, *n)).collect();
    let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let row = |((number, _), then): ((u32, _), Option<domain::fold::Entity>)| {
        let figures = then.as_ref().and_then(ProtocolDay::of).cloned()?;
        Some(DayRow { number, figures })
    };
    Ok(found.into_iter().zip(then).filter_map(row).collect())
}
