//! How something is asked: failover, a second endpoint when the first is slow, bounded retries with backoff and jitter,
//! batches that shrink where they are refused.

use std::{sync::atomic::Ordering, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    client::{BATCH, Client},
    endpoint::Endpoint,
    error::{Cause, ChainError, Fault},
};

/// Attempts per request before the caller hears of it.
const ATTEMPTS: u32 = 5;
/// The same while the endpoint only asks for patience.
const PATIENT_ATTEMPTS: u32 = 20;
const FIRST_BACKOFF: Duration = Duration::from_millis(60);
/// The same for a block that is not there yet: it is a matter of moments.
const FIRST_BACKOFF_FOR_BLOCKS: Duration = Duration::from_millis(25);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);
/// Batches of one request under way at once.
const BATCHES: usize = 4;

/// A question without its parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    /// Rather an endpoint that has this block.
    pub(super) prefer: Option<u64>,
    /// Only an endpoint that says to have come to this block.
    pub(super) confirm: Option<u64>,
    /// Whether any endpoint will do, the least busy one best.
    pub(super) spread: bool,
}

impl Ask {
    pub(super) const fn new(method: &'static str) -> Self {
        Self { method, prefer: None, confirm: None, spread: false }
    }
}

/// What an attempt brought, and from whom.
struct Attempt<T> {
    endpoint: usize,
    outcome: Result<Vec<Result<T, Fault>>, Fault>,
}

/// What was tried so far.
#[derive(Default)]
struct Tries {
    failures: u32,
    complaints: u32,
    /// Endpoints that failed, until all have.
    failed: Vec<usize>,
}

impl Client {
    /// One answer, and the position of the endpoint that gave it.
    pub(super) async fn one_of<T>(&self, ask: &Ask, params: Value) -> Result<(T, usize), ChainError>
    where
        T: DeserializeOwned + Send,
    {
        self.one_raw(ask, &params.to_string()).await
    }

    pub(super) async fn one_raw<T>(&self, ask: &Ask, params: &str) -> Result<(T, usize), ChainError>
    where
        T: DeserializeOwned + Send,
    {
        let (mut answers, endpoint) = self.exchange(ask, &[params], |_: &T| None).await?;
        let answer = answers.pop().unwrap_or_else(|| Err(ChainError::Missing("an answer".into())));
        answer.map(|answer| (answer, endpoint))
    }

    /// One answer per set of parameters; transient failures of single ones are asked again.
    pub(super) async fn many<T>(
        &self,
        ask: &Ask,
        params: &[String],
    ) -> Result<Vec<Result<T, ChainError>>, ChainError>
    where
        T: DeserializeOwned + Send,
    {
        self.batches(ask, params, |_: &T| None).await
    }

    /// As [`Client::many`], where `null` means that something is not there yet.
    pub(super) async fn present<T>(
        &self,
        ask: &Ask,
        params: &[String],
    ) -> Result<Vec<T>, ChainError>
    where
        T: DeserializeOwned + Send,
    {
        let method = ask.method;
        let absent = move |answer: &Option<T>| {
            answer.is_none().then(|| ChainError::Missing(format!("{method} gives null")))
        };
        let answers = self.batches(ask, params, absent).await?;
        answers
            .into_iter()
            .map(|answer| {
                answer?.ok_or_else(|| ChainError::Missing(format!("{method} gives null")))
            })
            .collect()
    }

    async fn batches<T, F>(
        &self,
        ask: &Ask,
        params: &[String],
        wrong: F,
    ) -> Result<Vec<Result<T, ChainError>>, ChainError>
    where
        T: DeserializeOwned + Send,
        F: Fn(&T) -> Option<ChainError> + Copy,
    {
        let chunks = params.chunks(BATCH).map(|chunk| async move {
            let chunk = chunk.iter().map(String::as_str).collect::<Vec<_>>();
            match self.exchange(ask, &chunk, wrong).await {
                Ok((answers, _)) => Ok(answers),
                // of a single question there is no other fault than its own
                Err(error) if chunk.len() == 1 => Ok(vec![Err(error)]),
                Err(error) => Err(error),
            }
        });
        let parts = stream::iter(chunks.collect::<Vec<_>>()).buffered(BATCHES);
        parts.try_concat().await
    }

