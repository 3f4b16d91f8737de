//! What pools held after each event, beside their own word; and what V2 prices are made of.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::{decimal::Decimal, ids::PoolId};
use serde_json::Value;
use tests::world::World;

use super::{
    crawl::{Pair, units},
    ground::Place,
    logs::{self, Wanted, What},
};

type Told<'a> = (&'a Place, &'a Value, &'a Pair);

/// Every event has the reserves after it, but those of a block in which something else changed them, too: there only the
/// last has.
pub(super) async fn equal(
    world: &World,
    found: &BTreeMap<Place, Value>,
    wanted: &BTreeMap<Place, Wanted>,
    pairs: &BTreeMap<String, Pair>,
    latest: u64,
) -> Result<()> {
    let hidden = logs::hidden(world, latest).await?;
    let mut told = BTreeMap::<(PoolId, u64), Vec<Told<'_>>>::new();
    for (place, event) in found.iter().filter(|(_, event)| event["eventType"] != "creation") {
        let pair = &pairs[event["pairId"].as_str().context("a pair")?];
        told.entry((wanted[place].pool, place.0)).or_default().push((place, event, pair));
    }
    let (mut without, mut compared) = (BTreeSet::new(), 0);
    for ((pool, block), events) in &told {
        let is_hidden = hidden.contains(&(*pool, *block));
        let (last, others) = events.split_last().context("events")?;
        ensure!(last.1.get("reserves").is_some(), "{} is the last", last.1);
        for (n, (_, event, _)) in others.iter().enumerate() {
            ensure!(
                event.get("reserves").is_none() == is_hidden,
                "{event}, {n} of {}",
                events.len()
            );
            if is_hidden {
                without.insert(matches!(wanted[last.0].what, What::Swap(_, None)));
            }
        }
        let next = events.iter().skip(1).map(|(place, ..)| Some(*place)).chain([None]);
        for (event, next) in events.iter().zip(next) {
            compared += pair_equals(wanted, *pool, event, next, is_hidden)?;
        }
    }
    // with a V2 pair and a V3 pool among those that were changed without a word
    ensure!(without.len() == 2, "{without:?} {hidden:?}");
    ensure!(compared > 50, "{compared} compared");
    Ok(())
}

/// A V2 event and the pair's own word before the next one.
fn pair_equals(
    wanted: &BTreeMap<Place, Wanted>,
    pool: PoolId,
    (place, event, pair): &Told<'_>,
    next: Option<&Place>,
    is_hidden: bool,
) -> Result<usize> {
    let own = &wanted[*place];
    let Some(after) = own.reserves else { return Ok(0) };
    let decimal = |units: U256, i: usize| {
        Decimal::from_units(units, u8::try_from(pair.decimals[i]).unwrap_or_default())
    };
    if let (What::Swap(deltas, None), Some(price)) = (&own.what, event["priceNative"].as_str()) {
        let told: Decimal = price.parse()?;
        let amounts = if is_hidden { deltas.map(|delta| delta.unsigned_abs()) } else { after };
        let price = decimal(amounts[1], 1).safe_div(decimal(amounts[0], 0));
        ensure!((told - price).abs() <= price.scaled(-28), "{told}, not {price}: {event}");
    }
    if is_hidden {
        return Ok(1);
    }
    // what is told of what is not told belongs to the event before it
    let end = next.copied().unwrap_or((place.0, u64::MAX));
    let until = wanted.range(**place..end).filter(|(_, other)| other.pool == pool);
    let after = until.filter_map(|(_, other)| other.reserves).next_back().context("a word")?;
    for (i, name) in ["asset0", "asset1"].into_iter().enumerate() {
        let told = units(&event["reserves"][name], pair.decimals[i])?;
        ensure!(told == after[i], "{after:?}: {event}");
    }
    Ok(1)
}
