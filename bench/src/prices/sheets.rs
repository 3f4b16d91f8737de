//! The prices of many tokens at one instant.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use alloy_primitives::{Address, keccak256};
use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use domain::market::{Millis, Price, Source, Status};
use store::market::Known;
use toml::Value;

use super::load::{Delays, steady};
use crate::config;
use crate::database::{Plan, Server};
use crate::service::Service;

const CHAIN: u64 = 1;
const MINUTE: Millis = 60_000;
/// Questions that the server accounts for.
const EXPLAINED: u64 = 20;

/// What is stored and asked.
#[derive(Debug)]
pub(super) struct Asked {
    tokens: Vec<Address>,
    /// Time of the first sheet.
    begin: Millis,
    sheets: u64,
}

impl Asked {
    /// Stores sheets, the last one of a moment ago.
    pub(super) async fn store(server: &Server, tokens: u16, sheets: u64) -> Result<Self> {
        let now = Millis::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let begin = now - sheets * MINUTE;
        let tokens: Vec<Address> =
            (0..tokens).map(|number| Address::from_word(keccak256(number.to_be_bytes()))).collect();
        let market = server.store.market();
        for number in 0..sheets {
            let at = begin + number * MINUTE;
            let prices: Vec<(Address, Price)> = (0..)
                .zip(&tokens)
                .map(|(index, token)| (*token, price(at, number, index)))
                .collect();
            ensure!(market.put_sheet(CHAIN, at, at, &prices).await?, "a sheet was there already");
        }
        Ok(Self { tokens, begin, sheets })
    }

    /// An instant between two sheets, another one for each question.
    fn instant(&self, number: u32) -> Millis {
        // a prime: neighbours are far apart
        self.begin + u64::from(number).wrapping_mul(7_919) % self.sheets * MINUTE + MINUTE / 2
    }

    /// What the server says of these questions.
    pub(super) async fn plan(&self, server: &Server) -> Result<Plan> {
        let reader = server.store.reader().market();
        let ask = async {
            for number in 0..u32::try_from(EXPLAINED)? {
                let sheet =
                    reader.prices(CHAIN, self.instant(number), Known::Newest, &self.tokens).await?;
                ensure!(sheet.is_some_and(|sheet| sheet.prices.len() == self.tokens.len()));
            }
            Ok(())
        };
        let plan = server.profiled("price_sheets", ask).await?;
        ensure!(
            plan.commands.is_multiple_of(EXPLAINED) && plan.commands > 0,
            "{plan:?} of {EXPLAINED} questions"
        );
        let Plan { summary, documents, keys, commands } = plan;
        Ok(Plan {
            summary,
            documents: documents.div_ceil(EXPLAINED),
            keys: keys.div_ceil(EXPLAINED),
            commands: commands / EXPLAINED,
        })
    }

    /// At a steady rate, without a service.
    pub(super) async fn of_store(
        &self,
        server: &Server,
        rate: u32,
        seconds: u32,
    ) -> Result<Delays> {
        let (reader, tokens) = (server.store.reader().market(), Arc::new(self.tokens.clone()));
        steady(rate, seconds, |number| {
            let (reader, tokens, at) = (reader.clone(), Arc::clone(&tokens), self.instant(number));
            async move {
                let sheet = reader.prices(CHAIN, at, Known::Newest, &tokens).await?;
                let sheet = sheet.context("no sheet")?;
                ensure!(sheet.prices.len() == tokens.len(), "prices are missing");
                Ok(())
            }
        })
        .await
    }

    /// The same of the service, in a process of its own.
    pub(super) async fn over_http(
        &self,
        server: &Server,
        folder: &Path,
        rate: u32,
        seconds: u32,
    ) -> Result<Delays> {
        let chain = config::table([
            ("name", "bench".into()),
            ("id", Value::Integer(i64::try_from(CHAIN)?)),
            // nobody asks the chain
            ("rpc", vec!["http://127.0.0.1:9"].into()),
            ("start_block", Value::Integer(0)),
        ]);
        let service = Service::start(folder, &server.uri, chain).await?;
        let (client, base) = (reqwest::Client::new(), &service.base);
        let tokens: Vec<String> = self.tokens.iter().map(|token| format!("{token:#x}")).collect();
        let count = tokens.len();
        let question = format!("{base}/v1/prices?tokens={}", tokens.join(","));
        let delays = steady(rate, seconds, |number| {
            let asked = client.get(format!("{question}&at={}", self.instant(number)));
            async move {
                // the question has 20,000 characters: no error repeats them
                let answer = answer(asked).await.map_err(reqwest::Error::without_url)?;
                let prices = answer.matches("\"value\":\"").count();
                ensure!(prices == count, "{prices} prices of {count}");
                Ok(())
            }
        })
        .await;
        service.stop().await?;
        delays
    }
}

async fn answer(asked: reqwest::RequestBuilder) -> reqwest::Result<String> {
    asked.send().await?.error_for_status()?.text().await
}

/// A price of a token that moves from sheet to sheet.
fn price(at: Millis, sheet: u64, token: u64) -> Price {
    let mantissa = i128::from(1_000_000_007 + token * 1_000_003 + sheet * 101);
    Price {
        value: Some(Decimal::from_parts(mantissa, -8)),
        status: Status::Fresh,
        sources: vec![Source::Binance, Source::Coinbase, Source::Pyth],
        as_of: Some(at - token % 1_000),
        confidence: Some(Decimal::from_parts(99, -2)),
        fresh_until: Some(at + MINUTE),
        reason: None,
    }
}
