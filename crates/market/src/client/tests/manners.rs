//! Rates, bans and the circuit.

use super::*;

#[tokio::test]
async fn a_source_that_wants_to_be_left_alone_is() {
    let date = "Mon, 01 Jan 2024 00:02:00 GMT";
    let cases =
        [(429, Some("7"), 7), (418, Some("300"), 300), (429, Some(date), 120), (403, None, 300)];
    for (status, retry_after, seconds) in cases {
        let scene = Scene::new().await;
        let retry_after = retry_after.map(str::to_owned);
        scene.server.fault(Api::CoinGecko, [Fault::Status(status, retry_after)]);
        let MarketError::Wait { wait, .. } = scene.get().await.unwrap_err() else { panic!() };
        assert_eq!(wait.as_secs(), seconds, "{status}");
        let until = scene.metric("sooho_market_silent_until_seconds{source=\"coingecko\"}");
        assert_eq!(until, Some((TIME + seconds).to_string()));
        // another question is no other matter
        scene.clock.pass(Duration::from_secs(seconds - 1));
        let error = scene.http.get(&Call::new("api/v3/key")).await.unwrap_err();
        assert!(matches!(&error, MarketError::Wait { wait, .. } if wait.as_secs() <= 1), "{error}");
        assert!(error.to_string().contains(&status.to_string()), "it says why: {error}");
        assert_eq!(scene.asked(), 1);
        scene.clock.pass(Duration::from_secs(1));
        assert_eq!(scene.get().await.unwrap().body, BODY);
    }
}

#[tokio::test]
async fn a_failing_source_is_left_alone_and_tried_by_one() {
    let scene = Scene::new().await;
    scene.server.always(Api::CoinGecko, [Fault::Status(502, None)]);
    assert!(matches!(scene.get().await, Err(MarketError::Unavailable { .. })));
    // the fifth failure opens the circuit in the middle of a question
    assert!(matches!(scene.get().await, Err(MarketError::Wait { .. })));
    assert!(matches!(scene.get().await, Err(MarketError::Wait { .. })));
    assert_eq!(scene.asked(), 5);
    let state = "sooho_market_circuit_state{source=\"coingecko\"}";
    assert_eq!(scene.metric(state).as_deref(), Some("2"));

    scene.server.always(Api::CoinGecko, [Fault::Slow(Duration::from_millis(200))]);
    scene.clock.pass(Duration::from_secs(30));
    let questions = (0..10).map(|number| Call::new("api/v3/key").query("n", number.to_string()));
    let questions: Vec<Call> = questions.collect();
    let answers =
        futures::future::join_all(questions.iter().map(|call| scene.http.get(call))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(scene.asked(), 6);
    assert_eq!(scene.metric(state).as_deref(), Some("0"));
    scene.server.always(Api::CoinGecko, []);
    assert_eq!(scene.get().await.unwrap().body, BODY);
}

#[tokio::test]
async fn a_try_that_is_dropped_does_not_keep_the_circuit_open() {
    let scene = Scene::new().await;
    scene.server.always(Api::CoinGecko, [Fault::Status(502, None)]);
    drop(scene.get().await);
    drop(scene.get().await);
    scene.clock.pass(Duration::from_secs(30));
    scene.server.always(Api::CoinGecko, [Fault::Slow(Duration::from_secs(9))]);
    let dropped = tokio::time::timeout(Duration::from_millis(100), scene.get()).await;
    assert!(dropped.is_err());
    scene.server.always(Api::CoinGecko, []);
    assert_eq!(scene.get().await.unwrap().body, BODY);
}

#[tokio::test]
async fn the_rate_is_waited_for_as_long_as_the_deadline_allows() {
    let scene = Scene::with(|manners| manners.per_minute = 40).await;
    let ask = async |number: usize| {
        scene.http.get(&Call::new("api/v3/key").query("n", number.to_string())).await
    };
    // ten go at once; two seconds of waiting give one more
    let mut outcomes = Vec::new();
    for number in 0..11 {
        outcomes.push(ask(number).await.is_ok());
    }
    assert_eq!(outcomes, [true; 11]);
    scene.http.set_per_minute(1);
    let MarketError::Wait { wait, .. } = ask(11).await.unwrap_err() else { panic!() };
    assert!(wait > Duration::from_secs(60), "{wait:?}");
    assert_eq!(scene.asked(), 11);
    let waits = scene.metric("sooho_market_rate_waits_total{source=\"coingecko\"}");
    assert_eq!(waits.as_deref(), Some("2"));
}

#[tokio::test]
async fn what_the_source_counts_is_believed() {
    let scene = Scene::with(|manners| {
        manners.per_minute = 4;
        manners.used_weight = Some("x-mbx-used-weight-1m");
        manners.base_url = manners.base_url.replace("coingecko", "binance");
    })
    .await;
    // this one costs nothing, but is told that all four are used, by others
    assert!(scene.http.get(&Call::new("api/v3/time").weight(0)).await.is_ok());
    let error = scene.http.get(&Call::new("api/v3/time")).await.unwrap_err();
    assert!(matches!(error, MarketError::Wait { .. }), "{error:?}");
    assert_eq!(scene.server.asked(Api::Binance).len(), 1);
}

#[tokio::test]
async fn a_base_that_cannot_be_one_is_told_at_once() {
    let registry = Registry::new();
    let metrics = Metrics::new(&registry).unwrap();
    let make = |base_url: &str, key: Option<&str>| {
        let key = key.map(|key| (KeyPlace::Header("x-key"), Key::new(key)));
        let deadline = Duration::from_secs(1);
        let manners =
            Manners { base_url: base_url.into(), key, per_minute: 1, deadline, used_weight: None };
        Http::new(Source::CoinGecko, manners, &metrics, QuickClock::at(0))
    };
    for (base, key) in [
        ("nonsense", None),
        ("ftp://api.example.com", None),
        ("https://user:secret@api.example.com", None),
        ("https://api.example.com?key=secret", None),
        // a key in clear over the net
        ("http://api.example.com", Some("secret")),
        ("https://api.example.com", Some("sec\nret")),
    ] {
        let error = make(base, key).unwrap_err();
        assert!(matches!(error, MarketError::Misconfigured { .. }), "{base}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    for base in
        ["https://api.example.com/v3/", "http://[::1]:80", "http://localhost:1", "http://127.0.0.1"]
    {
        assert!(make(base, Some("secret")).is_ok(), "{base}");
    }
}
