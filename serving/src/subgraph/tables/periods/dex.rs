//! Days of the DEX.

use std::collections::BTreeSet;

use domain::{
    figures::{Interval, ProtocolDay},
    fold::{EntityType as _, Key},
};
use store::PeriodQuery;
use subgraph::{QueryError, value::Value};

use super::{START, older, span};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, integer},
    moment::{Moment, unread},
    table::{Coming, Portions, Table, Timed, Ways},
    tables::gathered::Gathered,
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
    type Way = PeriodQuery;

    const KNOWS_CHANGES: bool = false;
    const TIMED: Timed = Timed::ByTime;

    fn ways(_: &Moment, asked: &Asked) -> Ways<PeriodQuery> {
        let span = span(asked, Interval::Day);
        if let Some(ids) = asked.among("id") {
            let day = |id: &Value| match id {
                Value::Text(id) => id.parse::<u32>().ok(),
                _ => None,
            };
            let days: BTreeSet<u32> = ids.iter().filter_map(day).collect();
            // they are few: all between the first and the last one
            let ends = days.first().zip(days.last());
            let between = |(first, last): (&u32, &u32)| PeriodQuery {
                from: span.from.max(*first),
                to: span.to.min(*last),
                ..span
            };
            return Ways::new(ends.map(between), Coming::Anyhow);
        }
        let newest_first = asked.is_by(START, true);
        Ways::new([span], if newest_first { Coming::Sorted } else { Coming::Anyhow })
    }

    async fn read(
        at: &Moment,
        ways: Vec<PeriodQuery>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let factory = at.about().factory;
        let mut gathered = Gathered::new(ways.len());
        for (place, span) in ways.iter().enumerate() {
            let page = PeriodQuery { limit, ..*span };
            let found = at.snapshot().protocol_days(factory, &page).await;
            let found = found.map_err(|e| unread(&e))?;
            let rest = older(&found, span, limit);
            gathered.add(place, found, rest);
        }
        gathered.rows(|found| rows(at, found)).await
    }
}

async fn rows(
    at: &Moment,
    found: Vec<(u32, ProtocolDay)>,
) -> Result<Vec<Option<DayRow>>, QueryError> {
    let row = |number, figures| DayRow { number, figures };
    let Some(block) = at.past() else {
        return Ok(found.into_iter().map(|(day, figures)| Some(row(day, figures))).collect());
    };
    let factory = at.about().factory;
    let keys: Vec<Key> = found.iter().map(|(n, _)| Key::ProtocolDay(factory, *n)).collect();
    let then = at.snapshot().entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let then = then.iter().map(|one| one.as_ref().and_then(ProtocolDay::of).cloned());
    Ok(found.into_iter().zip(then).map(|((day, _), then)| Some(row(day, then?))).collect())
}