    /// Asks until each is answered for good or has failed too often. `wrong` finds fault with answers.
    async fn exchange<T, F>(
        &self,
        ask: &Ask,
        params: &[&str],
        wrong: F,
    ) -> Result<(Vec<Result<T, ChainError>>, usize), ChainError>
    where
        T: DeserializeOwned + Send,
        F: Fn(&T) -> Option<ChainError>,
    {
        let mut answers = std::iter::repeat_with(|| None).take(params.len()).collect::<Vec<_>>();
        let mut open = (0..params.len()).collect::<Vec<_>>();
        let mut tries = Tries::default();
        let mut last = 0;
        while !open.is_empty() {
            let size = open.len().min(self.inner.batch.load(Ordering::Relaxed).max(1));
            let sent = open.iter().take(size).filter_map(|slot| params.get(*slot).copied());
            let Attempt { endpoint, outcome } =
                self.attempt::<T>(ask, &sent.collect::<Vec<_>>(), &tries.failed).await;
            last = endpoint;
            let outcome = match outcome {
                Ok(outcome) => outcome,
                Err(fault) if size > 1 && wants_smaller_batch(&fault) => {
                    let smaller = (size / 2).max(1);
                    tracing::info!(size, smaller, error = %fault.error, "sending smaller batches");
                    self.inner.batch.fetch_min(smaller, Ordering::Relaxed);
                    continue;
                }
                Err(fault) => {
                    self.again(ask, &mut tries, endpoint, fault).await?;
                    continue;
                }
            };
            let mut unanswered = None;
            let mut still_open = Vec::new();
            for (slot, outcome) in open.iter().take(size).zip(outcome) {
                let outcome = outcome.and_then(|answer| match wrong(&answer) {
                    Some(error) => Err(self.named(endpoint, error)),
                    None => Ok(answer),
                });
                match outcome {
                    Err(fault) if fault.error.is_transient() => {
                        still_open.push(*slot);
                        unanswered = Some(fault);
                    }
                    outcome => {
                        if let Some(answer) = answers.get_mut(*slot) {
                            *answer = Some(outcome.map_err(|fault| fault.error));
                        }
                    }
                }
            }
            let answered = size - still_open.len();
            still_open.extend(open.iter().skip(size));
            open = still_open;
            if let Some(fault) = unanswered {
                let error = fault.error.clone();
                if answered > 0 && tries.failures > 0 {
                    tries.failures -= 1;
                }
                if let Err(end) = self.again(ask, &mut tries, endpoint, fault).await {
                    if params.len() == 1 {
                        return Err(end);
                    }
                    for slot in open.drain(..) {
                        if let Some(answer) = answers.get_mut(slot) {
                            *answer = Some(Err(error.clone()));
                        }
                    }
                }
            }
        }
        let lost = || Err(ChainError::Unavailable("an answer was lost".into()));
        Ok((answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect(), last))
    }

    fn named(&self, endpoint: usize, error: ChainError) -> Fault {
        let fault = Fault::from(error);
        match self.endpoints().get(endpoint) {
            Some(endpoint) => fault.of_endpoint(&endpoint.name),
            None => fault,
        }
    }

