//! The contracts of a chain, checked and ready to decode by.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use alloy_json_abi::Event;
use alloy_primitives::{Address, B256, hex};
use domain::contract::{Kind, Table};
use serde::{Deserialize, Serialize};

use super::{
    abi::{Abi, nearest},
    error::ContractError,
    layout::{self, Layout},
    names,
};

/// Longest name of a contract, in characters.
const LONGEST_NAME: usize = 64;

/// A contract as configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// Its ABI.
    pub abi: Abi,
    /// Contracts that are known by address.
    pub addresses: Vec<Address>,
    /// Who announces further ones.
    pub factory: Option<FactorySpec>,
    /// Names or signatures of the events wanted; empty: all of the ABI.
    pub events: Vec<String>,
}

/// A contract whose event announces others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorySpec {
    /// The factory.
    pub address: Address,
    /// Name or signature of the event.
    pub event: String,
    /// Parameter with the address of the new contract.
    pub parameter: String,
}

/// The contracts of a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contracts {
    pub(super) list: Vec<Contract>,
    /// Contract and event by first topic.
    pub(super) by_topic: HashMap<B256, Vec<(usize, usize)>>,
    /// What they were made of.
    specs: Vec<Spec>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contract {
    pub(super) name: String,
    pub(super) addresses: BTreeSet<Address>,
    pub(super) factory: Option<Announcer>,
    pub(super) events: Vec<Wanted>,
}

/// A factory, its event among those of the contract, and the parameter among its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Announcer {
    pub(super) address: Address,
    pub(super) event: usize,
    pub(super) field: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) layout: Layout,
    pub(super) table: Arc<Table>,
    /// Whether it is wanted of the contracts; else of the factory only.
    pub(super) of_contracts: bool,
}

impl Contracts {
    /// Checks the contracts of a chain.
    ///
    /// # Errors
    /// The index of the contract that cannot be indexed, and why.
    pub fn compile(specs: &[Spec]) -> Result<Self, (usize, ContractError)> {
        let mut contracts = Self { specs: specs.to_vec(), ..Self::default() };
        let mut tables = BTreeMap::new();
        for (index, spec) in specs.iter().enumerate() {
            let contract = contract(spec).map_err(|error| (index, error))?;
            if contracts.list.iter().any(|other| other.name == contract.name) {
                return Err((index, ContractError::SameName(contract.name)));
            }
            for (event, wanted) in contract.events.iter().enumerate() {
                unshared(&mut tables, &wanted.table).map_err(|error| (index, error))?;
                let by_topic = contracts.by_topic.entry(wanted.layout.topic).or_default();
                by_topic.push((index, event));
            }
            contracts.list.push(contract);
        }
        Ok(contracts)
    }

    /// What they were made of: by [`Contracts::compile`] they come again.
    #[must_use]
    pub fn specs(&self) -> &[Spec] {
        &self.specs
    }

