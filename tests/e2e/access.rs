//! Keys as an operator makes them and as clients use them, on the real executable.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use api_kit::access::{KeyScope, Scopes};
use serde_json::{Value, json};
use tests::{
    keys::get_as,
    process::{Services, run, write_config},
    world::World,
};

use crate::subscriptions::client::{Begun, Subscriber};

const CHAINS: &str = "subscription { chain { chain { block { number } } } }";

fn id(key: &str) -> &str {
    key.split('_').nth(2).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_made_used_rotated_and_taken_back() -> Result<()> {
    let world = World::start().await?;
    world.traffic(15, 6).await?;
    let mut config = world.config("keys")?;
    config.access.anonymous = [KeyScope::Feeds].into_iter().collect();
    let file = write_config(&config, world.folder.path())?;
    let sooho = |arguments: &[&str]| -> Result<(i32, String, String)> {
        let output = run(&file, arguments)?;
        let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
        Ok((output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr)))
    };
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let pools = format!("{}/v1/pools", services.serving);
    ensure!(reqwest::get(&pools).await?.status() == 401);
    ensure!(reqwest::get(format!("{}/udf/config", services.serving)).await?.status() == 200);

    // the key alone is on standard output
    let (code, key, said) = sooho(&["keys", "add", "Partner Ltd", "--scope", "read"])?;
    ensure!(code == 0 && said.contains("cannot be shown again"), "{code} {said}");
    ensure!(get_as(&key, &pools).await?["items"].is_array(), "{key}");
    let nft = format!("{}/v1/collections", services.nft_api);
    ensure!(get_as(&key, &nft).await?["collections"].is_array(), "the other service knows it, too");
    let jobs = format!("{}/admin/prices/jobs", services.indexer);
    ensure!(get_as(&key, &jobs).await?["code"] == "SCOPE_MISSING");
    let (_, admin, _) = sooho(&["keys", "add", "on call", "--scope", "admin", "--days", "30"])?;
    ensure!(get_as(&admin, &jobs).await?["jobs"].is_array());

    // on a socket it comes with the first message, as it does from a page
    let Begun::Closed(code, reason) = Subscriber::begin(&services.serving, json!({})).await? else {
        anyhow::bail!("a socket without a key began")
    };
    ensure!(code == 4403 && reason.starts_with("KEY_REQUIRED: "), "{code} {reason}");
    let wrong = json!({ "apiKey": format!("{}0", &key[..key.len() - 1]) });
    let begun = Subscriber::begin(&services.serving, wrong).await?;
    ensure!(matches!(&begun, Begun::Closed(4403, _)) || key.ends_with('0'), "{begun:?}");
    for payload in [json!({ "apiKey": key }), json!({ "Authorization": format!("Bearer {key}") })] {
        let Begun::Open(mut socket) = Subscriber::begin(&services.serving, payload).await? else {
            anyhow::bail!("the key was not taken")
        };
        socket.subscribe("1", CHAINS, &json!({})).await?;
        let first = socket.answer_to("1").await?;
        ensure!(first["data"]["chain"].is_object(), "{first}");
    }

    // another one for the same holder; the old one ends
    let (code, next, said) = sooho(&["keys", "rotate", id(&key), "--overlap-hours", "0"])?;
    ensure!(code == 0 && next != key && said.contains("is refused in 0 hours"), "{said}");
    ensure!(get_as(&next, &pools).await?["items"].is_array());
    let Begun::Open(mut socket) =
        Subscriber::begin(&services.serving, json!({ "apiKey": next })).await?
    else {
        anyhow::bail!("the key was not taken")
    };
    ensure!(sooho(&["keys", "revoke", &next])?.0 == 0, "a key is taken for its id");
    let deadline = Instant::now() + Duration::from_secs(15);
    while get_as(&next, &pools).await?["code"] != "KEY_REVOKED" {
        ensure!(Instant::now() < deadline, "a key that was taken back is good still");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    ensure!(get_as(&key, &pools).await?["code"] == "KEY_EXPIRED");
    // what goes on is ended
    let (code, reason) = socket.closed(Duration::from_secs(40)).await?;
    ensure!(code == 4403 && reason.starts_with("KEY_REVOKED: "), "{code} {reason}");

    // a key is succeeded once
    let (code, _, said) = sooho(&["keys", "rotate", id(&key)])?;
    ensure!(code == 3 && said.contains(&format!("{} takes the place", id(&next))), "{said}");

    let (_, list, _) = sooho(&["keys", "list", "--json"])?;
    let list: Value = serde_json::from_str(&list)?;
    let of = |key: &str| -> Result<&Value> {
        let found = list.as_array().and_then(|keys| keys.iter().find(|view| view["id"] == id(key)));
        found.context("not listed")
    };
    for (key, state, name) in [
        (&key, "expired", "Partner Ltd"),
        (&next, "revoked", "Partner Ltd"),
        (&admin, "active", "on call"),
    ] {
        let view = of(key)?;
        ensure!(view["state"] == state && view["name"] == name, "{view}");
        ensure!(view["lastUsedAt"].is_string(), "{view}");
    }
    ensure!(
        of(&key)?["successor"] == id(&next) && of(&next)?["scopes"] == json!(["read"]),
        "{list}"
    );
    let (_, table, _) = sooho(&["keys", "list"])?;
    ensure!(table.lines().count() == 4 && table.starts_with("ID "), "{table}");
    services.terminate().await?;
    let log = std::fs::read_to_string(world.folder.path().join("up.log"))?;
    for key in [&key, &next, &admin] {
        let secret = key.rsplit('_').next().context("no secret")?;
        ensure!(!log.contains(secret), "a secret is in the log");
        ensure!(log.contains(&format!("key=\"{}\"", id(key))), "who asked is not in the log");
    }
    world.stop().await
}

#[tokio::test]
async fn mistakes_with_keys_are_told() -> Result<()> {
    let world = World::start().await?;
    let mut config = world.config("keys")?;
    config.access.anonymous = Scopes::NONE;
    let file = write_config(&config, world.folder.path())?;
    for (arguments, code, words) in [
        (&["keys", "add", "x", "--scope", "raed"][..], 2, "give one of read, feeds, export"),
        (&["keys", "add", "x"], 2, "--scope"),
        (&["keys", "add", " ", "--scope", "read"], 2, "1 to 100 characters"),
        (&["keys", "add", "x", "--scope", "read", "--days", "0"], 2, "1..=36500"),
        (&["keys", "revoke", "xyz"], 2, "16 hex digits"),
        (&["keys", "revoke", "0123456789abcdef"], 3, "there is no key 0123456789abcdef"),
        (&["keys", "rotate", "0123456789abcdef"], 3, "there is no key 0123456789abcdef"),
    ] {
        let output = run(&file, arguments)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(
            output.status.code() == Some(code) && said.contains(words),
            "{arguments:?}: {said}"
        );
    }
    world.stop().await
}
