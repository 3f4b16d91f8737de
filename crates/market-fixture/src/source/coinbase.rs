//! Coinbase Exchange: `/products/{id}/ticker` and `/products/{id}/candles`.

use crate::{
    answer::{Question, Reply},
    json::Json,
    world::{Candle, Knowledge},
};

/// Candles in one answer; a longer range is refused.
const MOST: u64 = 300;

pub(super) fn answer(path: &[&str], question: &Question, known: &Knowledge) -> Reply {
    match path {
        ["products", id, "ticker"] => {
            let Some(print) = known.last(id) else { return missing() };
            Reply::ok(Json::map([
                ("trade_id", Json::number(86_326_522)),
                ("price", Json::text(&print.value)),
                ("size", Json::text("0.00698254")),
                ("time", Json::text(iso(print.time))),
                ("bid", Json::text("6265.15")),
                ("ask", Json::text("6267.71")),
                ("volume", Json::text("53602.03940154")),
            ]))
        }
        ["products", id, "candles"] => candles(id, question, known),
        _ => missing(),
    }
}

fn candles(id: &str, question: &Question, known: &Knowledge) -> Reply {
    let length = question.number("granularity").unwrap_or(0);
    if ![60, 300, 900, 3_600, 21_600, 86_400].contains(&length) {
        return refused("Unsupported granularity");
    }
    if !known.candles.keys().any(|(known, _)| known == id) {
        return missing();
    }
    let time =
        |name| question.get(name).and_then(|text| text.parse().ok().or_else(|| seconds(text)));
    // without both ends neither counts
    let (from, to) = match (time("start"), time("end")) {
        (Some(from), Some(to)) if to.saturating_sub(from) / length > MOST => {
            return refused("granularity too small for the requested time range");
        }
        (Some(from), Some(to)) => (from, to),
        _ => (0, u64::MAX),
    };
    let rows = known.candles(id, length, from, to).into_iter().rev().map(row);
    Reply::ok(Json::List(rows.take(300).collect()))
}

/// Low and high before open and close.
fn row(candle: &Candle) -> Json {
    let [open, high, low, close] = candle.prices.each_ref().map(Json::number);
    Json::List(vec![Json::Time(candle.start), low, high, open, close, Json::number(&candle.volume)])
}

fn missing() -> Reply {
    Reply::error(404, Json::map([("message", Json::text("NotFound"))]))
}

fn refused(why: &str) -> Reply {
    Reply::error(400, Json::map([("message", Json::text(why))]))
}

/// ISO 8601 of a Unix time, with thousandths as the source writes them.
fn iso(time: u64) -> String {
    let (days, rest) = (time / 86_400, time % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn month_length(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a count of days since 1970, counted out.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    while days >= month_length(year, month) {
        days -= month_length(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

/// The Unix time of `2024-01-01T00:00:00Z`, fractions left out.
fn seconds(text: &str) -> Option<u64> {
    let (day, clock) = text.split_once('T')?;
    let numbers = |text: &str, mark| -> Vec<u64> {
        text.split(mark).filter_map(|part: &str| part.parse().ok()).collect()
    };
    let clock = clock.trim_end_matches('Z').split('.').next()?;
    let (day, clock) = (numbers(day, '-'), numbers(clock, ':'));
    let ([year, month, day], [hour, minute, second]) = (day.as_slice(), clock.as_slice()) else {
        return None;
    };
    let years = (1970..*year).map(|year| 365 + u64::from(is_leap(year))).sum::<u64>();
    let months = (1..*month).map(|month| month_length(*year, month)).sum::<u64>();
    Some((years + months + day.checked_sub(1)?) * 86_400 + hour * 3_600 + minute * 60 + second)
}
