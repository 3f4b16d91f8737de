//! The logs of one block that cannot be had by one query: from its receipts, or where there are none, from smaller and
//! smaller queries.

use alloy_primitives::B256;

use crate::{
    error::ChainError,
    source::{
        Source,
        fetch::Found,
        filter::{Query, by_hash},
    },
};

impl Source {
    /// What these questions ask of a block.
    pub(super) async fn logs_of_block(
        &self,
        number: u64,
        hash: Option<B256>,
        queries: &[Query],
    ) -> Result<Found, ChainError> {
        let hash = match hash {
            Some(hash) => hash,
            None => match self.client.block(number).await? {
                Some(block) => block.hash,
                None => return Err(ChainError::Missing(format!("block {number}"))),
            },
        };
        match self.client.receipts(hash).await {
            Ok(receipts) => {
                let mut found = Found::default();
                for mut receipt in receipts {
                    if receipt.block_hash != hash {
                        return Err(ChainError::Inconsistent(format!(
                            "asked for receipts of {hash}, got one of {}",
                            receipt.block_hash
                        )));
                    }
                    let logs = receipt.logs.take().unwrap_or_default();
                    let before = found.logs.len();
                    let wanted = logs
                        .into_iter()
                        .filter(|log| queries.iter().any(|query| query.matches(log)));
                    found.logs.extend(wanted);
                    if found.logs.len() > before && self.transactions {
                        found.transactions.push((hash, receipt.transaction()?));
                    }
                }
                Ok(found)
            }
            Err(ChainError::Refused(_) | ChainError::TooLarge(_)) => {
                self.in_parts(hash, queries.to_vec()).await
            }
            Err(error) => Err(error),
        }
    }

    async fn in_parts(&self, hash: B256, mut queries: Vec<Query>) -> Result<Found, ChainError> {
        let mut found = Found::default();
        while let Some(query) = queries.pop() {
            let filters = [query.json(&by_hash(hash))];
            match self.client.logs_many(&filters).await?.pop() {
                Some(Ok(logs)) => found.logs.extend(logs),
                Some(Err(ChainError::TooLarge(message))) => match query.halves() {
                    Some(halves) => queries.extend(halves),
                    None => return Err(ChainError::TooLarge(message)),
                },
                Some(Err(ChainError::Refused(message))) => match query.halves_of_addresses() {
                    Some(halves) => {
                        self.planner.addresses_refused(query.addresses.len());
                        queries.extend(halves);
                    }
                    None => return Err(ChainError::Refused(message)),
                },
                Some(Err(error)) => return Err(error),
                None => return Err(ChainError::Missing(format!("logs of {hash}"))),
            }
        }
        Ok(found)
    }
}
