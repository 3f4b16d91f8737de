//! Equal questions at one block that are under way at the same time: one asks, the others wait for what it hears.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::B256;
use domain::ids::ChainId;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use super::Answer;

/// Chain, hash of the block, question.
pub(super) type Key = (ChainId, B256, String);

/// What the others are told: the answer, or that it is none for them.
type Landed = Option<Option<Answer>>;

/// What is under way.
#[derive(Debug, Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<Key, watch::Receiver<Landed>>>>);

/// What a question comes to.
pub(super) enum Seat {
    /// Nobody asks it: whoever has this does.
    First(Flight),
    /// Somebody does.
    Behind(Waiting),
}

/// A question that is asked; dropped, one of those who wait asks it.
pub(super) struct Flight {
    flights: Flights,
    key: Key,
    sender: watch::Sender<Landed>,
}

/// A question that somebody else asks.
pub(super) struct Waiting(watch::Receiver<Landed>);

/// What is heard of it.
pub(super) enum Heard {
    Answer(Answer),
    /// There is none to be shared, or not in time: ask.
    Nothing,
    /// Who asked went away.
    Gone,
}

impl Flights {
    pub(super) fn board(&self, key: Key) -> Seat {
        let mut going = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(landed) = going.get(&key) {
            return Seat::Behind(Waiting(landed.clone()));
        }
        let (sender, landed) = watch::channel(None);
        going.insert(key.clone(), landed);
        Seat::First(Flight { flights: self.clone(), key, sender })
    }
}

impl Flight {
    /// Tells the others.
    pub(super) fn land(self, answer: Option<Answer>) {
        self.sender.send_replace(Some(answer));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        // who comes from now on asks anew, or finds what is kept
        self.flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Waiting {
    pub(super) async fn heard(mut self, deadline: Instant) -> Heard {
        match timeout_at(deadline, self.0.wait_for(Option::is_some)).await {
            Ok(Ok(landed)) => landed.clone().flatten().map_or(Heard::Nothing, Heard::Answer),
            Ok(Err(_)) => Heard::Gone,
            Err(_) => Heard::Nothing,
        }
    }
}
