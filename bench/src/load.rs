//! As many questions as a server bears: connections that ask again as soon as they are answered. The requests are made
//! beforehand, and of an answer only its status and its length are read, so that little of the machine goes into asking.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

#[cfg(test)]
mod tests;

/// Connections.
pub const AT_ONCE: usize = 16;
/// Longest head of an answer.
const HEAD: usize = 64 << 10;

/// A `GET` as bytes.
#[must_use]
pub fn get(host: SocketAddr, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: */*\r\n\r\n").into_bytes()
}

/// A `POST` of JSON as bytes.
#[must_use]
pub fn post(host: SocketAddr, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Answers per second, all requests in turn.
///
/// # Errors
/// When an answer is no success, or the connection ends.
pub async fn flood(host: SocketAddr, requests: Vec<Vec<u8>>, time: Duration) -> Result<f64> {
    Ok(timed(host, requests, time).await?.per_second)
}

/// What came of asking for a while.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Flood {
    /// Answers.
    pub answers: usize,
    /// Answers per second.
    pub per_second: f64,
    /// Time of half of the answers, at most.
    pub p50: Duration,
    /// Time of 99 % of them.
    pub p99: Duration,
}

impl Flood {
    /// Of the times of single answers.
    ///
    /// # Errors
    /// When there are none.
    pub fn of(mut times: Vec<Duration>, all: Duration) -> Result<Self> {
        times.sort_unstable();
        let count = times.len();
        let at = |percent: usize| times.get((count * percent / 100).min(count.saturating_sub(1)));
        let (Some(p50), Some(p99)) = (at(50).copied(), at(99).copied()) else {
            bail!("no answers");
        };
        let per_second = f64::from(u32::try_from(count)?) / all.as_secs_f64();
        Ok(Self { answers: count, per_second, p50, p99 })
    }
}

/// The same, and how long single answers took.
///
/// # Errors
/// As [`flood`].
pub async fn timed(host: SocketAddr, requests: Vec<Vec<u8>>, time: Duration) -> Result<Flood> {
    ensure!(!requests.is_empty(), "nothing to ask");
    let requests = Arc::new(requests);
    let begun = Instant::now();
    let mut connections = JoinSet::new();
    for number in 0..AT_ONCE {
        connections.spawn(ask(host, Arc::clone(&requests), number, begun + time));
    }
    let mut times = Vec::new();
    while let Some(ended) = connections.join_next().await {
        times.append(&mut ended??);
    }
    Flood::of(times, begun.elapsed())
}

async fn ask(
    host: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    first: usize,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(HEAD);
    let mut times = Vec::new();
    for request in requests.iter().cycle().skip(first % requests.len()) {
        let asked = Instant::now();
        if asked >= until {
            break;
        }
        stream.write_all(request).await?;
        answer(&mut stream, &mut buffer).await?;
        times.push(asked.elapsed());
    }
    Ok(times)
}

/// Reads one answer to its end.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    let (head, body) = loop {
        ensure!(stream.read_buf(buffer).await? > 0, "the server closed the connection");
        if let Some(found) = head(buffer)? {
            break found;
        }
        ensure!(buffer.len() < HEAD, "an answer without end of its head");
    };
    while buffer.len() < head + body {
        ensure!(stream.read_buf(buffer).await? > 0, "the server closed the connection");
    }
    Ok(())
}

/// Lengths of head and body, once the head is there.
fn head(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let mut lines = text.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 200") {
        bail!("the server answers {status}");
    }
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .context("an answer that does not tell its length")?;
    Ok(Some((end + 4, length.1.trim().parse()?)))
}
