//! Random chains with random reorgs end in the state of a clean index of the final chain: in memory, and in the store byte
//! for byte.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use store::{
    Embedded, EmbeddedOptions, Store,
    testing::{dump, writer},
};
use tests::{
    random::{Market, Move, Story, clean, follow, follow_in_memory},
    world::mongod,
};

/// Events of the last branch, at least.
const EVENTS: usize = 200;
/// Chains in memory, where they cost little.
const IN_MEMORY: u64 = 1_000;
/// Folded at the same time.
const THREADS: u64 = 4;
/// Chains in the store, unless `SOOHO_REORG_CHAINS` says otherwise.
const STORED: u64 = 50;
/// Chains in a database at once: two of these are compared in memory.
const AT_ONCE: u64 = 50;
/// Followed at the same time.
const TOGETHER: usize = 3;

#[test]
#[expect(clippy::print_stdout, reason = "what the chains had is part of the proof")]
fn in_memory_reorgs_leave_no_trace() -> Result<()> {
    let market = &Market::default();
    let seen = std::thread::scope(|scope| {
        let parts = (0..THREADS).map(|part| {
            let seeds = (1..=IN_MEMORY).filter(move |seed| seed % THREADS == part);
            scope.spawn(move || in_memory(market, seeds))
        });
        let parts: Vec<_> = parts.collect();
        let joined =
            parts.into_iter().map(|part| part.join().map_err(|_| anyhow!("it panicked"))?);
        joined.collect::<Result<Vec<Seen>>>()
    })?;
    let of = |count: fn(&Seen) -> usize| seen.iter().map(count).sum::<usize>();
    let (events, flips, full) =
        (of(|seen| seen.events), of(|seen| seen.flips), of(|seen| seen.full));
    println!(
        "{IN_MEMORY} chains, {events} events, {flips} branches came back, {full} reorgs as deep as the window"
    );
    ensure!(flips > 100 && full > 100, "{flips} {full}: too tame");
    Ok(())
}

/// What some stories had.
#[derive(Debug, Default)]
struct Seen {
    events: usize,
    flips: usize,
    /// Stories with a reorg that went as deep as the window.
    full: usize,
}

fn in_memory(market: &Market, seeds: impl Iterator<Item = u64>) -> Result<Seen> {
    let mut seen = Seen::default();
    for seed in seeds {
        let story = Story::new(seed, EVENTS);
        let told = follow_in_memory(market, &story).with_context(|| format!("seed {seed}"))?;
        let [(followed, state), (clean, alone)] = told;
        ensure!(followed == clean, "seed {seed}: the changes of the blocks differ");
        for change in clean.iter().flat_map(|block| &block.changes) {
            ensure!(
                state.get(&change.key) == alone.get(&change.key),
                "seed {seed}: {:?}",
                change.key
            );
        }
        ensure!(state.counters() == alone.counters(), "seed {seed}: the counters differ");
        seen.events += story.events();
        seen.flips += story.flips;
        seen.full += usize::from(story.deepest as u64 == story.window);
    }
    Ok(seen)
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "what the chains had is part of the proof")]
async fn stored_reorgs_leave_no_trace() -> Result<()> {
    let wanted = observe::config::variable("SOOHO_REORG_CHAINS");
    let chains = wanted.map_or(Ok(STORED), |text| text.parse()).context("SOOHO_REORG_CHAINS")?;
    let folder = tempfile::tempdir()?;
    let options =
        EmbeddedOptions { binary: mongod(), ..EmbeddedOptions::new(folder.path().join("mongo")) };
    let mongo = Embedded::start(options).await?;
    let market = Market::default();
    let (mut events, mut reverted) = (0, 0);
    for first in (1..=chains).step_by(usize::try_from(AT_ONCE)?) {
        let seeds: Vec<u64> = (first..=chains.min(first + AT_ONCE - 1)).collect();
        let stories: Vec<(u64, Story)> =
            seeds.iter().map(|seed| (*seed, Story::new(*seed, EVENTS))).collect();
        let [one, other] = [store(&mongo, "followed").await?, store(&mongo, "clean").await?];
        let runs = stream::iter(&stories).map(async |(seed, story)| {
            let run = async {
                follow(&market, story, &writer(&one, *seed).await?, *seed).await?;
                clean(&market, story, &writer(&other, *seed).await?, *seed).await
            };
            run.await.with_context(|| format!("seed {seed}"))
        });
        runs.buffer_unordered(TOGETHER).try_collect::<Vec<()>>().await?;
        compare(&dump(&one).await?, &dump(&other).await?)?;
        for (_, story) in &stories {
            events += story.events();
            let gone = story.moves.iter().map(|step| match step {
                Move::Drop(depth) => *depth,
                Move::Grow(_) => 0,
            });
            reverted += gone.sum::<usize>();
        }
        one.drop_database().await?;
        other.drop_database().await?;
    }
    println!(
        "{chains} chains, {events} events in their last branches, {reverted} blocks taken back"
    );
    ensure!(reverted as u64 > chains * 10, "{reverted} blocks taken back: too tame");
    mongo.stop().await;
    Ok(())
}

async fn store(mongo: &Embedded, database: &str) -> Result<Store> {
    let store = Store::connect(&mongo.uri(), database).await?;
    store.migrate().await?;
    Ok(store)
}

type Dump = BTreeMap<String, Vec<Vec<u8>>>;

fn compare(followed: &Dump, clean: &Dump) -> Result<()> {
    ensure!(followed.keys().eq(clean.keys()), "the collections differ");
    for (name, clean) in clean {
        let found = followed.get(name).context("a collection")?;
        if name == "undo" {
            // a chain that shrank has fewer records than one that was indexed at once; those it has are the same
            ensure!(!found.is_empty(), "no undo records");
            let all: std::collections::BTreeSet<&Vec<u8>> = clean.iter().collect();
            for record in found {
                ensure!(all.contains(record), "undo record differs: {}", readable(record));
            }
            continue;
        }
        for (found, clean) in found.iter().zip(clean) {
            ensure!(found == clean, "{name} differs:\n{}\n{}", readable(found), readable(clean));
        }
        ensure!(found.len() == clean.len(), "{name}: {} and {}", found.len(), clean.len());
    }
    for name in ["pools", "rows", "history", "candles", "nft_balances", "nft_transfers", "ticks"] {
        ensure!(clean.get(name).is_some_and(|documents| documents.len() > 20), "no {name}");
    }
    Ok(())
}

/// A document, or the text of what is packed.
fn readable(bytes: &[u8]) -> String {
    match bson::Document::from_reader(bytes) {
        Ok(document) => document.to_string().chars().take(600).collect(),
        Err(_) => String::from_utf8_lossy(bytes).chars().take(600).collect(),
    }
}
