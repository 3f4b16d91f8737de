//! Writing a file: read a part, write it, wait until it is taken, read the next.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use api_kit::{
    answer::Block,
    page::{PageSize, Rows},
    problem::Problem,
};
use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures::StreamExt as _;
use serde::Serialize;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};
use tracing::Instrument as _;

use super::{
    Exports, Format, Part, Table, Wish, encode::Encoder, head, metrics::End, places::Place,
    standing,
};
use crate::read::as_of::At;

/// Rows that are read at once.
pub(super) const PART: u32 = 1_000;
/// Bytes that are handed on at once.
const PIECE: usize = 64 << 10;
/// Pieces that wait to be taken.
const WAITING: usize = 2;
const TAKEN_BACK: &str = "BLOCK_TAKEN_BACK";
/// It is looked so often whether the block was taken back.
const LOOK: Duration = Duration::from_secs(1);
/// The same while nothing is taken; within this nobody can have forgotten which blocks there were.
const WATCH: Duration = Duration::from_secs(5);
/// Who takes nothing for so long is cut off, so that its place is free.
const IDLE: Duration = Duration::from_secs(15);
/// Who takes nothing for so long after the time is over is cut off.
const GRACE: Duration = Duration::from_secs(5);
/// What was written gets on its way before the connection is cut.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// A piece of a file.
enum Piece {
    Text(Bytes),
    /// All that there is was given. Without it the body is cut.
    End,
}

/// The last line of NDJSON.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Last<'a> {
    End { rows: u64, block: Block, complete: bool, next: Option<&'a str> },
    Error { code: &'static str, detail: &'a str },
}

struct Job<F> {
    exports: Exports,
    format: Format,
    table: Table,
    encoder: Encoder,
    at: At,
    read: F,
    /// Rows that may be written.
    most: u64,
    /// Whether the request says so.
    named: bool,
    /// When no further part is read.
    until: Instant,
    /// When it was looked last whether the block stands.
    looked: Mutex<Instant>,
    out: mpsc::Sender<Piece>,
    _place: Place,
}

/// Begins a file. What fails before the first row is an ordinary answer.
pub(super) async fn start<T, F, R>(
    wish: Wish,
    table: Table,
    at: At,
    (part, first): (Part, Option<u32>),
    read: F,
) -> Result<Response, Problem>
where
    T: Serialize + Send + Sync + 'static,
    F: Fn(At, Part) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Rows<T>, Problem>> + Send + 'static,
{
    wish.check_end()?;
    let Wish { format, exports, client, .. } = wish;
    let place = exports.places.take(client)?;
    let settings = exports.deps.export;
    let until = Instant::now() + settings.max_time;
    let rows = read(at.clone(), part).await?;
    let (out, pieces) = mpsc::channel(WAITING);
    let response = head::response(format, &table, &at, body(pieces));
    let encoder = Encoder::new(format, &table);
    let (most, named) = (first.unwrap_or(settings.max_rows).into(), first.is_some());
    let looked = Mutex::new(Instant::now());
    let job = Job {
        exports,
        format,
        table,
        encoder,
        at,
        read,
        most,
        named,
        until,
        looked,
        out,
        _place: place,
    };
    tokio::spawn(job.run(rows).in_current_span());
    Ok(response)
}

/// The pieces as a body that fails if they end too early.
fn body(pieces: mpsc::Receiver<Piece>) -> Body {
    let next = async |pieces: Option<mpsc::Receiver<Piece>>| {
        let mut pieces = pieces?;
        match pieces.recv().await {
            Some(Piece::Text(text)) => Some((Ok(text), Some(pieces))),
            Some(Piece::End) => None,
            None => {
                sleep(LAST_WORDS).await;
                Some((Err(io::Error::other("the export was cut off")), None))
            }
        }
    };
    // compression asks again after the end
    Body::from_stream(futures::stream::unfold(Some(pieces), next).fuse())
}

