//! A reader of a feed, and the protocol's owner, who takes fees of V3 pools out.

use std::collections::BTreeMap;

use abis::periphery::V3Pool;
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use devchain::Dice;
use serde_json::Value;
use tests::{process::Services, world::World};

use super::{sending::send, shapes};

/// A block, and the log in it.
pub(super) type Place = (u64, u64);

/// A feed of a running service.
pub(super) struct Reader<'a> {
    pub(super) services: &'a Services,
    /// Its name.
    pub(super) feed: &'static str,
}

impl Reader<'_> {
    /// What a path says, and with what status.
    pub(super) async fn ask(&self, path: &str) -> Result<(u16, Value)> {
        let url = format!("{}/{}/{path}", self.services.serving, self.feed);
        let answer = reqwest::get(&url).await?;
        let (status, text) = (answer.status().as_u16(), answer.text().await?);
        Ok((status, serde_json::from_str(&text).with_context(|| format!("{url}: {text}"))?))
    }

    /// An answer that fits the feed's shape.
    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        let (status, answer) = self.ask(path).await?;
        ensure!(status == 200, "{path}: {status} {answer}");
        let shape = path.split('?').next().unwrap_or(path);
        shapes::check(self.feed, shape, &answer).with_context(|| format!("{path}: {answer}"))?;
        Ok(answer)
    }

    /// Height and time of the latest block.
    pub(super) async fn latest(&self) -> Result<(u64, u64)> {
        let block = self.get("latest-block").await?["block"].clone();
        let number = |name: &str| block[name].as_u64().context("a number");
        Ok((number("blockNumber")?, number("blockTimestamp")?))
    }

    /// All events up to a block, read once in pieces; they come in order, and no place comes twice.
    pub(super) async fn crawl(&self, to: u64, seed: u64) -> Result<BTreeMap<Place, Value>> {
        let mut dice = Dice::new(seed);
        let (mut found, mut from) = (BTreeMap::new(), 0);
        let mut last = None;
        while from <= to {
            let end = (from + dice.below(40)).min(to);
            let answer = self.get(&format!("events?fromBlock={from}&toBlock={end}")).await?;
            for event in answer["events"].as_array().context("events")? {
                let number = |value: &Value| value.as_u64().context("a number");
                let block = number(&event["block"]["blockNumber"])?;
                let place = (block, number(&event["eventIndex"])?);
                ensure!((from..=end).contains(&block), "{event} is not of {from} to {end}");
                ensure!(last.is_none_or(|last| last < place), "{event} is out of order");
                last = Some(place);
                found.insert(place, event.clone());
            }
            from = end + 1;
        }
        Ok(found)
    }
}

/// The protocol takes its share of the fees of these V3 pools from now on.
pub(super) async fn set_fees(world: &World, pools: &[Address]) -> Result<()> {
    for (n, pool) in (0_u8..).zip(pools) {
        let call = V3Pool::setFeeProtocolCall { feeProtocol0: 4 + n % 7, feeProtocol1: 10 - n % 7 };
        send(world, &[(*pool, call.abi_encode())]).await?;
    }
    Ok(())
}

/// The protocol takes out all it has of these V3 pools.
pub(super) async fn take_fees(world: &World, pools: &[Address]) -> Result<()> {
    for pool in pools {
        let call = V3Pool::collectProtocolCall {
            recipient: Address::repeat_byte(0xfe),
            amount0Requested: u128::MAX,
            amount1Requested: u128::MAX,
        };
        send(world, &[(*pool, call.abi_encode())]).await?;
    }
    Ok(())
}
