//! Binance spot: `/api/v3/ticker/price` and `/api/v3/klines`.

use crate::{
    answer::{Question, Reply},
    json::Json,
    world::Knowledge,
};

/// Candles in one answer, unless less is asked for.
const LIMIT: u64 = 500;
const MOST: u64 = 1_000;

pub(super) fn answer(path: &[&str], question: &Question, known: &Knowledge) -> Reply {
    let mut reply = match path {
        ["api", "v3", "ticker", "price"] => ticker(question, known),
        ["api", "v3", "klines"] => klines(question, known),
        ["api", "v3", "time"] => Reply::ok(Json::map([("serverTime", Json::Time(0))])),
        _ => super::not_found(),
    };
    reply.headers.push(("x-mbx-used-weight", "4".into()));
    reply.headers.push(("x-mbx-used-weight-1m", "4".into()));
    reply
}

fn ticker(question: &Question, known: &Knowledge) -> Reply {
    let one = |symbol: &str| {
        let print = known.last(symbol)?;
        Some(Json::map([("symbol", Json::text(symbol)), ("price", Json::text(&print.value))]))
    };
    match (question.get("symbol"), question.get("symbols")) {
        (Some(_), Some(_)) => error(-1101, "Too many parameters; expected '1' and received '2'."),
        (Some(symbol), None) => one(symbol).map_or_else(unknown, Reply::ok),
        (None, Some(symbols)) => {
            let Ok(symbols) = serde_json::from_str::<Vec<String>>(symbols) else {
                return error(-1100, "Illegal characters found in parameter 'symbols'.");
            };
            let all: Option<Vec<Json>> = symbols.iter().map(|symbol| one(symbol)).collect();
            all.map_or_else(unknown, |all| Reply::ok(Json::List(all)))
        }
        (None, None) => {
            Reply::ok(Json::List(known.prints.keys().filter_map(|symbol| one(symbol)).collect()))
        }
    }
}

fn klines(question: &Question, known: &Knowledge) -> Reply {
    let symbol = question.get("symbol").unwrap_or_default();
    let Some(length) = question.get("interval").and_then(length) else {
        return error(-1120, "Invalid interval.");
    };
    if !known.candles.keys().any(|(id, _)| id == symbol) {
        return unknown();
    }
    let from = question.number("startTime").unwrap_or(0).div_ceil(1_000);
    let to = question.number("endTime").unwrap_or(u64::MAX) / 1_000;
    let limit = question.number("limit").unwrap_or(LIMIT).min(MOST);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let rows = known.candles(symbol, length, from, to).into_iter().take(limit).map(|candle| {
        let [open, high, low, close] = candle.prices.each_ref().map(Json::text);
        Json::List(vec![
            Json::Time(candle.start * 1_000),
            open,
            high,
            low,
            close,
            Json::text(&candle.volume),
            Json::Time((candle.start + length) * 1_000 - 1),
            Json::text("148976.11427815"),
            Json::number(308),
            Json::text("1756.87402397"),
            Json::text("28.46694368"),
            Json::text("0"),
        ])
    });
    Reply::ok(Json::List(rows.collect()))
}

/// Seconds of an interval; a month has none here.
fn length(interval: &str) -> Option<u64> {
    let (count, unit) = interval.split_at_checked(interval.len().checked_sub(1)?)?;
    let count: u64 = count.parse().ok()?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    Some(count * unit)
}

fn unknown() -> Reply {
    error(-1121, "Invalid symbol.")
}

fn error(code: i32, text: &str) -> Reply {
    Reply::error(400, Json::map([("code", Json::number(code)), ("msg", Json::text(text))]))
}