    /// The tables of all events.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.list.iter().flat_map(|contract| &contract.events).map(|wanted| &wanted.table)
    }

    /// Checks that no two different tables of several chains want one collection.
    ///
    /// # Errors
    /// [`ContractError::Collision`].
    pub fn check_together<'a>(
        chains: impl IntoIterator<Item = &'a Self>,
    ) -> Result<(), ContractError> {
        let mut tables = BTreeMap::new();
        chains.into_iter().flat_map(Self::tables).try_for_each(|table| unshared(&mut tables, table))
    }

    /// Addresses to watch, and the first topics to ask of them.
    #[must_use]
    pub fn fixed_topics(&self) -> (Vec<Address>, Vec<B256>) {
        let (mut addresses, mut topics) = (BTreeSet::new(), BTreeSet::new());
        for contract in &self.list {
            if !contract.addresses.is_empty() {
                addresses.extend(&contract.addresses);
                topics.extend(contract.topics());
            }
            if let Some(factory) = &contract.factory {
                addresses.insert(factory.address);
                topics.extend(contract.events.get(factory.event).map(|event| event.layout.topic));
            }
        }
        (addresses.into_iter().collect(), topics.into_iter().collect())
    }

    /// First topics of contracts that a factory announces: asked of any address, because such a contract may speak in
    /// the block that announces it.
    #[must_use]
    pub fn any_address_topics(&self) -> Vec<B256> {
        let announced = self.list.iter().filter(|contract| contract.factory.is_some());
        announced.flat_map(Contract::topics).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Contract {
    fn topics(&self) -> impl Iterator<Item = B256> {
        self.events.iter().filter(|event| event.of_contracts).map(|event| event.layout.topic)
    }
}

/// Two tables may share a collection when their documents look the same: one contract on two chains.
fn unshared(
    tables: &mut BTreeMap<String, Arc<Table>>,
    table: &Arc<Table>,
) -> Result<(), ContractError> {
    match tables.insert(table.collection.clone(), Arc::clone(table)) {
        Some(other) if other.shape() != table.shape() => Err(ContractError::Collision {
            collection: table.collection.clone(),
            first: names::describe(&other),
            second: names::describe(table),
        }),
        _ => Ok(()),
    }
}

fn contract(spec: &Spec) -> Result<Contract, ContractError> {
    if spec.name.trim().is_empty() || spec.name.chars().count() > LONGEST_NAME {
        return Err(ContractError::Name);
    }
    if spec.addresses.is_empty() && spec.factory.is_none() {
        return Err(ContractError::NoAddress);
    }
    let mut addresses = BTreeSet::new();
    for address in &spec.addresses {
        if address.is_zero() {
            return Err(ContractError::ZeroAddress("addresses"));
        }
        if !addresses.insert(*address) {
            return Err(ContractError::SameAddress(*address));
        }
    }
    let mut wanted: Vec<&Event> = if spec.events.is_empty() {
        spec.abi.events().iter().collect()
    } else {
        spec.events.iter().map(|asked| spec.abi.event(asked)).collect::<Result<_, _>>()?
    };
    wanted.sort_by_cached_key(|event| event.signature());
    wanted.dedup();
    let many = addresses.len() > 1 || spec.factory.is_some();
    let table = |event: &Event, of_contracts| wanted_event(spec, event, many, of_contracts);
    let mut events: Vec<Wanted> =
        wanted.into_iter().map(|event| table(event, true)).collect::<Result<_, _>>()?;
    let factory = match &spec.factory {
        None => None,
        Some(factory) => {
            if factory.address.is_zero() {
                return Err(ContractError::ZeroAddress("factory.address"));
            }
            let event = spec.abi.event(&factory.event)?;
            let topic = event.selector();
            let known = events.iter().position(|wanted| wanted.layout.topic == topic);
            let index = known.unwrap_or(events.len());
            if known.is_none() {
                // kept in any case: its rows say which contracts are known
                events.push(table(event, false)?);
            }
            let field = parameter(event, &factory.parameter, events.get(index))?;
            Some(Announcer { address: factory.address, event: index, field })
        }
    };
    Ok(Contract { name: spec.name.clone(), addresses, factory, events })
}

fn wanted_event(
    spec: &Spec,
    event: &Event,
    many: bool,
    of_contracts: bool,
) -> Result<Wanted, ContractError> {
    let (layout, fields) = layout::of(event)?;
    let mut name = event.name.clone();
    if spec.abi.is_overloaded(&name) {
        name = format!("{name}_{}", hex::encode(layout.topic.get(..4).unwrap_or_default()));
    }
    let collection = names::collection(&spec.name, &name);
    let (contract, signature) = (spec.name.clone(), event.signature());
    let table = Table { contract, event: name, signature, collection, fields, many };
    Ok(Wanted { layout, table: Arc::new(table), of_contracts })
}

/// The index of the parameter that holds the new contract's address.
fn parameter(event: &Event, asked: &str, wanted: Option<&Wanted>) -> Result<usize, ContractError> {
    let fields = wanted.map(|wanted| wanted.table.fields.as_slice()).unwrap_or_default();
    // by the ABI's name, or by the name that an unnamed one was given
    let index = fields
        .iter()
        .position(|field| field.name == asked)
        .or_else(|| event.inputs.iter().position(|input| input.name == asked));
    let Some((index, field)) = index.and_then(|index| Some((index, fields.get(index)?))) else {
        let known = fields.iter().map(|field| field.name.clone());
        return Err(ContractError::UnknownParameter {
            event: event.signature(),
            asked: asked.to_owned(),
            known: nearest(asked, known, |name| name),
        });
    };
    if field.kind == Kind::Address {
        return Ok(index);
    }
    Err(ContractError::ParameterType {
        event: event.signature(),
        parameter: asked.to_owned(),
        ty: event.inputs.get(index).map(|input| input.ty.clone()).unwrap_or_default(),
    })
}
