//! How a question about the newest block is answered: out of what is kept, by waiting for who asks the same, or by asking.

use std::{sync::Arc, time::Duration};

use axum::{
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use domain::{block::BlockRef, ids::ChainId};
use tokio::time::Instant;

use super::{
    Answer, Kept, Pace,
    flights::{Flight, Flights, Heard, Seat},
    give,
    kept::Begun,
    mark, max_age,
};

/// Longest wait for who asks the same.
const PATIENCE: Duration = Duration::from_secs(5);
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// A chain that stands at a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) chain: ChainId,
    pub(crate) block: BlockRef,
    /// What its answers may take, in bytes.
    pub(super) room: usize,
    /// How old the moment may be that requests read at.
    pub(super) hold: Duration,
    /// Before the question was asked.
    pub(super) begun: Begun,
}

/// What was made of a question.
#[derive(Debug)]
pub(crate) struct Made {
    /// For who asked, without tag and age.
    response: Response,
    /// What of it is of a block and of nothing else.
    lasting: Option<(Answer, Of)>,
}

/// Which block an answer is of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    /// The newest when it was read.
    Newest(BlockRef),
    /// An older one that the question names.
    Older,
    /// One of which it cannot be said whether it is the newest.
    Unknown,
}

/// What those who ask share.
#[derive(Debug, Clone, Default)]
pub(super) struct Once {
    pub(super) kept: Arc<Kept>,
    pub(super) pace: Arc<Pace>,
    flights: Flights,
}

impl Made {
    /// For who asked alone, as it is: a refusal, a file, what speaks of more than a block.
    pub(crate) const fn alone(response: Response) -> Self {
        Self { response, lasting: None }
    }

    /// What stands as long as its block is the newest.
    pub(crate) const fn lasting(response: Response, answer: Answer, of: Of) -> Self {
        Self { response, lasting: Some((answer, of)) }
    }
}

impl Once {
    /// The answer to a question; `ask` makes it, if need be.
    pub(super) async fn answered(
        &self,
        asked: &HeaderMap,
        standing: &Standing,
        question: &str,
        ask: impl Future<Output = Made>,
    ) -> Response {
        match self.find(standing, question).await {
            Ok(answer) => {
                let age = self.age(standing, standing.block);
                give(asked, answer.etag.clone(), &age, || answer.response())
            }
            Err(flight) => {
                let made = ask.await;
                self.made(asked, standing, question, made, flight)
            }
        }
    }

    /// What is known, or becomes known meanwhile; else that it has to be asked, and who waits for that.
    async fn find(&self, standing: &Standing, question: &str) -> Result<Answer, Option<Flight>> {
        let Standing { chain, block, room, .. } = standing;
        if *room == 0 {
            return Err(None);
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = self.kept.get(*chain, block, question) {
                return Ok(answer);
            }
            match self.flights.board((*chain, block.hash, question.to_owned())) {
                // another one may have landed since the look at what is kept
                Seat::First(flight) => match self.kept.get(*chain, block, question) {
                    Some(answer) => return Ok(answer),
                    None => return Err(Some(flight)),
                },
                Seat::Behind(waiting) => match waiting.heard(deadline).await {
                    Heard::Answer(answer) => return Ok(answer),
                    // all at once, beside each other
                    Heard::Nothing => return Err(None),
                    Heard::Gone => {}
                },
            }
        }
    }

    fn made(
        &self,
        asked: &HeaderMap,
        standing: &Standing,
        question: &str,
        made: Made,
        flight: Option<Flight>,
    ) -> Response {
        let (mut shared, Made { response, lasting }) = (None, made);
        let age = lasting.as_ref().map(|(answer, of)| match of {
            Of::Newest(block) => {
                let Standing { chain, room, hold, begun, .. } = standing;
                self.kept.saw_lately(*chain, block, *begun, *hold);
                // of no other block: who waits may have come after one who was told of a newer one
                if block.hash == standing.block.hash
                    && self.kept.put(*chain, block, question, answer.clone(), *room)
                {
                    shared = Some(answer.clone());
                }
                self.age(standing, *block)
            }
            Of::Older => self.age(standing, standing.block),
            Of::Unknown => NO_CACHE,
        });
        if let Some(flight) = flight {
            flight.land(shared);
        }
        let (Some((answer, _)), Some(age)) = (lasting, age) else { return response };
        give(asked, answer.etag.clone(), &age, || {
            let mut whole = response;
            mark(&mut whole, answer.etag, &age);
            whole
        })
    }

    /// What caches on the way are told of an answer of this block.
    fn age(&self, standing: &Standing, block: BlockRef) -> HeaderValue {
        max_age(&self.pace, standing.chain, block)
    }
}
