//! The line that says how far chain and index are.

use std::time::{Duration, Instant};

use super::interrupt::Interrupt;
use super::ports::Ports;
use super::start::Running;
use super::wait::pause;
use super::{http, json};
use crate::error::Result;
use crate::say;

const EACH_ON_TERMINAL: Duration = Duration::from_secs(1);
const EACH_IN_LOG: Duration = Duration::from_secs(10);
const HEAD_REQUEST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}"#;

/// Shows the line until Ctrl-C comes (fine) or a child ends (an error).
pub fn follow(ports: &Ports, interrupt: &Interrupt, running: &mut Running) -> Result<()> {
    let terminal = say::on_terminal();
    let each = if terminal { EACH_ON_TERMINAL } else { EACH_IN_LOG };
    let mut last: Option<Instant> = None;
    let outcome = loop {
        if interrupt.is_raised() {
            break Ok(());
        }
        if let Err(error) = running.all_alive() {
            break Err(error);
        }
        if last.is_none_or(|last| last.elapsed() >= each) {
            last = Some(Instant::now());
            let line = line(*ports);
            if terminal { say::status(&line) } else { say::line(&line) }
        }
        pause();
    };
    if terminal {
        say::end_status();
    }
    outcome
}

/// The number of the chain's newest block.
pub fn head(ports: Ports) -> Option<u64> {
    let answer = http::post(ports.chain, "/", HEAD_REQUEST)?;
    u64::from_str_radix(json::value(&answer.body, "result")?.strip_prefix("0x")?, 16).ok()
}

/// The number of the newest block that can be asked about.
pub fn indexed(ports: Ports) -> Option<u64> {
    json::value(&http::get(ports.serving, "/status")?.body, "number")?.parse().ok()
}

fn line(ports: Ports) -> String {
    let status = http::get(ports.serving, "/status").map(|answer| answer.body).unwrap_or_default();
    let shown = |key| json::value(&status, key).unwrap_or("?");
    format!(
        "chain at block {}, index at block {}: {} pools, {} swaps, {} NFT transfers  (Ctrl-C stops)",
        head(ports).map_or_else(|| "?".to_owned(), |head| head.to_string()),
        shown("number"),
        shown("pools"),
        shown("swaps"),
        shown("nftTransfers"),
    )
}
