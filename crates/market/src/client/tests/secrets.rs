//! The key goes to the source and nowhere else.

use super::*;

#[tokio::test]
async fn a_source_that_tells_the_key_does_not_make_us_tell_it() {
    for place in [KeyPlace::Header("x-cg-demo-api-key"), KeyPlace::Path] {
        let scene = Scene::with(|manners| manners.key = Some((place, Key::new(KEY)))).await;
        scene.server.fault(Api::CoinGecko, [Fault::EchoesKey]);
        let refused = scene.get().await.unwrap_err();
        let echo = format!("<b>{KEY}</b>");
        scene.server.fault(Api::CoinGecko, [Fault::Body(echo)]);
        let odd = scene.get().await.unwrap_err();
        let asked = &scene.server.asked(Api::CoinGecko)[0];
        let sent = match place {
            KeyPlace::Header(name) => asked.header(name) == Some(KEY),
            KeyPlace::Path => asked.path.starts_with(KEY),
        };
        assert!(sent, "the server has it: {asked:?}");
        let metrics = TextEncoder::new().encode_to_string(&scene.registry.gather()).unwrap();
        let http = format!("{:?}", scene.http);
        for told in
            [&refused.to_string(), &format!("{refused:?}"), &odd.to_string(), &metrics, &http]
        {
            let told = told.to_lowercase();
            assert!(!told.contains("supersecret"), "{told}");
        }
        assert!(refused.to_string().contains("***"), "it was there: {refused}");
    }
}
