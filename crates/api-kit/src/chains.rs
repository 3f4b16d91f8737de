//! The chains a service answers for, and which of them a request means.

use domain::ids::ChainId;

use crate::{parse, problem::Problem};

#[cfg(test)]
mod tests;

/// Chains by id, each with what the service needs for it.
#[derive(Debug, Clone)]
pub struct Chains<T>(Vec<(ChainId, T)>);

impl<T> Chains<T> {
    /// Chains in the order of the configuration.
    #[must_use]
    pub const fn new(chains: Vec<(ChainId, T)>) -> Self {
        Self(chains)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (ChainId, &T)> {
        self.0.iter().map(|(id, chain)| (*id, chain))
    }

    /// Their ids.
    #[must_use]
    pub fn ids(&self) -> Vec<ChainId> {
        self.0.iter().map(|(id, _)| *id).collect()
    }

    /// The chain a request means; it may leave the id out when there is only one.
    ///
    /// # Errors
    /// `CHAIN_UNSUPPORTED` for a chain that is not configured, `CHAIN_REQUIRED` when there are several and none is named.
    pub fn resolve(&self, id: Option<ChainId>) -> Result<(ChainId, &T), Problem> {
        let found = match (id, self.0.as_slice()) {
            (None, [(id, chain)]) => Some((*id, chain)),
            (None, _) => {
                let detail = format!(
                    "this service answers for several chains; name one: chain = {}",
                    self.list()
                );
                return Err(Problem::bad_request("CHAIN_REQUIRED", detail));
            }
            (Some(id), _) => self.iter().find(|(known, _)| *known == id),
        };
        found.ok_or_else(|| {
            let id = id.unwrap_or_default();
            Problem::not_found(
                "CHAIN_UNSUPPORTED",
                format!("chain {id} is not served here; served: {}", self.list()),
            )
        })
    }

    /// [`Chains::resolve`] of an id that arrives as text.
    ///
    /// # Errors
    /// As there; a text that is no number is `CHAIN_UNSUPPORTED` too.
    pub fn parse(&self, id: Option<&str>) -> Result<(ChainId, &T), Problem> {
        let id = id.map(|text| parse::uint64("CHAIN_UNSUPPORTED", "chain", text)).transpose()?;
        self.resolve(id)
    }

    fn list(&self) -> String {
        self.0.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(", ")
    }
}
