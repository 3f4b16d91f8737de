//! Every log of real blocks through the decoder: the transfers are those that another project found, the swaps as many as
//! there are.

use std::collections::BTreeMap;

use abis::decode::Decoder;
use alloy_primitives::U256;
use anyhow::{Result, ensure};
use domain::{
    config::{Collection, Watch},
    entity::{NftStandard, Protocol},
    event::EventKind,
};
use tests::recorded::{
    self,
    etl::{PlacedLog, Transfer, logs, transfers},
};

/// What the contract of a log may be. Nobody tells, so each reading is tried; at most one fits.
fn readings(log: &PlacedLog) -> Vec<EventKind> {
    let nft = |standard| Watch {
        collections: vec![Collection { name: "any".into(), standard, address: log.address }],
        ..Watch::default()
    };
    let pool = |protocol| Decoder::new(Watch::default(), [(log.address, protocol)]);
    let decoders = [
        pool(Protocol::V2),
        pool(Protocol::V3),
        Decoder::new(nft(NftStandard::Erc721), []),
        Decoder::new(nft(NftStandard::Erc1155), []),
    ];
    let decode = |mut decoder: Decoder| decoder.decode(log.address, &log.data).ok().flatten();
    decoders.into_iter().filter_map(decode).collect()
}

/// Events by kind, and the transfers among them, sorted.
fn decode(logs: &[PlacedLog]) -> Result<(BTreeMap<&'static str, usize>, Vec<Transfer>)> {
    let mut counts = BTreeMap::new();
    let mut found = Vec::new();
    for log in logs {
        let readings = readings(log);
        ensure!(readings.len() < 2, "{log:?} reads as {readings:?}");
        let Some(kind) = readings.into_iter().next() else { continue };
        let mut transfer = |from, to, value: U256| {
            let (tx_hash, log_index) = (log.tx_hash, log.log_index);
            found.push(Transfer { tx_hash, log_index, token: log.address, from, to, value });
        };
        let name = match kind {
            EventKind::V2Transfer { from, to, value } => {
                transfer(from, to, value);
                "erc20"
            }
            EventKind::Erc721Transfer { from, to, token_id } => {
                transfer(from, to, token_id);
                "erc721"
            }
            EventKind::Erc1155Transfer { .. } => "erc1155",
            EventKind::V2Sync { .. } => "v2 sync",
            EventKind::V2Swap { .. } => "v2 swap",
            EventKind::V3Swap { .. } => "v3 swap",
            _ => "other",
        };
        *counts.entry(name).or_default() += 1;
    }
    found.sort();
    Ok((counts, found))
}

fn check(
    logs: &[PlacedLog],
    expected: &[Transfer],
    wanted: &[(&'static str, usize)],
) -> Result<()> {
    let (counts, found) = decode(logs)?;
    ensure!(found.len() == expected.len(), "{} transfers, not {}", found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        ensure!(found == expected, "{found:?} is not {expected:?}");
    }
    for (name, number) in wanted {
        ensure!(counts.get(name) == Some(number), "{name}: {counts:?}");
    }
    Ok(())
}

#[test]
fn of_mainnet() -> Result<()> {
    let Some(folder) = recorded::set("ethereum_etl_fixtures")? else { return Ok(()) };
    let folder = folder.join("test_stream/blocks_17173049_17173050");
    let logs = logs(&folder.join("expected_logs.json.gz"))?;
    let expected = transfers(&folder.join("expected_token_transfers.json.gz"))?;
    ensure!((logs.len(), expected.len()) == (681, 291), "{} logs", logs.len());
    let wanted = [
        ("v2 swap", 69),
        ("v2 sync", 69),
        ("v3 swap", 10),
        ("erc20", 282),
        ("erc721", 9),
        ("erc1155", 1),
    ];
    check(&logs, &expected, &wanted)
}

#[test]
fn of_kaia() -> Result<()> {
    let Some(folder) = recorded::set("kaia_etl_fixtures")? else { return Ok(()) };
    let folder = folder.join("test_export_block_groups_job/block_groups_enrich");
    let logs = logs(&folder.join("expected_logs.json.gz"))?;
    let expected = transfers(&folder.join("expected_token_transfers.json"))?;
    ensure!((logs.len(), expected.len()) == (111, 46), "{} logs", logs.len());
    check(&logs, &expected, &[("v2 swap", 9), ("v2 sync", 9), ("erc20", 46)])
}
