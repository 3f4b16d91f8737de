//! Metadata of tokens that a batch sees first.

use std::collections::{BTreeSet, HashMap};

use abis::metadata::CALLS;
use alloy_primitives::{Address, Bytes};
use chain::{ChainError, Client};
use domain::entity::TokenMetadata;

/// Tokens asked at once.
const CHUNK: usize = 25;

/// Asks the tokens what they are. A call that reverts is an answer; an endpoint that fails is an error, never a fact.
pub(crate) async fn fetch(
    client: &Client,
    tokens: &BTreeSet<Address>,
    native_symbol: &str,
) -> Result<HashMap<Address, TokenMetadata>, ChainError> {
    let mut found = HashMap::new();
    let mut asked = Vec::new();
    for token in tokens {
        if token.is_zero() {
            found.insert(*token, abis::metadata::native(native_symbol));
        } else {
            asked.push(*token);
        }
    }
    for chunk in asked.chunks(CHUNK) {
        let calls =
            chunk.iter().flat_map(|token| abis::metadata::calls(*token)).collect::<Vec<_>>();
        let answers = client
            .call_many_latest(&calls)
            .await?
            .into_iter()
            .map(settled)
            .collect::<Result<Vec<_>, _>>()?;
        for (token, answers) in chunk.iter().zip(answers.as_chunks::<CALLS>().0) {
            let answers = answers.each_ref().map(|answer| answer.as_ref().map(AsRef::as_ref));
            found.insert(*token, abis::metadata::parse(answers));
        }
    }
    Ok(found)
}

/// The answer, `None` for a revert.
fn settled(answer: Result<Bytes, ChainError>) -> Result<Option<Bytes>, ChainError> {
    match answer {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ChainError::Reverted { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
