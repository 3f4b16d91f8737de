//! Every question that can be asked of market prices, for the test that compares commands with their declarations.

use domain::{
    candle::{Resolution, Subject},
    market::{Bar, Deviation, FeedState, Source, Span},
};

use super::{CHAIN, MINUTE, MONDAY, asset, dec, feed, observation, price, series};
use crate::{
    fixtures::pool_id,
    market::{BarQuery, Known},
    test_mongo::TestMongo,
};

pub(crate) async fn everything(mongo: &TestMongo) {
    let market = mongo.market();
    for chain in [CHAIN - 1, CHAIN, CHAIN + 1] {
        for byte in [1, 2] {
            let (of, feed) = (asset(chain, byte), feed(Source::Binance, "ETHUSDT"));
            let all: Vec<_> =
                (0..30).map(|n| observation(of, &feed, MONDAY + n * MINUTE)).collect();
            market.put_observations(&all).await.unwrap();
            market.put_feed_states(&[FeedState::new(of, feed)]).await.unwrap();
            let token = (of.address, price("1"));
            for n in 0..6 {
                let one = (token.0, price(&n.to_string().replace('0', "9")));
                let at = MONDAY + n * MINUTE;
                market.put_sheet(chain, at, at + 300 * (n % 2) * MINUTE, &[one]).await.unwrap();
            }
        }
        let pool = Subject::Pool(pool_id(chain));
        let time = MONDAY + chain;
        let point = Deviation { time, pool: dec("1"), market: dec("2") };
        market.put_deviations(chain, &pool, &[point]).await.unwrap();
    }
    let one = dec("1");
    let bar = |n: u64| Bar {
        start: MONDAY + n * MINUTE,
        open: one,
        high: one,
        low: one,
        close: one,
        volume: None,
    };
    let bars: Vec<Bar> = (0..3_000).map(bar).collect();
    for source in [Source::Binance, Source::Coinbase] {
        let of = series(source, Resolution::M1);
        market.put_bars(&of, domain::market::Quote::Usd, &bars).await.unwrap();
    }
    let reader = market.reader();
    let (of, feed) = (asset(CHAIN, 1), feed(Source::Binance, "ETHUSDT"));
    let feeds = [feed.clone()];
    let span = (MONDAY + MINUTE, MONDAY + 9 * MINUTE);
    assert_eq!(reader.observations(&of, &feed, span, 5).await.unwrap().len(), 5);
    assert_eq!(reader.observations_at(&of, &feeds, span.1, MINUTE, 1).await.unwrap().len(), 1);
    assert_eq!(reader.feed_states(CHAIN).await.unwrap().len(), 2);
    assert_eq!(reader.feed_states_of(&of).await.unwrap().len(), 1);
    let pool = Subject::Pool(pool_id(CHAIN));
    assert_eq!(reader.deviations(CHAIN, &pool, (MONDAY, u64::MAX), 9).await.unwrap().len(), 1);
    // the second token's sheets are later versions of the same times
    for (known, count) in [(Known::Newest, 0), (Known::At(MONDAY + 4 * MINUTE), 1)] {
        let at = MONDAY + 5 * MINUTE;
        let sheet = reader.prices(CHAIN, at, known, &[of.address]).await.unwrap();
        assert_eq!(sheet.unwrap().prices.len(), count);
    }
    let moments = [(MONDAY + MINUTE, Known::Newest), (MONDAY, Known::At(MONDAY + MINUTE))];
    let found = reader.prices_at(CHAIN, &moments, &[of.address]).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 2);
    let found = reader.prices_first(CHAIN, &[MONDAY + MINUTE], &[of.address]).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 1);
    let (from, to) = (MONDAY + 2 * MINUTE, MONDAY + 5 * MINUTE);
    let mut runs = reader.sheet_runs(CHAIN, Span { from, to }).await.unwrap();
    let mut count = 0;
    while runs.next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 3);
    market.forget_sheets(CHAIN, from).await.unwrap();
    for feed in [None, Some(feed)] {
        let (asset, resolution) = (of, Resolution::M1);
        let (from, to) = (MONDAY, MONDAY + 1_500 * MINUTE);
        let query = BarQuery { asset, resolution, from, to, feed, limit: 10_000 };
        assert!(reader.bars(&query).await.unwrap().len() >= 1_500);
        let query = BarQuery { resolution: Resolution::H1, ..query };
        assert_eq!(reader.candles(&query).await.unwrap().len(), 25);
    }
    market.set_next_run("prices", Some(MONDAY)).await.unwrap();
    assert_eq!(reader.jobs().await.unwrap().len(), 1);
}
