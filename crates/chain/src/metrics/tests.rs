//! What a scrape shows, and what it must not.

use prometheus::TextEncoder;

use super::*;

fn shown(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).unwrap()
}

fn client(urls: &[&str]) -> Client {
    Client::new(7, &urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>()).unwrap()
}

#[test]
fn endpoints_are_called_by_their_host_and_no_key_is_shown() {
    let registry = Registry::new();
    let one = client(&[
        "https://user:secret@node.example/v2/secret?key=secret",
        "wss://node.example/secret",
        "http://127.0.0.1:8545/secret",
    ]);
    register(&registry, "main", &one).unwrap();
    register(&registry, "other", &client(&["http://node.example"])).unwrap();
    let text = shown(&registry);
    assert!(!text.contains("secret"), "{text}");
    for (chain, endpoint) in [
        ("main", "node.example"),
        ("main", "node.example#2"),
        ("main", "127.0.0.1:8545"),
        ("other", "node.example"),
    ] {
        let line = format!("healthy{{chain=\"{chain}\",endpoint=\"{endpoint}\"}} 1");
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert_eq!(text.matches("# HELP sooho_chain_endpoint_healthy").count(), 1);
    assert!(!text.contains("rate_limit"), "nobody complained");
    assert!(register(&registry, "main", &one).is_err(), "one client per chain and registry");
}

#[tokio::test]
async fn what_is_asked_shows_with_how_it_ended() {
    let registry = Registry::new();
    // nobody listens there
    let client = client(&["http://127.0.0.1:9/secret"]);
    register(&registry, "main", &client).unwrap();
    assert!(client.latest_block().await.is_err());
    let text = shown(&registry);
    let labels = r#"{chain="main",endpoint="127.0.0.1:9",method="eth_chainId",outcome="failed"}"#;
    for metric in ["requests_total", "calls_total", "request_seconds_total"] {
        assert!(text.contains(&format!("sooho_chain_{metric}{labels}")), "{metric} in {text}");
    }
    let ours = r#"{chain="main",endpoint="127.0.0.1:9"}"#;
    assert!(text.contains(&format!("sooho_chain_endpoint_healthy{ours} 0")), "{text}");
    assert!(!text.contains(&format!("sooho_chain_endpoint_failures_in_a_row{ours} 0")), "{text}");
    let help = text.lines().filter(|line| line.starts_with("# HELP"));
    assert!(help.clone().count() >= 6 && help.into_iter().all(|line| line.len() > 50), "{text}");
}
