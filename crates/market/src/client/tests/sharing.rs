//! One answer for several: at the same time, and of before.

use futures::future::join_all;

use super::*;

#[tokio::test]
async fn the_same_question_at_the_same_time_is_asked_once() {
    let scene = Scene::new().await;
    scene.server.always(Api::CoinGecko, [Fault::Slow(Duration::from_millis(200))]);
    let answers = join_all((0..20).map(|_| scene.get())).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|answer| answer.body == BODY)));
    assert_eq!(scene.asked(), 1);
    // later it is another question
    assert!(scene.get().await.is_ok());
    assert_eq!(scene.asked(), 2);
    let shared = r#"sooho_market_requests_total{outcome="shared",source="coingecko"}"#;
    assert_eq!(scene.metric(shared).as_deref(), Some("19"));
}

#[tokio::test]
async fn who_leaves_does_not_take_the_answer_from_the_others() {
    let scene = Scene::new().await;
    scene.server.always(Api::CoinGecko, [Fault::Slow(Duration::from_millis(300))]);
    let leaves = tokio::time::timeout(Duration::from_millis(50), scene.get());
    let (left, stayed) = tokio::join!(leaves, scene.get());
    assert!(left.is_err());
    assert_eq!(stayed.unwrap().body, BODY);
    assert_eq!(scene.asked(), 1);
    // all leave: the next one asks anew
    drop(tokio::time::timeout(Duration::from_millis(50), scene.get()).await);
    assert_eq!(scene.get().await.unwrap().body, BODY);
    assert_eq!(scene.asked(), 3);
}

#[tokio::test]
async fn an_answer_of_before_is_asked_for_by_its_tag() {
    let scene = Scene::new().await;
    scene.server.offer_etags();
    for _ in 0..3 {
        let answer = scene.get().await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, BODY.as_bytes()));
    }
    scene.server.say(Api::CoinGecko, "bitcoin", Print::new("77000", TIME + 60));
    assert!(scene.get().await.unwrap().body.starts_with(br#"{"bitcoin":{"usd":77000,"#));
    let statuses: Vec<u16> =
        scene.server.asked(Api::CoinGecko).iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [200, 304, 304, 200]);
    let line = r#"sooho_market_requests_total{outcome="not_modified",source="coingecko"}"#;
    assert_eq!(scene.metric(line).as_deref(), Some("2"));
}
