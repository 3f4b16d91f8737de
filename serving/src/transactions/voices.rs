//! Who speaks in the logs of a transaction: by the configuration, by the store, and by what the transaction itself created.

use std::collections::{BTreeMap, BTreeSet};

use abis::{decode::announced_pool, dynamic::Watcher, receipt::Voice};
use alloy_primitives::{Address, LogData};
use api_kit::problem::Problem;
use domain::{config::Watch, contract::ContractLog, entity::Protocol, ids::PoolId};
use store::Snapshot;

use crate::deps::ChainDeps;

/// Emitters that are looked up at most.
const MOST: usize = 500;

/// Whose words each emitter's logs are.
#[derive(Debug)]
pub(super) struct Voices<'a> {
    chain: &'a ChainDeps,
    watcher: Watcher,
    /// V2 and V3 pools.
    pools: BTreeMap<Address, Protocol>,
}

impl<'a> Voices<'a> {
    /// Finds out who speaks in these logs; without a snapshot only by the configuration and by the logs themselves.
    pub(super) async fn of<'l>(
        chain: &'a ChainDeps,
        snapshot: Option<&Snapshot>,
        logs: impl Iterator<Item = (Address, &'l LogData)> + Clone,
    ) -> Result<Self, Problem> {
        let mut watcher = Watcher::new(chain.live.contracts.clone());
        let mut pools = BTreeMap::new();
        let watch = Watch { dexes: chain.dexes.clone(), collections: Vec::new() };
        for (address, log) in logs.clone() {
            watcher.learn(address, log);
            let protocol = watch.dex(address).map(|dex| dex.protocol);
            let new = announced_pool(&watch, address, log);
            pools.extend(new.zip(protocol));
        }
        let mut voices = Self { chain, watcher, pools };
        if let Some(snapshot) = snapshot {
            voices.look_up(snapshot, logs).await?;
        }
        Ok(voices)
    }

    /// Asks the store which of the emitters are pools, or contracts that a factory announced.
    async fn look_up<'l>(
        &mut self,
        snapshot: &Snapshot,
        logs: impl Iterator<Item = (Address, &'l LogData)> + Clone,
    ) -> Result<(), Problem> {
        let emitters: BTreeSet<Address> = logs.clone().map(|(address, _)| address).collect();
        let ids: Vec<_> = emitters.iter().copied().take(MOST).map(PoolId::Contract).collect();
        for pool in snapshot.pools_by_ids(&ids).await? {
            if let PoolId::Contract(address) = pool.id {
                self.pools.insert(address, pool.protocol);
            }
        }
        let topics: BTreeSet<_> =
            self.chain.live.contracts.any_address_topics().into_iter().collect();
        let speakers: BTreeSet<Address> = logs
            .filter(|(_, log)| log.topics().first().is_some_and(|topic| topics.contains(topic)))
            .map(|(address, _)| address)
            .collect();
        let speakers: Vec<Address> = speakers.into_iter().take(MOST).collect();
        let factories: Vec<_> = self
            .watcher
            .factories()
            .map(|factory| {
                let table = factory.table.clone();
                (factory.contract, factory.address, table, factory.parameter.to_owned())
            })
            .collect();
        for (contract, factory, table, parameter) in factories {
            let mut known = snapshot.announced_by(&table, factory, &parameter, &speakers).await?;
            // who has events was announced, perhaps in a way that cannot be searched for
            for own in self.watcher.tables() {
                if own.contract == table.contract {
                    let rest: Vec<Address> =
                        speakers.iter().copied().filter(|it| !known.contains(it)).collect();
                    known.extend(snapshot.speakers(&own, &rest).await?);
                }
            }
            self.watcher.know(contract, known);
        }
        Ok(())
    }

    /// What a log says, to everybody who listens to it; nothing where nobody knows it.
    pub(super) fn read(&self, address: Address, log: &LogData) -> Vec<ContractLog> {
        let known = self.chain.live.glossary.read(&self.voices(address), log);
        self.watcher.logs(address, log).chain(known).collect()
    }

    /// The pool whose own contract this is.
    pub(super) fn pool(&self, address: Address) -> Option<PoolId> {
        self.pools.contains_key(&address).then_some(PoolId::Contract(address))
    }

    fn voices(&self, address: Address) -> Vec<Voice> {
        let mut voices = Vec::new();
        for dex in &self.chain.dexes {
            if dex.factory == address {
                voices.push(match dex.protocol {
                    Protocol::V2 => Voice::V2Factory,
                    Protocol::V3 => Voice::V3Factory,
                    Protocol::V4 => Voice::V4Manager,
                });
            }
            if dex.position_manager == Some(address) {
                voices.push(match dex.protocol {
                    Protocol::V2 | Protocol::V3 => Voice::V3Positions,
                    Protocol::V4 => Voice::V4Positions,
                });
            }
        }
        voices.extend(self.pools.get(&address).map(|protocol| match protocol {
            Protocol::V2 => Voice::V2Pair,
            Protocol::V3 | Protocol::V4 => Voice::V3Pool,
        }));
        if self.chain.wrapped_native == Some(address) {
            voices.push(Voice::Wrapped);
        }
        voices.extend([Voice::Erc20, Voice::Erc721, Voice::Erc1155]);
        voices
    }
}
