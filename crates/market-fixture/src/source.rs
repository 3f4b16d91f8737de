//! What each source answers.

use crate::{
    answer::{Question, Reply},
    json::Json,
    world::{Api, Knowledge},
};

mod binance;
mod coinbase;
mod coingecko;
mod defillama;
pub(crate) mod pyth;

pub(crate) fn answer(api: Api, question: &Question, known: &Knowledge) -> Reply {
    let path: Vec<&str> = question.path.iter().map(String::as_str).collect();
    match api {
        Api::CoinGecko => coingecko::answer(&path, question, known),
        Api::Binance => binance::answer(&path, question, known),
        Api::Coinbase => coinbase::answer(&path, question, known),
        Api::DefiLlama => defillama::answer(&path, question, known),
        Api::Pyth => pyth::answer(&path, question, known),
    }
}

fn not_found() -> Reply {
    Reply::error(404, Json::map([("error", Json::text("not found"))]))
}
