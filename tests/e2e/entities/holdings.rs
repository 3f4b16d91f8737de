//! What hangs on an account: the lists of all, taken apart by who has it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::process::Services;

use super::{all, pages, text};

type ByAccount = BTreeMap<String, Vec<Value>>;

pub(super) async fn check(services: &Services) -> Result<()> {
    let positions = grouped(all(services, "/v1/positions").await?, "owner");
    let mut shares = Vec::new();
    for pool in all(services, "/v1/pools?protocol=v2").await? {
        let path = format!("/v1/liquidity-positions?pool={}", text(&pool, "id")?);
        shares.extend(pages(services, &path, 2).await?);
    }
    let shares = grouped(shares, "account");
    let events = grouped(all(services, "/v1/liquidity-events").await?, "origin");
    for (list, wanted, least) in [
        ("positions", &positions, 2),
        ("liquidity-positions", &shares, 2),
        ("liquidity-events", &events, 2),
    ] {
        let rows = wanted.values().map(Vec::len).sum::<usize>();
        ensure!(wanted.len() >= least && rows > 5, "{list}: {rows} of {} accounts", wanted.len());
        for (account, wanted) in wanted {
            let found = pages(services, &format!("/v1/accounts/{account}/{list}"), 2).await?;
            // an account's events are also those that it did not send
            let found: Vec<Value> = match list {
                "liquidity-events" => {
                    found.into_iter().filter(|row| row["origin"] == account.as_str()).collect()
                }
                _ => found,
            };
            ensure!(same(&found, wanted)?, "{list} of {account}: {found:?}, not {wanted:?}");
        }
    }
    let both = positions.keys().chain(shares.keys()).chain(events.keys());
    for account in both.collect::<BTreeSet<_>>() {
        graphql(services, account, [&positions, &shares, &events]).await?;
    }
    Ok(())
}

fn grouped(rows: Vec<Value>, by: &str) -> ByAccount {
    let mut all = ByAccount::new();
    for row in rows {
        // a token that is burnt has no owner
        if let Some(account) = row[by].as_str() {
            all.entry(account.to_owned()).or_default().push(row);
        }
    }
    all
}

/// Whether these are the same rows, each once, in any order.
fn same(found: &[Value], wanted: &[Value]) -> Result<bool> {
    let texts = |rows: &[Value]| -> Result<Vec<String>> {
        let mut texts = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        texts.sort_unstable();
        Ok(texts)
    };
    Ok(texts(found)? == texts(wanted)?)
}

/// What GraphQL has under an account, if it is known as one.
async fn graphql(services: &Services, account: &str, wanted: [&ByAccount; 3]) -> Result<()> {
    let query = format!(
        "{{ account(address: \"{account}\") {{ positions(first: 500) {{ nodes {{ id owner }} }} \
         liquidityPositions(first: 500) {{ nodes {{ account balance pool {{ id }} }} }} \
         liquidityEvents(first: 500) {{ nodes {{ id origin }} }} }} }}"
    );
    let found = services.graphql(&query).await?["account"].clone();
    if found.is_null() {
        return Ok(());
    }
    let nodes =
        |list: &str| found[list]["nodes"].as_array().with_context(|| format!("{list}: {found}"));
    let [positions, shares, events] = wanted.map(|rows| rows.get(account).map_or(0, Vec::len));
    ensure!(nodes("positions")?.len() == positions, "{positions}: {found}");
    ensure!(nodes("positions")?.iter().all(|row| row["owner"] == account), "{found}");
    ensure!(nodes("liquidityPositions")?.len() == shares, "{shares}: {found}");
    ensure!(nodes("liquidityPositions")?.iter().all(|row| row["account"] == account), "{found}");
    let sent = nodes("liquidityEvents")?.iter().filter(|row| row["origin"] == account).count();
    ensure!(sent == events, "{events}: {found}");
    Ok(())
}
