//! What subscribers are told: all that happens, or that something is missing.

use std::{collections::BTreeMap, time::Duration};

use axum::body::BodyDataStream;
use futures::StreamExt as _;
use serde_json::Value;

use crate::{
    chain,
    prices::{now, price, put},
    service::Service,
};

const CHAIN: &str =
    "subscription { chain { retracted { number } added { number } chain { block { number } } } }";
/// Steps that a subscriber may be behind, and a few.
const TOO_MANY: usize = 70;

/// What a subscriber hears.
struct Ear {
    events: BodyDataStream,
    text: String,
}

impl Ear {
    async fn of(service: &Service, query: &str) -> Self {
        Self { events: service.subscribe(query).await, text: String::new() }
    }

    /// The next answer, which is there soon; `None` at the end.
    async fn next(&mut self) -> Option<Value> {
        self.within(4).await.expect("nothing is told")
    }

    /// The next answer, if one is told within these seconds.
    async fn within(&mut self, seconds: u64) -> Option<Option<Value>> {
        tokio::time::timeout(Duration::from_secs(seconds), self.read()).await.ok()
    }

    async fn read(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if event.contains("event: complete") {
                    return None;
                }
                if let Some((_, data)) = event.split_once("data: ") {
                    return Some(serde_json::from_str(data).unwrap());
                }
                continue;
            }
            let part = self.events.next().await.expect("it broke off").unwrap();
            self.text.push_str(std::str::from_utf8(&part).unwrap());
        }
    }

    /// The code that it ends with.
    async fn end(&mut self) -> String {
        let last = self.next().await.unwrap();
        assert_eq!(self.next().await, None, "{last}");
        last["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn times(count: u64) -> Vec<(u64, u8)> {
    (1..=count).map(|number| (1_700_000_000 + 12 * number, 0)).collect()
}

#[tokio::test]
async fn subscribing_waits_for_nobody() {
    let service = Service::empty().await;
    let blocks = chain::blocks();
    service.commit(None, &blocks[..5]).await;
    service.refresh().await;
    // the store goes on while the pools in memory are busy
    service.commit(Some(5), &blocks[5..8]).await;
    let mut ear = Ear::of(&service, CHAIN).await;
    let first = ear.next().await.unwrap();
    assert_eq!(first["data"]["chain"]["chain"]["block"]["number"], 5, "{first}");
    service.refresh().await;
    let next = ear.next().await.unwrap();
    let added = &next["data"]["chain"]["added"];
    let added: Vec<_> = added.as_array().unwrap().iter().map(|block| &block["number"]).collect();
    assert_eq!(added, [6, 7, 8], "{next}");

    // nor does it ask the store where the chain stands
    service.freeze(true);
    let mut others = Vec::new();
    for _ in 0..20 {
        others.push(Ear::of(&service, CHAIN).await);
    }
    for other in &mut others {
        let first = other.next().await.unwrap();
        assert_eq!(first["data"]["chain"]["chain"]["block"]["number"], 8, "{first}");
    }
    service.freeze(false);
    service.stop().await;
}

/// A crowd that comes back at once, while the store is ahead and others follow.
#[tokio::test]
async fn many_who_begin_at_once_begin_at_the_step_and_hold_up_nobody() {
    let service = Service::empty().await;
    let blocks = chain::blocks();
    service.commit(None, &blocks[..5]).await;
    service.refresh().await;
    let pair = chain::pair();
    let candle = format!(
        "subscription {{ candle(pool: \"{pair}\", resolution: \"1m\") {{ block {{ number }} candles {{ swapCount }} }} }}"
    );
    let pool = format!(
        "subscription {{ pool(id: \"{pair}\") {{ block {{ number }} pool {{ swapCount token0 {{ address }} }} }} }}"
    );
    let begin = async |query: &str| {
        let mut ear = Ear::of(&service, query).await;
        let first = ear.within(30).await.expect("nothing is told").unwrap();
        (ear, first)
    };
    let (mut follower, first) = begin(&pool).await;
    let swaps = first["data"]["pool"]["pool"]["swapCount"].as_u64().unwrap();
    assert_eq!(first["data"]["pool"]["block"]["number"], 5, "{first}");
    // the store goes on while the pools in memory are busy
    service.commit(Some(5), &blocks[5..8]).await;
    let crowd = (0..200).map(|nth| begin(if nth % 2 == 0 { &candle } else { &pool }));
    let follow = async {
        service.refresh().await;
        follower.within(30).await.expect("nothing is told").unwrap()
    };
    let (crowd, next) = futures::join!(futures::future::join_all(crowd), follow);
    // some came before the step, some after it
    let of = |block: u64| swaps + 10 * (block - 5);
    for (_, first) in &crowd {
        let news = first["data"].as_object().unwrap().values().next().unwrap();
        let block = news["block"]["number"].as_u64().unwrap();
        assert!(block == 5 || block == 8, "{first}");
        if let Some(pool) = news.get("pool") {
            assert_eq!(pool["swapCount"].as_u64().unwrap(), of(block), "{first}");
        }
    }
    let news = &next["data"]["pool"];
    assert_eq!((&news["block"]["number"], &news["pool"]["swapCount"]), (&8.into(), &of(8).into()));
    // all of them hear what follows
    service.commit(Some(8), &blocks[8..9]).await;
    service.refresh().await;
    for (mut ear, _) in crowd {
        let mut next = ear.next().await.unwrap();
        if next["data"].as_object().unwrap().values().next().unwrap()["block"]["number"] == 8 {
            next = ear.next().await.unwrap();
        }
        let news = next["data"].as_object().unwrap().values().next().unwrap();
        assert_eq!(news["block"]["number"], 9, "{next}");
    }
    service.stop().await;
}

#[tokio::test]
async fn who_misses_something_is_told() {
    let service = Service::empty().await;
    let blocks = chain::blocks_at(&times(80));
    service.commit(None, &blocks[..2]).await;
    service.refresh().await;
    let mut slow = Ear::of(&service, CHAIN).await;
    slow.next().await.unwrap();
    for block in &blocks[2..2 + TOO_MANY] {
        service.commit(Some(block.block.number - 1), std::slice::from_ref(block)).await;
        service.refresh().await;
    }
    // two answers are on their way already
    for number in [3, 4] {
        let next = slow.next().await.unwrap();
        assert_eq!(next["data"]["chain"]["added"][0]["number"], number, "{next}");
    }
    assert_eq!(slow.end().await, "TOO_SLOW");

    let mut other = Ear::of(&service, CHAIN).await;
    other.next().await.unwrap();
    let (parent, rest) = (2 + TOO_MANY, &blocks[2 + TOO_MANY..]);
    // of these nobody says what they changed
    service.commit_for_good(u64::try_from(parent).ok(), rest).await;
    service.refresh().await;
    assert_eq!(other.end().await, "RESYNC");
    service.stop().await;
}

/// Candles that a subscriber believes in: swaps by start.
fn believe(believed: &mut BTreeMap<u64, u64>, news: &Value) {
    let news = &news["data"]["candle"];
    let from = news["from"].as_u64().unwrap();
    believed.retain(|start, _| *start < from);
    for candle in news["candles"].as_array().unwrap() {
        let start = candle["start"].as_u64().unwrap();
        assert!(start >= from, "{news}");
        believed.insert(start, candle["swapCount"].as_u64().unwrap());
    }
}

async fn listed(service: &Service) -> BTreeMap<u64, u64> {
    let path = format!("/v1/pools/{}/candles?resolution=1m", chain::pair());
    let (status, answer) = service.get(&path).await;
    assert_eq!(status, 200, "{answer}");
    let items = answer["items"].as_array().unwrap().iter();
    items
        .map(|candle| (candle["start"].as_u64().unwrap(), candle["swapCount"].as_u64().unwrap()))
        .collect()
}

/// Steps of many blocks across the edges of minutes, and reorgs across them: nothing that is over stays wrong.
#[tokio::test]
async fn candles_that_are_over_are_told_to_their_end() {
    let service = Service::empty().await;
    // 1_700_000_040 is the beginning of a minute
    let first = [(1_700_000_001, 0), (1_700_000_012, 0)];
    let on = [(1_700_000_024, 0), (1_700_000_036, 0), (1_700_000_048, 0), (1_700_000_170, 0)];
    let other = [(1_700_000_037, 1), (1_700_000_041, 1), (1_700_000_099, 1)];
    let whole = chain::blocks_at(&[&first[..], &on[..]].concat());
    let forked = chain::blocks_at(&[&first[..], &on[..1], &other[..]].concat());
    service.commit(None, &whole[..2]).await;
    service.refresh().await;

    let query = format!(
        "subscription {{ candle(pool: \"{}\", resolution: \"1m\") {{ from candles {{ start swapCount }} }} }}",
        chain::pair()
    );
    let (mut ear, mut believed) = (Ear::of(&service, &query).await, BTreeMap::new());
    believe(&mut believed, &ear.next().await.unwrap());
    assert_eq!(believed, BTreeMap::from([(1_699_999_980, 10)]));

    // one step from the middle of a minute to another one's
    service.commit(Some(2), &whole[2..]).await;
    service.refresh().await;
    believe(&mut believed, &ear.next().await.unwrap());
    assert_eq!(believed, listed(&service).await);
    assert_eq!(believed.values().sum::<u64>(), 50, "{believed:?}");

    // back into the first minute, and on another way: the last candle is none any more
    service.take_back(3).await;
    service.commit(Some(3), &forked[3..]).await;
    service.refresh().await;
    believe(&mut believed, &ear.next().await.unwrap());
    assert_eq!(believed, listed(&service).await);
    assert_eq!(believed.values().sum::<u64>(), 50, "{believed:?}");
    assert!(!believed.contains_key(&1_700_000_160), "{believed:?}");

    // back alone
    service.take_back(2).await;
    service.refresh().await;
    believe(&mut believed, &ear.next().await.unwrap());
    assert_eq!(believed, listed(&service).await);
    assert_eq!(believed.values().sum::<u64>(), 30, "{believed:?}");
    service.stop().await;
}

#[tokio::test]
async fn a_price_is_told_when_it_changes() {
    let (service, token) = (Service::empty().await, chain::address(0xa0));
    let begin = now() - 60_000;
    put(&service, begin, begin, &[(token, price("2000", begin))]).await;
    let query = format!("subscription {{ price(token: \"{token}\") {{ value ageSeconds }} }}");
    let mut ear = Ear::of(&service, &query).await;
    let value = |news: Value| news["data"]["price"]["value"].as_str().unwrap().to_owned();
    assert_eq!(value(ear.next().await.unwrap()), "2000");
    // that it is older now is no news
    assert_eq!(ear.within(7).await, None);
    let later = now();
    put(&service, later, later, &[(token, price("2100", later))]).await;
    // told by the store, not found at the next look
    assert_eq!(value(ear.within(3).await.unwrap().unwrap()), "2100");
    assert_eq!(ear.within(7).await, None);
    service.stop().await;
}
