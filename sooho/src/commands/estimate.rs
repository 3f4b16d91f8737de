//! `sooho index --estimate`: what a backfill will take, before it is begun.

use indexer::estimate::{BYTES_PER_EVENT, Estimate, Figure, estimate};
use serde_json::{Value, json};
use store::Store;

use crate::{
    chains::{self, OpenStore},
    config::{ChainConfig, Config},
    error::Error,
};

/// So many stored events say how many bytes one takes.
const ENOUGH_EVENTS: u64 = 100_000;

/// Looks at each chain from the next block on that would be indexed.
///
/// # Errors
/// [`Error::Chain`] when an endpoint gives nothing.
pub async fn run(config: &Config, as_json: bool) -> Result<(), Error> {
    let open = OpenStore::open_beside(config).await?;
    let outcome = all(config, &open.store, as_json).await;
    open.close().await;
    outcome
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn all(config: &Config, store: &Store, as_json: bool) -> Result<(), Error> {
    let bytes = bytes(store).await?;
    let mut found = Vec::new();
    for chain in &config.chain {
        let settings = chain.indexer();
        let watermark = store.reader().watermark(chain.id).await?;
        let from = watermark.map_or(settings.start_block, |watermark| watermark.block.number + 1);
        let looked = estimate(&settings, &chains::client(chain)?, from, bytes).await?;
        if as_json {
            found.push(json_of(chain, &looked));
        } else {
            print!("{}", table(chain, &looked));
        }
    }
    if as_json {
        println!("{:#}", json!({ "chains": found }));
    }
    Ok(())
}

/// Bytes on disk of an event: of those that are stored, if there are enough.
async fn bytes(store: &Store) -> Result<Figure, Error> {
    let stored = store.reader().watermarks().await?;
    let events: u64 = stored.iter().map(|(_, watermark)| watermark.counters.events).sum();
    if events < ENOUGH_EVENTS {
        return Ok(BYTES_PER_EVENT);
    }
    Ok(Figure::measured(store.bytes_on_disk().await?, events))
}

/// For people.
fn table(chain: &ChainConfig, found: &Estimate) -> String {
    let Estimate { from, head, looked_at, events, kinds, calls, hours, bytes, gaps } = found;
    let blocks = (head + 1).saturating_sub(*from);
    if blocks == 0 {
        return format!("{}: nothing is left to index, the head is block {head}\n", chain.name);
    }
    let mut text = format!(
        "{}: blocks {from} to {head} ({blocks}), {looked_at} of them were looked at\n{:<34}{:>14}{:>14}{:>14}\n",
        chain.name, "", "likely", "at least", "at most"
    );
    let mut line = |name: &str, figure: &Figure, places: usize| {
        let Figure { low, likely, high } = figure;
        text.push_str(&format!(
            "{name:<34}{likely:>14.places$}{low:>14.places$}{high:>14.places$}\n"
        ));
    };
    line("events", events, 0);
    for (kind, figure) in kinds {
        line(&format!("  {kind}"), figure, 0);
    }
    line("calls", &sum(calls.values()), 0);
    for (method, figure) in calls {
        line(&format!("  {method}"), figure, 0);
    }
    line("hours", hours, 2);
    line("GB on disk", &bytes.times(1e-9), 3);
    for (first, last, why) in gaps {
        text.push_str(&format!("the endpoint did not give blocks {first} to {last}: {why}\n"));
    }
    if !gaps.is_empty() {
        text.push_str(
            "an index stops there: give an endpoint that has all blocks from start_block on (an archive node)\n",
        );
    }
    text
}

/// For programs.
fn json_of(chain: &ChainConfig, found: &Estimate) -> Value {
    let Estimate { from, head, looked_at, events, kinds, calls, hours, bytes, gaps } = found;
    let figure = |figure: &Figure| {
        let Figure { low, likely, high } = figure;
        json!({ "low": low, "likely": likely, "high": high })
    };
    let by_name = |figures: &std::collections::BTreeMap<&'static str, Figure>| {
        let named = figures.iter().map(|(name, of)| ((*name).to_owned(), figure(of)));
        Value::Object(named.collect())
    };
    let gaps: Vec<Value> = gaps
        .iter()
        .map(|(first, last, why)| json!({ "from": first, "to": last, "reason": why }))
        .collect();
    json!({
        "chain": chain.name,
        "from": from,
        "to": head,
        "lookedAt": looked_at,
        "events": figure(events),
        "eventsByKind": by_name(kinds),
        "calls": figure(&sum(calls.values())),
        "callsByMethod": by_name(calls),
        "hours": figure(hours),
        "bytesOnDisk": figure(bytes),
        "gaps": gaps,
    })
}

fn sum<'a>(figures: impl Iterator<Item = &'a Figure>) -> Figure {
    figures.fold(Figure::default(), |sum, figure| sum.plus(*figure))
}
