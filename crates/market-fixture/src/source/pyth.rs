//! Pyth Hermes: `/v2/updates/price/…`. What a print's value is multiplied with is 10^-8.

use crate::{
    answer::{Question, Reply},
    json::Json,
    world::{Knowledge, Print},
};

/// Seconds after a time within which a price of that time is looked for.
const WIDTH: u64 = 60;

pub(super) fn answer(path: &[&str], question: &Question, known: &Knowledge) -> Reply {
    let ["v2", "updates", "price", when] = path else { return super::not_found() };
    let time = match (*when, when.parse()) {
        ("latest", _) => None,
        (_, Ok(time)) => Some(time),
        _ => return super::not_found(),
    };
    let asked = question.query.iter().filter(|(name, _)| name == "ids[]");
    let ignore = question.get("ignore_invalid_price_ids") == Some("true");
    let mut parsed = Vec::new();
    let mut missing = Vec::new();
    for (_, id) in asked {
        let id = id.trim_start_matches("0x").to_lowercase();
        let print = match time {
            None => known.last(&id),
            Some(time) => known.nearest(&id, time, WIDTH),
        };
        match print {
            Some(print) => parsed.push(price(&id, print)),
            None => missing.push(format!("0x{id}")),
        }
    }
    if !missing.is_empty() && (!ignore || parsed.is_empty()) {
        let text = format!("Price ids not found: {}", missing.join(", "));
        return Reply::error(404, Json::text(text));
    }
    let binary = Json::map([("encoding", Json::text("hex")), ("data", Json::List(Vec::new()))]);
    Reply::ok(Json::map([("binary", binary), ("parsed", Json::List(parsed))]))
}

/// What is said of one feed.
pub(crate) fn price(id: &str, print: &Print) -> Json {
    let figures = || {
        Json::map([
            ("price", Json::text(&print.value)),
            ("conf", Json::text(&print.confidence)),
            ("expo", Json::number(-8)),
            ("publish_time", Json::Time(print.time)),
        ])
    };
    let metadata = Json::map([
        ("slot", Json::number(138_881_186)),
        ("proof_available_time", Json::Time(print.time + 1)),
        ("prev_publish_time", Json::Time(print.time - 1)),
    ]);
    Json::map([
        ("id", Json::text(id)),
        ("price", figures()),
        ("ema_price", figures()),
        ("metadata", metadata),
    ])
}
