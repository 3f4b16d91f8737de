//! `DefiLlama` coins, at the free base and, with a key in the path, at the paid one.

use crate::{
    answer::{Question, Reply},
    json::Json,
    world::{Knowledge, Print},
};

/// Seconds around a time where nothing is asked for.
const WIDTH: u64 = 6 * 3_600;

pub(super) fn answer(path: &[&str], question: &Question, known: &Knowledge) -> Reply {
    let width = question.get("searchWidth").and_then(seconds).unwrap_or(WIDTH);
    match path {
        [_key, "coins", rest @ ..] => answer(rest, question, known),
        ["prices", "current", coins] => prices(coins, known, |id| known.last(id)),
        ["prices", "historical", time, coins] => match time.parse() {
            Ok(time) => prices(coins, known, |id| known.nearest(id, time, width)),
            Err(_) => Reply::error(400, Json::map([("message", Json::text("bad timestamp"))])),
        },
        ["batchHistorical"] => batch(question.get("coins").unwrap_or_default(), known, width),
        _ => super::not_found(),
    }
}

fn seconds(width: &str) -> Option<u64> {
    let (count, unit) = width.split_at_checked(width.len().checked_sub(1)?)?;
    let count: u64 = count.parse().ok()?;
    match unit {
        "h" => Some(count * 3_600),
        "m" => Some(count * 60),
        "d" => Some(count * 86_400),
        _ => width.parse().ok(),
    }
}

fn prices<'a>(coins: &str, known: &Knowledge, find: impl Fn(&str) -> Option<&'a Print>) -> Reply {
    let found = coins.split(',').filter_map(|coin| {
        let print = find(&coin.to_lowercase())?;
        let token = known.tokens.get(&coin.to_lowercase());
        let mut fields = vec![
            ("price".to_owned(), Json::number(&print.value)),
            ("symbol".into(), Json::text(token.map_or("ETH", |(symbol, _)| symbol))),
            ("timestamp".into(), Json::Time(print.time)),
            ("confidence".into(), Json::number(&print.confidence)),
        ];
        if let Some((_, decimals)) = token {
            fields.insert(0, ("decimals".into(), Json::number(decimals)));
        }
        Some((coin.to_owned(), Json::Map(fields)))
    });
    Reply::ok(Json::map([("coins", Json::Map(found.collect()))]))
}

fn batch(coins: &str, known: &Knowledge, width: u64) -> Reply {
    let Ok(serde_json::Value::Object(asked)) = serde_json::from_str(coins) else {
        return Reply::error(400, Json::map([("message", Json::text("coins is not JSON"))]));
    };
    let found = asked.iter().filter_map(|(coin, times)| {
        let times = times.as_array()?.iter().filter_map(serde_json::Value::as_u64);
        let prints = times.filter_map(|time| known.nearest(&coin.to_lowercase(), time, width));
        let rows: Vec<Json> = prints
            .map(|print| {
                Json::map([
                    ("timestamp", Json::Time(print.time)),
                    ("price", Json::number(&print.value)),
                    ("confidence", Json::number(&print.confidence)),
                ])
            })
            .collect();
        let token = known.tokens.get(&coin.to_lowercase());
        let symbol = Json::text(token.map_or("ETH", |(symbol, _)| symbol));
        let fields = [("symbol", symbol), ("prices", Json::List(rows))];
        known.prints.contains_key(&coin.to_lowercase()).then(|| (coin.clone(), Json::map(fields)))
    });
    Reply::ok(Json::map([("coins", Json::Map(found.collect()))]))
}
