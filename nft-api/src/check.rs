//! Checks of ownership: the contract's own word at one pinned block, and the index's word beside it.

use std::collections::BTreeMap;

use api_kit::{problem::Problem, scope::Scope};

use self::{answer::Answer, request::Check};
use crate::{deps::Deps, failure};

pub mod answer;
mod index;
mod live;
pub mod request;
#[cfg(test)]
mod tests;

/// Answers checks in their order; those of one chain at one block.
///
/// # Errors
/// 503 when a node does not answer, 422 when a contract does not behave like its standard.
pub async fn run(deps: &Deps, checks: &[Check]) -> Result<Vec<Answer>, Problem> {
    let scope = Scope::new(deps.reader.clone());
    let mut by_chain = BTreeMap::<_, Vec<_>>::new();
    for (index, check) in checks.iter().enumerate() {
        by_chain.entry(check.chain).or_default().push((index, check));
    }
    let mut answers = BTreeMap::new();
    for (chain, checks) in by_chain {
        let (_, chain_deps) = deps.chains.resolve(Some(chain))?;
        let client = &chain_deps.client;
        let block = client.latest_block().await.map_err(|error| failure::of_chain(&error))?;
        let calls: Vec<_> = checks.iter().map(|(_, check)| live::call(check)).collect();
        let results = client
            .call_many(&calls, block.hash)
            .await
            .map_err(|error| failure::of_chain(&error))?;
        // the verdict is the chain's: without an index it stands all the same
        let snapshot = scope.at(chain).await.ok();
        for ((index, check), result) in checks.into_iter().zip(results) {
            let live = live::read(check, result)?;
            let indexed = match &snapshot {
                Some(snapshot) => index::read(snapshot, check).await?,
                None => None,
            };
            answers.insert(index, Answer::new(check, block, &live, indexed));
        }
    }
    Ok(answers.into_values().collect())
}
