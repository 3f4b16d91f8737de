//! Questions at a steady rate: each has its time, and waits for no other one's answer.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;
use tokio::task::JoinSet;

/// How long answers took, from when the question was due.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Delays {
    pub(super) questions: usize,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) longest: Duration,
}

/// Asks so often a second for so many seconds, and is told the number of the question.
pub(super) async fn steady<F, R>(rate: u32, seconds: u32, ask: F) -> Result<Delays>
where
    F: Fn(u32) -> R,
    R: Future<Output = Result<()>> + Send + 'static,
{
    // connections are made before the clock runs
    for number in 0..rate.min(20) {
        ask(number).await?;
    }
    let (begin, beat) = (Instant::now(), Duration::from_secs(1) / rate);
    let mut asked = JoinSet::new();
    for number in 0..rate * seconds {
        let due = begin + beat * number;
        tokio::time::sleep_until(due.into()).await;
        let answer = ask(number);
        asked.spawn(async move { answer.await.map(|()| due.elapsed()) });
    }
    let mut delays = Vec::new();
    while let Some(ended) = asked.join_next().await {
        delays.push(ended??);
    }
    delays.sort_unstable();
    let at = |percent: usize| {
        let place = (delays.len() * percent).div_ceil(100).saturating_sub(1);
        delays.get(place).copied().context("nothing was asked")
    };
    Ok(Delays { questions: delays.len(), p50: at(50)?, p99: at(99)?, longest: at(100)? })
}
