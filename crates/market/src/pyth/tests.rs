//! Against the fixture's server.

use std::sync::Arc;

use domain::{candle::Resolution, decimal::Decimal};
use market_fixture::{Api, PriceServer, Print};
use prometheus::Registry;

use super::Pyth;
use crate::{MarketError, Metrics, PriceSource, SourceConfig, SystemClock};

const ETH: &str = "ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace";
const BTC: &str = "e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43";
const TIME: u64 = 1_704_067_200;

async fn source() -> (PriceServer, Pyth) {
    let server = PriceServer::start().await.unwrap();
    server.say(Api::Pyth, ETH, Print::new("228187000000", TIME).sure("114093500"));
    server.say(Api::Pyth, ETH, Print::new("228200000000", TIME + 60).sure("114100000"));
    server.say(Api::Pyth, BTC, Print::new("4229861000000", TIME).sure("84597220000"));
    let config = SourceConfig { base_url: Some(server.base(Api::Pyth)), ..SourceConfig::default() };
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let source = Pyth::new(&config, &metrics, Arc::new(SystemClock::new())).unwrap();
    (server, source)
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[tokio::test]
async fn feeds_are_one_call_however_their_ids_are_written() {
    let (server, source) = source().await;
    let (eth, btc) = (format!("0x{}", ETH.to_uppercase()), BTC.to_owned());
    let unknown = "ab".repeat(32);
    let ids = [&eth, &btc, &unknown, "ETH/USD"].map(Arc::from);
    let said = source.now(&ids).await.unwrap();
    let find = |id: &str| said.iter().find(|said| &*said.id == id).unwrap();
    assert_eq!(said.len(), 2);
    // by the name that it was asked by
    assert_eq!(find(&eth).value, decimal("2282"));
    assert_eq!(
        (find(&eth).time, find(&eth).confidence),
        ((TIME + 60) * 1_000, Some(decimal("0.9995")))
    );
    // an interval of 2 % is none to rely on
    assert_eq!(
        (find(&btc).value, find(&btc).confidence),
        (decimal("42298.61"), Some(Decimal::ZERO))
    );
    let asked = server.asked(Api::Pyth);
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].query.iter().filter(|(name, _)| name == "ids[]").count(), 3);
    assert_eq!(asked[0].param("ignore_invalid_price_ids"), Some("true"));
}

#[tokio::test]
async fn the_past_is_asked_by_its_second() {
    let (server, source) = source().await;
    let ids = [Arc::from(ETH)];
    let said = source.at(&ids, TIME * 1_000 + 999).unwrap().await.unwrap();
    assert_eq!((said[0].value, said[0].time), (decimal("2281.87"), TIME * 1_000));
    assert_eq!(server.asked(Api::Pyth)[0].path, format!("v2/updates/price/{TIME}"));
    // nothing was published then
    assert!(source.at(&ids, 1_600_000_000_000).unwrap().await.unwrap().is_empty());
}

#[tokio::test]
async fn many_feeds_are_several_calls() {
    let (server, source) = source().await;
    let ids: Vec<Arc<str>> = (0..200).map(|number| Arc::from(format!("{number:064x}"))).collect();
    let ids = [ids, vec![Arc::from(ETH)]].concat();
    assert_eq!(source.now(&ids).await.unwrap().len(), 1);
    assert_eq!(server.asked(Api::Pyth).len(), 3);
    assert!(source.now(&[]).await.unwrap().is_empty());
    assert_eq!(server.asked(Api::Pyth).len(), 3);
}

#[tokio::test]
async fn it_has_no_candles() {
    let (_server, source) = source().await;
    assert!(source.resolutions().is_empty());
    let refused = source.bars(ETH, Resolution::M1, TIME * 1_000, TIME * 1_000 + 60_000).await;
    assert!(matches!(refused, Err(MarketError::NotServed { .. })), "{refused:?}");
}
