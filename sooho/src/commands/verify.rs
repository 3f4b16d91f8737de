//! `sooho verify`: does the store say what the chain says?

use std::time::{SystemTime, UNIX_EPOCH};

use indexer::audit::{Audit, Report, Sample, Scope};
use serde_json::{Value, json};

use crate::{
    chains::{self, OpenStore},
    config::Config,
    error::Error,
};

/// What to compare; without a seed, something else each time.
#[must_use]
pub fn scope(sample: Sample, seed: Option<u64>, block: Option<u64>) -> Scope {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Scope { sample, seed: seed.unwrap_or_else(now), block }
}

/// Compares one chain or all, and prints what was found.
///
/// # Errors
/// [`Error::Differs`] when something does, [`Error::Audit`] when it could not be compared.
pub async fn run(
    config: &Config,
    chain: Option<&str>,
    scope: Scope,
    as_json: bool,
) -> Result<(), Error> {
    let open = OpenStore::open_beside(config).await?;
    // contracts are asked while one snapshot is read
    let remembering =
        if config.store.is_embedded() { Some(open.store.remember_long().await) } else { None };
    let outcome = verify(config, &open, chain, scope, as_json).await;
    if let Some(remembering) = remembering {
        remembering.end().await;
    }
    open.close().await;
    outcome
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn verify(
    config: &Config,
    open: &OpenStore,
    chain: Option<&str>,
    scope: Scope,
    as_json: bool,
) -> Result<(), Error> {
    let chains = match chain {
        Some(_) => std::slice::from_ref(chains::pick(config, chain)?),
        None => &config.chain[..],
    };
    let mut reports = Vec::new();
    for chain in chains {
        let audit = Audit::new(&chain.indexer(), chains::client(chain)?, open.store.reader());
        let report = audit.run(scope).await;
        reports.push(report.map_err(|source| Error::Audit { chain: chain.name.clone(), source })?);
    }
    if as_json {
        let chains: Vec<Value> = reports.iter().map(json_of).collect();
        println!("{:#}", json!({ "seed": scope.seed, "chains": chains }));
    } else {
        for report in &reports {
            print!("{}", table(report, scope.seed));
        }
    }
    let sum = |of: fn(&Report) -> u64| reports.iter().map(of).sum::<u64>();
    let (differing, checked) = (sum(Report::differing), sum(Report::checked));
    if differing > 0 { Err(Error::Differs { differing, checked }) } else { Ok(()) }
}

/// For people.
fn table(report: &Report, seed: u64) -> String {
    let block = &report.block;
    let mut text = format!(
        "{} at block {} ({}), seed {seed}\n{:<12}{:>10}{:>10}{:>10}\n",
        report.chain, block.number, block.hash, "kind", "checked", "equal", "differ"
    );
    for (kind, tally) in &report.tallies {
        let equal = tally.checked - tally.differing;
        let line =
            format!("{:<12}{:>10}{equal:>10}{:>10}\n", kind.name(), tally.checked, tally.differing);
        text.push_str(&line);
    }
    for (kind, tally) in &report.tallies {
        for difference in &tally.first {
            text.push_str(&format!(
                "{}: {}\n  stored   {}\n  on chain {}\n",
                kind.name(),
                difference.what,
                difference.stored,
                difference.chain
            ));
        }
        let kept = tally.first.len() as u64;
        if tally.differing > kept {
            text.push_str(&format!("{}: and {} more\n", kind.name(), tally.differing - kept));
        }
    }
    text
}

/// For programs.
fn json_of(report: &Report) -> Value {
    let kinds = report.tallies.iter().map(|(kind, tally)| {
        let first = tally.first.iter().map(|difference| {
            json!({ "what": difference.what, "stored": difference.stored, "onChain": difference.chain })
        });
        let differences: Vec<Value> = first.collect();
        let counts = json!({
            "checked": tally.checked,
            "equal": tally.checked - tally.differing,
            "differing": tally.differing,
            "firstDifferences": differences,
        });
        (kind.name().to_owned(), counts)
    });
    json!({
        "chain": report.chain,
        "block": { "number": report.block.number, "hash": report.block.hash },
        "kinds": serde_json::Map::from_iter(kinds),
    })
}
