//! What sources push: prices as they change, and candles as they close.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use domain::market::Bar;
use futures::Stream;
use tokio::sync::mpsc;

use crate::{metrics::Heard, source::Said};

mod backoff;
mod meter;

pub(crate) use backoff::Backoff;
pub(crate) use meter::{Meter, Wanted};

/// Something that a source pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Which feed, as the configuration names it.
    pub id: Arc<str>,
    /// What it says now. `None`: the candle is of the past, asked for because the connection had missed it.
    pub said: Option<Said>,
    /// A minute that is over. The same may come again.
    pub closed: Option<Bar>,
}

/// How a connection is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamRules {
    /// A connection that says nothing for so long is given up.
    pub silence: Duration,
    /// Before the first attempt to connect again; each further wait is twice as long, less a random part of it.
    pub first_wait: Duration,
    /// The longest wait. A connection that lived so long starts with the first wait again.
    pub longest_wait: Duration,
    /// Updates that wait for their reader. Beyond them prices are dropped, since newer ones follow, and candles wait.
    pub buffer: usize,
}

impl Default for StreamRules {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(60),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            buffer: 1_024,
        }
    }
}

/// Updates as they come. Connects again by itself, and ends with the shutdown it was started with. Whoever drops it ends
/// the connection.
#[derive(Debug)]
pub struct Updates(mpsc::Receiver<Update>);

impl Updates {
    pub(crate) const fn new(receiver: mpsc::Receiver<Update>) -> Self {
        Self(receiver)
    }

    /// The next one; `None` after the shutdown. Safe to cancel: nothing is lost.
    pub async fn next(&mut self) -> Option<Update> {
        self.0.recv().await
    }
}

impl Stream for Updates {
    type Item = Update;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Update>> {
        self.0.poll_recv(context)
    }
}

/// Hands an update on, or drops it: a price alone when the reader is behind; a candle waits for him.
///
/// # Errors
/// [`Gone`] when nobody reads any more.
pub(crate) async fn hand_on(out: &mpsc::Sender<Update>, update: Update) -> Result<Heard, Gone> {
    if update.closed.is_some() {
        return out.send(update).await.map(|()| Heard::Used).map_err(|_| Gone);
    }
    match out.try_send(update) {
        Ok(()) => Ok(Heard::Used),
        Err(mpsc::error::TrySendError::Full(_)) => Ok(Heard::Dropped),
        Err(mpsc::error::TrySendError::Closed(_)) => Err(Gone),
    }
}

/// Nobody reads the updates any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;
