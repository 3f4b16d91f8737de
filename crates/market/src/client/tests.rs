//! Against a real server that misbehaves.

use std::{sync::Arc, time::Duration};

use domain::market::Source;
use market_fixture::{Api, Fault, PriceServer, Print};
use prometheus::{Registry, TextEncoder};

use super::{Answer, Call, Http, KeyPlace, Manners};
use crate::{Key, MarketError, Metrics, quick_clock::QuickClock};

mod faults;
mod manners;
mod secrets;
mod sharing;

/// 2024-01-01 00:00:00, in seconds.
const TIME: u64 = 1_704_067_200;
const KEY: &str = "CG-SuperSecret/Key=1";

/// A server that knows one coin, and a client of it.
struct Scene {
    server: PriceServer,
    http: Http,
    clock: Arc<QuickClock>,
    registry: Registry,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// With other manners.
    async fn with(change: impl FnOnce(&mut Manners)) -> Self {
        let server = PriceServer::start().await.unwrap();
        server.say(Api::CoinGecko, "bitcoin", Print::new("76975.1", TIME));
        let mut manners = Manners {
            base_url: server.base(Api::CoinGecko),
            key: Some((KeyPlace::Header("x-cg-demo-api-key"), Key::new(KEY))),
            per_minute: 4_000,
            deadline: Duration::from_secs(20),
            used_weight: None,
        };
        change(&mut manners);
        let registry = Registry::new();
        let metrics = Metrics::new(&registry).unwrap();
        let clock = QuickClock::at(TIME * 1_000);
        let http = Http::new(Source::CoinGecko, manners, &metrics, clock.clone()).unwrap();
        Self { server, http, clock, registry }
    }

    async fn get(&self) -> Result<Answer, MarketError> {
        self.http.get(&call()).await
    }

    fn asked(&self) -> usize {
        self.server.asked(Api::CoinGecko).len()
    }

    /// The value of the metric's line that begins so.
    fn metric(&self, line: &str) -> Option<String> {
        let text = TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap();
        text.lines().find_map(|found| Some(found.strip_prefix(line)?.trim().to_owned()))
    }
}

fn call() -> Call {
    Call::new("api/v3/simple/price").query("ids", "bitcoin").query("vs_currencies", "usd")
}

const BODY: &str =
    r#"{"bitcoin":{"usd":76975.1,"usd_24h_vol":13045678901.5,"last_updated_at":1704067200}}"#;
