//! `[[chain.contract]]`: contracts that are known by an ABI file.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use abis::dynamic::{Abi, ContractError, Contracts, FactorySpec, MAX_BYTES, Spec};
use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// A contract whose events are kept as its ABI declares them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractConfig {
    /// Short name, part of the collections' names.
    pub name: String,
    /// ABI file; relative to the folder of the configuration file.
    pub abi: PathBuf,
    /// Where the contract is.
    #[serde(default)]
    pub addresses: Vec<Address>,
    /// Who announces further contracts of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factory: Option<FactoryConfig>,
    /// Names or signatures of events; empty: all.
    #[serde(default)]
    pub events: Vec<String>,
}

/// `factory` of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactoryConfig {
    /// The factory.
    pub address: Address,
    /// Event that announces a contract; the ABI must have it, too.
    pub event: String,
    /// Parameter of the event that is the contract's address.
    pub parameter: String,
}

/// Reads the ABI files and checks the contracts of one chain. Errors are whole sentences that name the contract.
///
/// # Errors
/// What is wrong with which contract.
pub fn compile(contracts: &[ContractConfig], folder: &Path, at: &str) -> Result<Contracts, String> {
    let place = |index: usize| {
        let name = contracts.get(index).map(|contract| contract.name.as_str()).unwrap_or_default();
        format!("{at}.{index} (`{name}`)")
    };
    let mut specs = Vec::with_capacity(contracts.len());
    for (index, contract) in contracts.iter().enumerate() {
        let path = folder.join(&contract.abi);
        let abi = read(&path)
            .and_then(|text| {
                Abi::parse(&text).map_err(|error| Fault::Abi { path: path.clone(), source: error })
            })
            .map_err(|fault| format!("{}: {fault}", place(index)))?;
        specs.push(Spec {
            name: contract.name.clone(),
            abi,
            addresses: contract.addresses.clone(),
            factory: contract.factory.as_ref().map(|factory| FactorySpec {
                address: factory.address,
                event: factory.event.clone(),
                parameter: factory.parameter.clone(),
            }),
            events: contract.events.clone(),
        });
    }
    Contracts::compile(&specs).map_err(|(index, error)| format!("{}: {error}", place(index)))
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(
        "abi {} cannot be read ({source}): name the contract's ABI file, relative to the configuration file",
        path.display()
    )]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("abi {} is no file: name the contract's ABI file", path.display())]
    NoFile { path: PathBuf },
    #[error("abi {}: {source}", path.display())]
    Abi { path: PathBuf, source: ContractError },
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let unreadable = |source| Fault::Unreadable { path: path.to_owned(), source };
    // looked at before it is opened: a pipe would wait for ever
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Fault::NoFile { path: path.to_owned() });
    }
    let bytes = metadata.len();
    if bytes > MAX_BYTES {
        let source = ContractError::TooLarge { bytes };
        return Err(Fault::Abi { path: path.to_owned(), source });
    }
    let mut text = Vec::new();
    let mut file = File::open(path).map_err(unreadable)?.take(MAX_BYTES + 1);
    file.read_to_end(&mut text).map_err(unreadable)?;
    Ok(text)
}