impl<T, F, R> Job<F>
where
    T: Serialize + Send + Sync + 'static,
    F: Fn(At, Part) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Rows<T>, Problem>> + Send + 'static,
{
    async fn run(self, first: Rows<T>) {
        let _counted = self.exports.metrics.began();
        let shutdown = self.exports.deps.shutdown.clone();
        let end = tokio::select! {
            Ok(end) | Err(end) = self.write(first) => end,
            () = self.out.closed() => End::Gone,
            () = self.gone() => End::Failed,
            () = shutdown.cancelled() => End::Stopped,
            () = sleep_until(self.until + GRACE) => End::Late,
        };
        self.exports.metrics.ended(&self.table.name, self.format, end);
        tracing::debug!(list = self.table.name, ?end, "an export ended");
    }

    /// An error where it could not be given to its end.
    async fn write(&self, mut rows: Rows<T>) -> Result<End, End> {
        self.send(self.encoder.head()).await?;
        let mut written = 0;
        loop {
            let next = rows.next();
            let count = rows.rows.len();
            let text = self.encoder.rows(&rows);
            // what is written is not kept while it is waited for the reader
            drop(rows);
            self.send(text).await?;
            written += count as u64;
            self.exports.metrics.wrote(&self.table.name, self.format, count);
            let over = written >= self.most || Instant::now() >= self.until;
            if (over || next.is_none() || self.last_look() >= LOOK)
                && let Err(problem) = self.look().await
            {
                return self.fail(&problem).await;
            }
            let Some(next) = next else { return self.end(written, None).await };
            if over {
                return self.end(written, Some(&next)).await;
            }
            let left = u32::try_from(self.most - written).unwrap_or(PART);
            let part = Part { size: PageSize::part(left.min(PART)), after: Some(next) };
            rows = match (self.read)(self.at.clone(), part).await {
                Ok(rows) => rows,
                Err(problem) => return self.fail(&problem).await,
            };
        }
    }

    /// Waits until the block is taken back while its reader takes nothing.
    async fn gone(&self) {
        loop {
            sleep(WATCH).await;
            if self.last_look() >= WATCH
                && self.look().await.is_err_and(|problem| problem.code() == TAKEN_BACK)
            {
                return;
            }
        }
    }

    fn last_look(&self) -> Duration {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    async fn look(&self) -> Result<(), Problem> {
        let (chain, block) = (self.at.snapshot().chain(), self.at.block());
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if standing::taken_back(&self.exports.deps.reader, chain, block).await? {
            let detail = format!(
                "block {} was taken back while the file was written; ask again",
                block.number
            );
            return Err(Problem::unavailable(TAKEN_BACK, detail));
        }
        Ok(())
    }

    /// The end of the list, or of what is given at once; `next` is where to go on.
    async fn end(&self, rows: u64, next: Option<&str>) -> Result<End, End> {
        let block = self.at.block().into();
        let last = Last::End { rows, block, complete: next.is_none(), next };
        self.send(self.encoder.line(&last)).await?;
        // CSV cannot say that more follows, unless that is what was asked for
        let is_whole = next.is_none() || (self.named && rows >= self.most);
        if is_whole || self.format == Format::Ndjson {
            self.hand_on(Piece::End).await?;
        }
        Ok(if next.is_none() { End::Complete } else { End::Bound })
    }

    async fn fail(&self, problem: &Problem) -> Result<End, End> {
        let last = Last::Error { code: problem.code(), detail: problem.detail() };
        self.send(self.encoder.line(&last)).await?;
        Ok(End::Failed)
    }

    /// An error when nobody takes it, or it cannot be written.
    async fn send(&self, text: io::Result<Bytes>) -> Result<(), End> {
        let mut text = text.map_err(|error| {
            tracing::error!(%error, "an export cannot be written");
            End::Failed
        })?;
        while !text.is_empty() {
            let piece = text.split_to(text.len().min(PIECE));
            self.hand_on(Piece::Text(piece)).await?;
        }
        Ok(())
    }

    async fn hand_on(&self, piece: Piece) -> Result<(), End> {
        match timeout(IDLE, self.out.send(piece)).await {
            Ok(taken) => taken.map_err(|_| End::Gone),
            Err(_) => Err(End::Idle),
        }
    }
}
