//! What becomes of each fault, and how often is asked.

use super::*;

fn kind(outcome: &Result<Answer, MarketError>) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(MarketError::Wait { .. }) => "wait",
        Err(MarketError::Unavailable { .. }) => "unavailable",
        Err(MarketError::Refused { .. }) => "refused",
        Err(MarketError::Odd { .. }) => "odd",
        Err(MarketError::Misconfigured { .. }) => "misconfigured",
        Err(MarketError::NotServed { .. }) => "not served",
    }
}

#[tokio::test]
async fn every_fault_has_its_outcome_and_its_number_of_tries() {
    let wait = |text: &str| Some(text.to_owned());
    let slow = Duration::from_secs(5);
    let cases = [
        (Fault::Gzip, "ok", 1, "ok"),
        (Fault::Slow(Duration::from_millis(100)), "ok", 1, "ok"),
        (Fault::Long(10 << 20, false), "ok", 1, "ok"),
        (Fault::Long((10 << 20) + 1, false), "odd", 1, "odd"),
        (Fault::Long(100 << 20, true), "odd", 1, "odd"),
        (Fault::CutGzip, "odd", 1, "odd"),
        (Fault::OddEncoding, "odd", 1, "odd"),
        (Fault::Html, "odd", 1, "odd"),
        (Fault::Body(String::new()), "odd", 1, "odd"),
        (Fault::Cut, "unavailable", 3, "broken"),
        (Fault::Slow(slow), "unavailable", 3, "timeout"),
        (Fault::Status(500, None), "unavailable", 3, "server_error"),
        (Fault::Status(502, None), "unavailable", 3, "server_error"),
        (Fault::Status(503, None), "unavailable", 3, "server_error"),
        (Fault::Status(503, wait("7")), "wait", 1, "left_alone"),
        (Fault::Status(429, None), "wait", 1, "left_alone"),
        (Fault::Status(429, wait("7")), "wait", 1, "left_alone"),
        (Fault::Status(418, wait("120")), "wait", 1, "left_alone"),
        (Fault::Status(403, None), "wait", 1, "left_alone"),
        (Fault::Status(400, None), "refused", 1, "refused"),
        (Fault::Status(401, None), "refused", 1, "refused"),
        (Fault::Status(404, None), "refused", 1, "refused"),
        (Fault::Status(304, None), "odd", 1, "odd"),
        (Fault::Redirect("http://127.0.0.1:1/".into()), "refused", 1, "refused"),
    ];
    for (fault, expected, tries, metric) in cases {
        // each try of a silent server takes its share of the deadline, in real time; the pauses take 1.5 s at most
        let deadline = if metric == "timeout" { 2 } else { 60 };
        let scene = Scene::with(|manners| manners.deadline = Duration::from_secs(deadline)).await;
        scene.server.always(Api::CoinGecko, [fault.clone()]);
        let outcome = scene.get().await;
        assert_eq!((kind(&outcome), scene.asked()), (expected, tries), "{fault:?}: {outcome:?}");
        let line =
            format!(r#"sooho_market_requests_total{{outcome="{metric}",source="coingecko"}}"#);
        assert_eq!(scene.metric(&line), Some(tries.to_string()), "{fault:?}");
    }
}

#[tokio::test]
async fn a_packed_body_is_unpacked() {
    let scene = Scene::new().await;
    scene.server.fault(Api::CoinGecko, [Fault::Gzip]);
    let answer = scene.get().await.unwrap();
    assert_eq!(answer.body, BODY);
    assert_eq!((answer.status, answer.fetched_at), (200, TIME * 1_000));
    assert_eq!(answer.raw(), alloy_primitives::keccak256(BODY));
    let asked = &scene.server.asked(Api::CoinGecko)[0];
    assert_eq!(asked.header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn trouble_that_passes_is_not_seen() {
    let scene = Scene::new().await;
    scene.server.fault(Api::CoinGecko, [Fault::Status(502, None)]);
    scene.server.fault(Api::CoinGecko, [Fault::Cut]);
    assert_eq!(scene.get().await.unwrap().body, BODY);
    assert_eq!(scene.asked(), 3);
}

#[tokio::test]
async fn an_error_that_the_caller_wants_to_see_is_an_answer() {
    let scene = Scene::new().await;
    let call = Call::new("api/v3/coins/no-such/market_chart/range").telling(&[404]);
    let answer = scene.http.get(&call).await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (404, &br#"{"error":"coin not found"}"#[..]));
}

#[tokio::test]
async fn a_redirect_is_followed_where_we_are_and_nowhere_else() {
    let scene = Scene::new().await;
    let other = PriceServer::start().await.unwrap();
    let there = format!("{}/api/v3/simple/price", other.base(Api::CoinGecko));
    scene.server.fault(Api::CoinGecko, [Fault::Redirect(there)]);
    assert_eq!(kind(&scene.get().await), "refused");
    assert_eq!(other.asked(Api::CoinGecko), []);

    let here = "/coingecko/api/v3/simple/price?ids=bitcoin".to_owned();
    scene.server.fault(Api::CoinGecko, [Fault::Redirect(here)]);
    assert_eq!(scene.get().await.unwrap().body, BODY);
    let round = "/coingecko/api/v3/simple/price?ids=bitcoin".to_owned();
    scene.server.always(Api::CoinGecko, [Fault::Redirect(round)]);
    assert_eq!(kind(&scene.get().await), "refused");
}

#[tokio::test]
async fn nobody_at_the_address_is_said_without_the_url() {
    let scene = Scene::with(|manners| {
        manners.base_url = "http://127.0.0.1:1/path".into();
        manners.key = Some((KeyPlace::Path, Key::new(KEY)));
    })
    .await;
    let error = scene.get().await.unwrap_err();
    assert!(matches!(error, MarketError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("cannot connect"), "{error}");
    assert!(!error.to_string().contains("simple/price"), "{error}");
}
