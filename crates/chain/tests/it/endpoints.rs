//! Failover, hedging, limits and retries.

use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256, Bytes};
use chain::{ChainError, Client, stats::Outcome};
use serde_json::json;

use crate::node::{Node, Say, header};

fn client(nodes: &[&Node]) -> Client {
    Client::new(7, &nodes.iter().map(|node| node.url.clone()).collect::<Vec<_>>()).unwrap()
}

async fn call(client: &Client) -> Result<Bytes, ChainError> {
    client.call(Address::ZERO, Bytes::new(), B256::ZERO).await
}

fn count(client: &Client, endpoint: usize, outcome: Outcome) -> u64 {
    let stats = client.stats();
    let counts = stats[endpoint].counts.iter().filter(|((_, found), _)| *found == outcome);
    counts.map(|(_, count)| count.requests).sum()
}

#[tokio::test]
async fn passing_faults_are_tried_again_whatever_they_look_like() {
    for (what, fault) in [
        ("503", (|| Say::Status(503, vec![])) as fn() -> Say),
        ("500", || Say::Status(500, vec![])),
        ("429", || Say::Status(429, vec![("retry-after", "0")])),
        ("truncated", || Say::Text(r#"{"jsonrpc":"2.0","id":1,"resu"#)),
        ("html", || Say::Text("<html>bad gateway</html>")),
        ("foreign id", || Say::Text(r#"{"jsonrpc":"2.0","id":99,"result":"0x01"}"#)),
        ("header not found", || Say::Error(-32000, "header not found")),
        ("internal error", || Say::Error(-32603, "internal error")),
        ("rate limit", || Say::Error(-32005, "daily request count exceeded, request rate limited")),
    ] {
        let node = Node::start(move |_, _, before| match before {
            0 | 1 => fault(),
            _ => Say::Result(json!("0x01")),
        })
        .await;
        assert_eq!(call(&client(&[&node])).await, Ok(Bytes::from([1])), "{what}");
        assert_eq!(node.seen(), 3, "{what}");
    }
}

#[tokio::test]
async fn lasting_faults_are_not_tried_again() {
    for (fault, expected) in [
        ((|| Say::Error(3, "execution reverted: rate limit")) as fn() -> Say, "reverted"),
        (|| Say::Error(-32602, "invalid argument 0"), "refuses the request"),
        (|| Say::Error(-32601, "the method does not exist"), "refuses the request"),
        (|| Say::Status(401, vec![]), "refuses the request"),
    ] {
        let node = Node::start(move |_, _, _| fault()).await;
        let error = call(&client(&[&node])).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.is_transient() && node.seen() == 1, "{error}: {}", node.seen());
    }
}

#[tokio::test]
async fn errors_name_their_endpoint_and_nothing_that_may_be_a_key() {
    for (fault, expected) in [
        ((|| Say::Status(404, vec![])) as fn() -> Say, "HTTP 404 Not Found: no"),
        (|| Say::Error(-32601, "the method does not exist"), "the method does not exist"),
        (|| Say::Error(-32000, "header not found"), "header not found"),
        (|| Say::Error(-32603, "internal error"), "internal error"),
    ] {
        let node = Node::start(move |_, _, _| fault()).await;
        let url = format!("{}/?secret", node.url);
        let client = Client::new(7, &[url]).unwrap();
        let error = call(&client).await.unwrap_err().to_string();
        assert!(error.contains(&format!("{}: {expected}", node.url)), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    // what is not there is said of somebody, too
    let node = Node::start(|_, _, _| Say::Result(json!(null))).await;
    let error = client(&[&node]).blocks(&[5]).await.unwrap_err();
    assert!(error.to_string().contains(&format!("{}: eth_getBlock", node.url)), "{error}");
    // a path at which nobody serves answers without a word
    let client = Client::new(7, &[format!("{}/secret", node.url)]).unwrap();
    let error = call(&client).await.unwrap_err().to_string();
    assert!(error.ends_with(&format!("{}: HTTP 404 Not Found", node.url)), "{error}");
}

#[tokio::test]
async fn a_dead_endpoint_costs_one_attempt_and_is_left_alone_afterwards() {
    let dead = "http://127.0.0.1:9".to_owned();
    let node = Node::start(|_, _, _| Say::Result(json!("0x02"))).await;
    let client = Client::new(7, &[dead, node.url.clone()]).unwrap();
    for _ in 0..20 {
        assert_eq!(call(&client).await, Ok(Bytes::from([2])));
    }
    assert!(count(&client, 0, Outcome::Failed) <= 2, "{:?}", client.stats());
    assert!(!client.stats()[0].is_healthy && client.stats()[1].is_healthy);
    let alone = Client::new(7, &["http://127.0.0.1:9".to_owned()]).unwrap();
    let error = call(&alone).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("cannot connect"), "{error}");
}

#[tokio::test]
async fn an_endpoint_of_another_chain_is_passed_over_and_named_when_alone() {
    let node = Node::start(|_, _, _| Say::Result(json!("0x02"))).await;
    let error = call(&Client::new(8, std::slice::from_ref(&node.url)).unwrap()).await.unwrap_err();
    assert!(matches!(error, ChainError::WrongChain { expected: 8, actual: 7, .. }), "{error}");
    assert!(!error.is_transient());
    // a server for chain 8 beside it
    let right = Node::start(|_, _, _| Say::Result(json!("0x03"))).await;
    let client = Client::new(7, &[format!("{}/nowhere", node.url), right.url.clone()]).unwrap();
    assert_eq!(call(&client).await, Ok(Bytes::from([3])), "a path without service");
}

#[tokio::test]
async fn a_second_endpoint_is_asked_when_the_first_is_unusually_slow() {
    let slow = Node::start(|_, _, before| match before {
        0..20 => Say::Result(json!("0x01")),
        _ => Say::Late(Duration::from_secs(20), json!("0x01")),
    })
    .await;
    let quick = Node::start(|_, _, _| Say::Result(json!("0x02"))).await;
    let client = client(&[&slow, &quick]);
    for _ in 0..20 {
        assert_eq!(call(&client).await, Ok(Bytes::from([1])));
    }
    assert_eq!(quick.seen(), 0, "asked without need");
    let started = Instant::now();
    assert_eq!(call(&client).await, Ok(Bytes::from([2])));
    assert!(started.elapsed() < Duration::from_secs(10), "it was waited for the slow one");
    assert_eq!(count(&client, 0, Outcome::Overtaken), 1, "{:?}", client.stats());
}

#[tokio::test]
async fn complaints_lower_the_pace_of_that_endpoint() {
    let node = Node::start(|_, _, before| match before {
        40 => Say::Status(429, vec![("retry-after", "1")]),
        _ => Say::Result(json!("0x01")),
    })
    .await;
    let client = client(&[&node]);
    for _ in 0..40 {
        call(&client).await.unwrap();
    }
    assert_eq!(client.stats()[0].rate_limit, None);
    let started = Instant::now();
    assert_eq!(call(&client).await, Ok(Bytes::from([1])));
    assert!(started.elapsed() >= Duration::from_secs(1), "Retry-After was not honoured");
    let stats = &client.stats()[0];
    assert!(stats.rate_limit.is_some_and(|rate| rate <= 25.0), "{stats:?}");
    assert!(stats.concurrency_limit < 20.0, "{stats:?}");
    assert_eq!(count(&client, 0, Outcome::TooOften), 1);
}

#[tokio::test]
async fn batches_shrink_where_they_are_refused_and_only_failures_are_asked_again() {
    let node = Node::start(|_, params, before| match before {
        0 => Say::Text(
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}"#,
        ),
        10 => Say::Error(-32603, "internal error"),
        _ => {
            let number = params[0].as_str().unwrap().trim_start_matches("0x").to_owned();
            Say::Result(header(u64::from_str_radix(&number, 16).unwrap(), 1))
        }
    })
    .await;
    let numbers = (100..140).collect::<Vec<u64>>();
    let found = client(&[&node]).blocks(&numbers).await.unwrap();
    assert_eq!(found.iter().map(|block| block.number).collect::<Vec<_>>(), numbers);
    // the refused batch ended at its first call; one call was asked twice
    assert_eq!(node.seen(), 1 + 40 + 1);
}

#[tokio::test]
async fn a_block_that_was_just_announced_is_waited_for() {
    let node = Node::start(|_, _, before| match before {
        0..3 => Say::Result(json!(null)),
        _ => Say::Result(header(5, 1)),
    })
    .await;
    let client = client(&[&node]);
    assert_eq!(client.blocks(&[5]).await.unwrap()[0].number, 5);
    let none = Node::start(|_, _, _| Say::Result(json!(null))).await;
    let client = self::client(&[&none]);
    assert_eq!(
        client.block(5).await,
        Ok(None),
        "whether a block is there is a question of its own"
    );
    assert_eq!(none.seen(), 1);
    assert!(matches!(client.blocks(&[5]).await, Err(ChainError::Missing(_))));
}

#[tokio::test]
async fn the_endpoint_that_has_the_head_is_asked_rather_than_one_behind() {
    let at = |head: u64| {
        Node::start(move |_, params, _| match params[0].as_str() {
            Some("latest") => Say::Result(header(head, 1)),
            Some(number) => {
                let number = u64::from_str_radix(number.trim_start_matches("0x"), 16).unwrap();
                Say::Result(if number > head { json!(null) } else { header(number, 1) })
            }
            None => Say::Error(-32602, "what?"),
        })
    };
    let (ahead, behind) = (at(110).await, at(105).await);
    let client = client(&[&ahead, &behind]);
    assert_eq!(client.latest_block().await.unwrap().number, 110);
    drop(ahead);
    // the one that is left is behind: it says what it has, and what it has not is missing, not another branch
    assert_eq!(client.latest_block().await.unwrap().number, 105);
    assert_eq!(client.block(110).await, Ok(None));
    assert_eq!(client.block(105).await.unwrap().map(|block| block.number), Some(105));

    let (behind, ahead) = (at(105).await, at(110).await);
    let client = self::client(&[&behind, &ahead]);
    assert_eq!(client.latest_block().await.unwrap().number, 105, "nobody knows better yet");
    // missing at the first, found at the second
    assert_eq!(client.blocks(&[108]).await.unwrap()[0].number, 108);
}
