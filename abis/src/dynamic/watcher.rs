//! Which logs concern the contracts, and what they say. Learns contracts as their announcement passes by.

use std::{collections::HashSet, sync::Arc};

use alloy_primitives::{Address, LogData};
use domain::contract::{Body, ContractLog, Table, Value};

use super::{
    contracts::{Contract, Contracts, Wanted},
    decode,
};

/// Where announcements of contracts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factory<'a> {
    /// Which of the contracts; for [`Watcher::know`].
    pub contract: usize,
    /// The factory.
    pub address: Address,
    /// Table of the announcements.
    pub table: &'a Arc<Table>,
    /// Parameter with the new contract's address.
    pub parameter: &'a str,
}

/// The contracts of a chain with all that were announced so far.
#[derive(Debug, Clone)]
pub struct Watcher {
    contracts: Arc<Contracts>,
    /// Announced ones, by contract.
    announced: Vec<HashSet<Address>>,
}

impl Watcher {
    /// A watcher that knows of no announcement yet.
    #[must_use]
    pub fn new(contracts: Arc<Contracts>) -> Self {
        let announced = vec![HashSet::new(); contracts.list.len()];
        Self { contracts, announced }
    }

    /// The tables of all events.
    #[must_use]
    pub fn tables(&self) -> Vec<Arc<Table>> {
        self.contracts.tables().cloned().collect()
    }

    /// Where stored announcements are found.
    pub fn factories(&self) -> impl Iterator<Item = Factory<'_>> {
        self.contracts.list.iter().enumerate().filter_map(|(contract, spec)| {
            let factory = spec.factory.as_ref()?;
            let table = &spec.events.get(factory.event)?.table;
            let parameter = &table.fields.get(factory.field)?.name;
            Some(Factory { contract, address: factory.address, table, parameter })
        })
    }

    /// Takes these as announced.
    pub fn know(&mut self, contract: usize, addresses: impl IntoIterator<Item = Address>) {
        if let Some(announced) = self.announced.get_mut(contract) {
            announced.extend(addresses);
        }
    }

    /// Learns what the log announces. Show it all logs of a block before [`Watcher::logs`] of the first of them: a
    /// contract may speak before its factory does, in its constructor.
    pub fn learn(&mut self, address: Address, log: &LogData) {
        let contracts = Arc::clone(&self.contracts);
        for (index, new) in contracts.announced(address, log) {
            self.know(index, [new]);
        }
    }

    /// What the log says to each contract that it concerns.
    pub fn logs<'a>(
        &'a self,
        address: Address,
        log: &'a LogData,
    ) -> impl Iterator<Item = ContractLog> + 'a {
        of_topic(&self.contracts, log)
            .filter(move |(index, event, contract, wanted)| {
                let is_factory = contract
                    .factory
                    .as_ref()
                    .is_some_and(|factory| factory.address == address && factory.event == *event);
                let is_contract = contract.addresses.contains(&address)
                    || self.announced.get(*index).is_some_and(|known| known.contains(&address));
                is_factory || (wanted.of_contracts && is_contract)
            })
            .map(|(_, _, _, wanted)| ContractLog {
                table: Arc::clone(&wanted.table),
                body: decode::body(&wanted.layout, log),
            })
    }
}

impl Contracts {
    /// The contracts that a log announces, with the position of what they belong to.
    pub fn announced<'a>(
        &'a self,
        address: Address,
        log: &'a LogData,
    ) -> impl Iterator<Item = (usize, Address)> + 'a {
        of_topic(self, log).filter_map(move |(index, event, contract, wanted)| {
            let factory = contract.factory.as_ref()?;
            if factory.address != address || factory.event != event {
                return None;
            }
            let Body::Decoded { values, .. } = decode::body(&wanted.layout, log) else {
                return None;
            };
            match values.get(factory.field) {
                Some(Value::Address(new)) if !new.is_zero() => Some((index, *new)),
                _ => None,
            }
        })
    }
}

/// Contracts and events that the first topic can mean.
fn of_topic<'a>(
    contracts: &'a Contracts,
    log: &LogData,
) -> impl Iterator<Item = (usize, usize, &'a Contract, &'a Wanted)> + use<'a> {
    let places = log.topics().first().and_then(|topic| contracts.by_topic.get(topic));
    places.into_iter().flatten().filter_map(|(index, event)| {
        let contract = contracts.list.get(*index)?;
        Some((*index, *event, contract, contract.events.get(*event)?))
    })
}
