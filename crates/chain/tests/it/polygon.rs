//! A Polygon node as it really spoke for some minutes: nulls, unknown blocks, and branches that flip.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    process::Command,
    sync::Mutex,
};

use alloy_primitives::{B256, b256};
use chain::{
    ChainError, Client,
    source::{LogFilter, Source},
};
use domain::block::BlockRef;
use serde_json::{Value, json};

use crate::node::{Node, Say};

/// ERC-20 and ERC-721 `Transfer`: in every full block.
const TRANSFER: B256 = b256!("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// One question for a height, and the blocks that were then looked up by hash.
struct Tick {
    number: u64,
    block: Option<Value>,
    ancestors: Vec<Value>,
}

/// The node: time goes on by one recorded question when it is asked for the newest block, or for the height that was
/// asked for next.
struct Session {
    ticks: VecDeque<Tick>,
    /// The branch that shows.
    blocks: HashMap<u64, Value>,
    head: u64,
    /// Answers about a block's logs in their order; the last one stays.
    logs: HashMap<String, VecDeque<Value>>,
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

impl Session {
    fn read(text: &str) -> Self {
        let mut session =
            Self { ticks: VecDeque::new(), blocks: HashMap::new(), head: 0, logs: HashMap::new() };
        for line in text.lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let (request, response) = (&exchange["request"], &exchange["response"]);
            let params = &request["params"];
            match request["method"].as_str().unwrap() {
                "eth_getBlockByNumber" => {
                    let block = Some(response["result"].clone()).filter(Value::is_object);
                    let asked = block.as_ref().map_or(&params[0], |block| &block["number"]);
                    let number = number(asked);
                    // the recorder asked many times a second; two nulls in a row make the point
                    let nulls = session.ticks.iter().rev();
                    let nulls =
                        nulls.take_while(|tick| tick.block.is_none() && tick.number == number);
                    if block.is_none() && nulls.count() >= 2 {
                        continue;
                    }
                    session.ticks.push_back(Tick { number, block, ancestors: Vec::new() });
                }
                "eth_getBlockByHash" => {
                    let tick = session.ticks.back_mut().unwrap();
                    tick.ancestors.push(response["result"].clone());
                }
                _ => {
                    let hash = params[0]["blockHash"].as_str().unwrap().to_owned();
                    session.logs.entry(hash).or_default().push_back(response.clone());
                }
            }
        }
        session.tick();
        session
    }

    /// Time goes on; what was said then.
    fn tick(&mut self) -> Option<Value> {
        let tick = self.ticks.pop_front()?;
        for block in tick.ancestors.into_iter().chain(tick.block.clone()) {
            let at = number(&block["number"]);
            self.head = self.head.max(at);
            self.blocks.insert(at, block);
        }
        tick.block
    }

    fn say(&mut self, method: &str, params: &Value) -> Say {
        match method {
            "eth_getLogs" => {
                let hash = params[0]["blockHash"].as_str().unwrap();
                let Some(answers) = self.logs.get_mut(hash) else {
                    return Say::Error(-32000, "unknown block");
                };
                let answer =
                    if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
                let answer = answer.unwrap();
                match answer["result"].as_array() {
                    Some(logs) => Say::Result(
                        logs.iter()
                            .filter(|log| log["topics"][0] == json!(TRANSFER))
                            .cloned()
                            .collect(),
                    ),
                    None => Say::Error(-32000, "unknown block"),
                }
            }
            _ if params[0] == json!("latest") => {
                self.tick();
                Say::Result(self.blocks[&self.head].clone())
            }
            _ => {
                let wanted = number(&params[0]);
                if wanted > self.head
                    && self.ticks.front().is_some_and(|tick| tick.number == wanted)
                {
                    return Say::Result(self.tick().unwrap_or_default());
                }
                Say::Result(self.blocks.get(&wanted).cloned().unwrap_or_default())
            }
        }
    }
}

fn session(name: &str) -> Option<String> {
    let folder = std::env::var_os("SOOHO_TESTDATA").map(PathBuf::from)?;
    let file = folder.join("polygon_reorg_rpc_sessions").join(name);
    if !file.is_file() {
        return None;
    }
    let output = Command::new("gzip").arg("-dc").arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", file.display());
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Follows to the end of the session: the chain that was believed in the end, and how deep each reorg was.
async fn follow(source: &Source, last: u64) -> (Vec<(BlockRef, usize)>, Vec<usize>) {
    let client = source.client();
    let mut chain: Vec<(BlockRef, usize)> = Vec::new();
    let mut depths = Vec::new();
    let mut next =
        client.block(client.latest_block().await.unwrap().number).await.unwrap().unwrap().number;
    for _ in 0..2_000 {
        let blocks = match source.head_blocks(next, next).await {
            Ok(blocks) => blocks,
            Err(error) => {
                assert!(error.is_transient(), "{error}");
                assert!(matches!(error, ChainError::Missing(_)), "{error}");
                client.latest_block().await.unwrap();
                Vec::new()
            }
        };
        let links = |block: &chain::raw::RawBlock| {
            chain.last().is_none_or(|(tip, _)| tip.hash == block.header.parent_hash)
        };
        if let Some(block) = blocks.first().filter(|block| links(block)) {
            chain.push((block.header, block.logs.len()));
            next += 1;
            if next > last {
                return (chain, depths);
            }
            continue;
        }
        let mut depth = 0;
        while let Some((tip, _)) = chain.last() {
            let there = client.block(tip.number).await.unwrap();
            if there.is_none_or(|there| there.hash == tip.hash) {
                break;
            }
            chain.pop();
            depth += 1;
        }
        if depth > 0 {
            depths.push(depth);
            next -= u64::try_from(depth).unwrap();
        }
    }
    panic!("the session did not end: at {next} of {last}");
}

#[tokio::test]
async fn a_reorg_of_one_block_ends_on_the_canonical_branch() {
    check("polygon_watch1.jsonl.gz", &[1]).await;
}

#[tokio::test]
async fn a_calm_session_has_no_reorg() {
    check("polygon_watch2.jsonl.gz", &[]).await;
}

/// There and back again: the second block of the other branch never had logs to give, so that it was never believed.
#[tokio::test]
async fn a_branch_that_was_left_comes_back() {
    check("polygon_watch3.jsonl.gz", &[1, 1]).await;
}

#[tokio::test]
async fn reorgs_of_three_blocks_end_on_the_canonical_branch() {
    check("polygon_watch4.jsonl.gz", &[3, 3, 1]).await;
}

async fn check(name: &str, expected: &[usize]) {
    let Some(text) = session(name) else {
        #[expect(
            clippy::print_stderr,
            reason = "whoever runs the tests should know what was left out"
        )]
        {
            eprintln!("skipped: set SOOHO_TESTDATA to the folder with the recorded data");
        }
        return;
    };
    // the truth: what the newest block's parents are
    let mut by_hash = HashMap::new();
    let mut logs = HashMap::new();
    let mut newest = Value::Null;
    let (mut nulls, mut unknown) = (0, 0);
    for line in text.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let result = &exchange["response"]["result"];
        match result {
            Value::Object(_) => {
                by_hash.insert(result["hash"].clone(), result.clone());
                newest = result.clone();
            }
            Value::Array(found) => {
                let transfers = found.iter().filter(|log| log["topics"][0] == json!(TRANSFER));
                logs.insert(
                    exchange["request"]["params"][0]["blockHash"].clone(),
                    transfers.count(),
                );
            }
            _ if exchange["response"]["error"].is_object() => unknown += 1,
            _ => nulls += 1,
        }
    }
    let last = number(&newest["number"]);
    let mut truth = Vec::new();
    let mut at = Some(&newest);
    while let Some(block) = at {
        truth.push((block["hash"].clone(), logs.get(&block["hash"]).copied()));
        at = by_hash.get(&block["parentHash"]);
    }
    truth.reverse();

    let session = Mutex::new(Session::read(&text));
    let node =
        Node::start(move |method, params, _| session.lock().unwrap().say(method, params)).await;
    let client = Client::new(7, std::slice::from_ref(&node.url)).unwrap();
    let filter = LogFilter { any_address_topics: vec![TRANSFER], ..LogFilter::default() };
    let (chain, depths) = follow(&Source::new(client.clone(), filter, 1, 1), last).await;
    assert_eq!(depths, expected, "{name}");
    let found =
        chain.iter().map(|(block, logs)| (json!(block.hash), Some(*logs))).collect::<Vec<_>>();
    let begin = truth.len() - found.len();
    assert_eq!(found, truth[begin..], "{name}");
    let stats = client.stats();
    assert!(nulls > 200 && found.len() > 50, "{name}: {nulls} nulls, {} blocks", found.len());
    let missing = stats[0].counts.iter().filter(|((_, outcome), _)| outcome.as_str() == "missing");
    let missing = missing.map(|(_, count)| count.requests).sum::<u64>();
    assert!(unknown == 0 || missing > 0, "{name}: {unknown} unknown blocks, {missing} seen");
}
