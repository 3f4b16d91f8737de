//! Identical questions at the same time are asked once: whoever comes later shares the answer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};

use super::call::Answer;
use crate::error::MarketError;

type Outcome = Result<Answer, MarketError>;
type Flight = BoxFuture<'static, Outcome>;

/// By URL. A question lives as long as somebody waits for it: nobody's leaving ends it for the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Flights(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    flights: HashMap<String, (u64, WeakShared<Flight>)>,
    next: u64,
}

impl Flights {
    /// The flight of this URL and whether it was under way already.
    pub(super) fn join(&self, url: &str, start: impl FnOnce() -> Flight) -> (Shared<Flight>, bool) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = table.flights.get(url).and_then(|(_, flight)| flight.upgrade());
        if let Some(flight) = under_way.filter(|flight| flight.peek().is_none()) {
            return (flight, true);
        }
        let number = table.next;
        table.next += 1;
        let landing = Landing { flights: self.clone(), url: url.to_owned(), number };
        let flight = start();
        let flight = async move {
            let _landing = landing;
            flight.await
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            table.flights.insert(url.to_owned(), (number, weak));
        }
        (flight, false)
    }
}

/// Takes the flight off the table when it is over, or when nobody waits for it any more.
struct Landing {
    flights: Flights,
    url: String,
    number: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut table = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        // the next flight of this URL may have started
        if table.flights.get(&self.url).is_some_and(|(number, _)| *number == self.number) {
            table.flights.remove(&self.url);
        }
    }
}
