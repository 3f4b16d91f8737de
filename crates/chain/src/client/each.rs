//! Questions about the state after a block that many ask together: what goes wrong with one is no matter of the others.

use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::json;

use super::{Client, call_params, exchange::Ask};
use crate::error::ChainError;

impl Client {
    /// What accounts hold of the native currency (wei) after the block with this hash, in one round trip. The outer error
    /// speaks of the endpoints, the inner ones of single accounts.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn native_balances(
        &self,
        accounts: &[Address],
        block: B256,
    ) -> Result<Vec<Result<U256, ChainError>>, ChainError> {
        let params = accounts
            .iter()
            .map(|account| json!([account, { "blockHash": block }]).to_string())
            .collect::<Vec<_>>();
        self.many(&Ask::new("eth_getBalance"), &params).await
    }

    /// As [`Client::call_many`], where an endpoint that fails with one call has only that one's failure.
    ///
    /// # Errors
    /// Any [`ChainError`], where nothing at all is answered.
    pub async fn call_each(
        &self,
        calls: &[(Address, Bytes)],
        block: B256,
    ) -> Result<Vec<Result<Bytes, ChainError>>, ChainError> {
        let at = json!({ "blockHash": block });
        let params = calls
            .iter()
            .map(|(to, data)| call_params(*to, data, &at).to_string())
            .collect::<Vec<_>>();
        self.many(&Ask::new("eth_call"), &params).await
    }
}