    /// One attempt; a second endpoint is asked the same when the first takes unusually long.
    async fn attempt<T>(&self, ask: &Ask, params: &[&str], failed: &[usize]) -> Attempt<T>
    where
        T: DeserializeOwned + Send,
    {
        let (ranked, fit) = self.ranked(ask, failed);
        let mut ranked = ranked.into_iter().filter_map(|at| Some((at, self.endpoints().get(at)?)));
        let Some((first, endpoint)) = ranked.next() else {
            let outcome = Err(Fault::unavailable("no endpoint is configured"));
            return Attempt { endpoint: 0, outcome };
        };
        let one = ask_one::<T>(ask, params, first, endpoint);
        let Some((second, other)) = ranked.next().filter(|_| fit > 1) else { return one.await };
        tokio::pin!(one);
        tokio::select! {
            attempt = &mut one => return attempt,
            () = tokio::time::sleep(endpoint.patience(ask.method)) => {}
        }
        let two = ask_one::<T>(ask, params, second, other);
        tokio::pin!(two);
        tokio::select! {
            attempt = &mut one => if is_good(&attempt) { attempt } else { two.await },
            attempt = &mut two => if is_good(&attempt) { attempt } else { one.await },
        }
    }

    /// Waits before the next attempt, or gives up.
    async fn again(
        &self,
        ask: &Ask,
        tries: &mut Tries,
        endpoint: usize,
        fault: Fault,
    ) -> Result<(), ChainError> {
        let count = self.endpoints().len();
        if matches!(fault.error, ChainError::Missing(_))
            && let (Some(height), Some(endpoint)) = (ask.prefer, self.endpoints().get(endpoint))
        {
            endpoint.health.lacked(height);
        }
        if !tries.failed.contains(&endpoint) {
            tries.failed.push(endpoint);
        }
        // what one endpoint refuses, or cannot do, another may do
        let all_failed = tries.failed.len() >= count;
        let elsewhere =
            matches!(fault.error, ChainError::WrongChain { .. } | ChainError::Refused(_));
        if elsewhere && !all_failed {
            return Ok(());
        }
        if !fault.error.is_transient() {
            return Err(fault.error);
        }
        let complained = matches!(fault.cause, Cause::TooOften(_));
        if complained {
            tries.complaints += 1;
        } else {
            tries.failures += 1;
        }
        if tries.failures >= ATTEMPTS || tries.complaints >= PATIENT_ATTEMPTS {
            return Err(fault.error);
        }
        tracing::debug!(method = ask.method, attempt = tries.failures, error = %fault.error, "trying again");
        // somebody else is asked at once; the limiter of whoever complained makes us wait by itself
        if all_failed {
            tries.failed.clear();
            if !complained {
                let first = match fault.error {
                    ChainError::Missing(_) => FIRST_BACKOFF_FOR_BLOCKS,
                    _ => FIRST_BACKOFF,
                };
                tokio::time::sleep(backoff(first, tries.failures)).await;
            }
        }
        Ok(())
    }
}

async fn ask_one<T: DeserializeOwned + Send>(
    ask: &Ask,
    params: &[&str],
    position: usize,
    endpoint: &Endpoint,
) -> Attempt<T> {
    let outcome = endpoint.ask(ask.method, params, ask.confirm).await;
    if outcome.is_ok()
        && let Some(height) = ask.confirm
    {
        endpoint.health.has(height);
    }
    // a single question has no outer fault of its own
    let outcome = match outcome {
        Ok(mut answers) if params.len() == 1 => match answers.pop() {
            Some(Ok(answer)) => Ok(vec![Ok(answer)]),
            Some(Err(fault)) => Err(fault),
            None => Err(Fault::unavailable("no answer")),
        },
        outcome => outcome,
    };
    Attempt { endpoint: position, outcome }
}

/// Whether there is no point in waiting for somebody else's answer.
fn is_good<T>(attempt: &Attempt<T>) -> bool {
    attempt.outcome.as_ref().map_or_else(|fault| !fault.error.is_transient(), |_| true)
}

fn wants_smaller_batch(fault: &Fault) -> bool {
    fault.cause == Cause::BatchTooLarge || matches!(fault.error, ChainError::TooLarge(_))
}

/// Anything from nothing to a bound that doubles per attempt, so that clients do not return in step.
fn backoff(first: Duration, attempt: u32) -> Duration {
    let bound = first.saturating_mul(1 << attempt.min(10)).min(LONGEST_BACKOFF);
    bound.mul_f64(rand::random::<f64>())
}
