//! `CoinGecko`: `/simple`, `/coins` and `/key`.

use crate::{
    answer::{Question, Reply},
    json::Json,
    world::{Knowledge, Print},
};

pub(super) fn answer(path: &[&str], question: &Question, known: &Knowledge) -> Reply {
    let Some(("api", rest)) = path.split_first().map(|(first, rest)| (*first, rest)) else {
        return super::not_found();
    };
    match rest {
        ["v3", "simple", "price"] => {
            prices(question.list("ids").into_iter().map(|id| (id.to_owned(), known.last(id))))
        }
        ["v3", "simple", "token_price", platform] => {
            let asked = question.list("contract_addresses").into_iter();
            prices(asked.map(|address| {
                let address = address.to_lowercase();
                let print = known.last(&format!("{platform}:{address}"));
                (address, print)
            }))
        }
        ["v3", "coins", id, "market_chart", "range"] => chart(id, question, known),
        ["v3", "coins", platform, "contract", address, "market_chart", "range"] => {
            chart(&format!("{platform}:{}", address.to_lowercase()), question, known)
        }
        ["v3", "coins", id, "ohlc", "range"] => {
            let hourly = match question.get("interval") {
                Some("hourly") => true,
                Some("daily") => false,
                _ => return refused("interval is required"),
            };
            let (Some(from), Some(to)) = (question.number("from"), question.number("to")) else {
                return refused("from and to are required");
            };
            // hourly candles of 31 days, daily ones of 180
            let longest = if hourly { 31 } else { 180 } * 86_400;
            if to.saturating_sub(from) > longest {
                return refused("the range is too long");
            }
            ohlc(id, if hourly { 3_600 } else { 86_400 }, from, to, known)
        }
        ["v3", "coins", id, "ohlc"] => {
            let length = match question.get("days") {
                Some("1") => 1_800,
                Some("7" | "14" | "30") => 4 * 3_600,
                Some("90" | "180" | "365") => 4 * 86_400,
                _ => return refused("days is one of 1, 7, 14, 30, 90, 180, 365"),
            };
            ohlc(id, length, 0, u64::MAX, known)
        }
        ["v3", "key"] => Reply::ok(Json::map([
            ("plan", Json::text("Analyst")),
            ("rate_limit_request_per_minute", Json::number(500)),
            ("monthly_call_credit", Json::number(500_000)),
            ("current_total_monthly_calls", Json::number(104)),
            ("current_remaining_monthly_calls", Json::number(499_896)),
        ])),
        _ => super::not_found(),
    }
}

fn prices<'a>(asked: impl Iterator<Item = (String, Option<&'a Print>)>) -> Reply {
    let known = asked.filter_map(|(id, print)| {
        let print = print?;
        let fields = Json::map([
            ("usd", Json::number(&print.value)),
            ("usd_24h_vol", Json::number("13045678901.5")),
            ("last_updated_at", Json::Time(print.time)),
        ]);
        Some((id, fields))
    });
    Reply::ok(Json::Map(known.collect()))
}

fn chart(id: &str, question: &Question, known: &Knowledge) -> Reply {
    let Some(prints) = known.prints.get(id) else {
        return Reply::error(404, Json::map([("error", Json::text("coin not found"))]));
    };
    let (Some(from), Some(to)) = (question.number("from"), question.number("to")) else {
        return refused("from and to are required");
    };
    let within = prints.iter().filter(|print| from <= print.time && print.time <= to);
    let rows = |value: &dyn Fn(&Print) -> Json| {
        let row = |print: &Print| Json::List(vec![Json::Time(print.time * 1_000), value(print)]);
        Json::List(within.clone().map(row).collect())
    };
    Reply::ok(Json::map([
        ("prices", rows(&|print| Json::number(&print.value))),
        ("market_caps", rows(&|_| Json::number("1537462384763.4375"))),
        ("total_volumes", rows(&|_| Json::number("13045678901.5"))),
    ]))
}

/// Rows whose stamps are the ends of their candles.
fn ohlc(id: &str, length: u64, from: u64, to: u64, known: &Knowledge) -> Reply {
    let candles = known.candles(id, length, from.saturating_sub(length), to.saturating_sub(length));
    let rows = candles.into_iter().map(|candle| {
        let mut row = vec![Json::Time((candle.start + length) * 1_000)];
        row.extend(candle.prices.iter().map(Json::number));
        Json::List(row)
    });
    Reply::ok(Json::List(rows.collect()))
}

fn refused(why: &str) -> Reply {
    let status = Json::map([("error_code", Json::number(400)), ("error_message", Json::text(why))]);
    Reply::error(400, Json::map([("status", status)]))
}
