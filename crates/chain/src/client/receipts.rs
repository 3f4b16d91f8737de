//! Single transactions: as they were sent, and what became of them.

use alloy_primitives::{Address, B256, Bytes, U256};
use domain::block::BlockRef;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Client, exchange::Ask, fees::Fees};
use crate::{
    error::ChainError,
    raw::RawLog,
    wire::{WireBlock, WireOutcome, WireSent, small},
};

/// What became of a transaction that stands in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Hash of the transaction.
    pub hash: B256,
    /// Its index in the block.
    pub index: u32,
    /// Height and hash of the block.
    pub block: (u64, B256),
    /// Who sent it; zero for what nobody signed.
    pub from: Address,
    /// Who was called; `None` where a contract was created.
    pub to: Option<Address>,
    /// The contract that was created.
    pub created: Option<Address>,
    /// Whether it went through; `None` in receipts that do not say it.
    pub success: Option<bool>,
    /// Gas that it used.
    pub gas_used: Option<u64>,
    /// What was paid for gas (wei).
    pub gas_price: Option<U256>,
    /// What it cost.
    pub fees: Fees,
    /// Its logs, ascending.
    pub logs: Vec<RawLog>,
}

/// A transaction as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Hash.
    pub hash: B256,
    /// Who sent it.
    pub from: Address,
    /// Who is called; `None` where a contract is created.
    pub to: Option<Address>,
    /// Native coins that go with it (wei).
    pub value: U256,
    /// Number among the sender's.
    pub nonce: u64,
    /// Gas that it may use.
    pub gas: u64,
    /// What is called.
    pub input: Bytes,
    /// The block that it stands in; `None` while it is pending.
    pub block: Option<B256>,
}

impl Client {
    /// The receipt of a transaction; `None` where the node has none (yet, or any more).
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn receipt(&self, hash: B256) -> Result<Option<Receipt>, ChainError> {
        let found = self.by_hash::<WireOutcome>("eth_getTransactionReceipt", hash).await?;
        let Some(wire) = found else { return Ok(None) };
        same(hash, wire.transaction_hash)?;
        let (Some(number), Some(block)) = (wire.block_number, wire.block_hash) else {
            return Ok(None);
        };
        let logs = wire.logs.unwrap_or_default().into_iter().map(RawLog::try_from);
        let gas_used = wire.gas_used.map(|gas| gas.0);
        let gas_price = wire.effective_gas_price.or(wire.gas_price);
        Ok(Some(Receipt {
            hash,
            index: small(wire.transaction_index, "a transaction index")?,
            block: (number.0, block),
            from: wire.from.unwrap_or_default(),
            to: wire.to,
            created: wire.contract_address,
            success: wire.status.map(|status| status.0 == 1),
            gas_used,
            gas_price,
            fees: Fees::of(gas_used, gas_price, &wire.extra),
            logs: logs.collect::<Result<_, _>>()?,
        }))
    }

    /// A transaction, also one that is in no block yet; `None` where the node does not know it.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn sent(&self, hash: B256) -> Result<Option<Sent>, ChainError> {
        let found = self.by_hash::<WireSent>("eth_getTransactionByHash", hash).await?;
        let Some(wire) = found else { return Ok(None) };
        same(hash, wire.hash)?;
        Ok(Some(Sent {
            hash,
            from: wire.from.unwrap_or_default(),
            to: wire.to,
            value: wire.value.unwrap_or_default(),
            nonce: wire.nonce.0,
            gas: wire.gas.0,
            input: wire.input,
            block: wire.block_hash,
        }))
    }

    /// The block with this hash; `None` where the node does not have it.
    ///
    /// # Errors
    /// Any [`ChainError`].
    pub async fn block_with_hash(&self, hash: B256) -> Result<Option<BlockRef>, ChainError> {
        let ask = self.of_newest("eth_getBlockByHash");
        let (found, _) = self.one_of::<Option<WireBlock>>(&ask, json!([hash, false])).await?;
        let found = found.as_ref().map(BlockRef::from);
        found.map(|block| same(hash, block.hash).map(|()| block)).transpose()
    }

    async fn by_hash<T: DeserializeOwned + Send>(
        &self,
        method: &'static str,
        hash: B256,
    ) -> Result<Option<T>, ChainError> {
        let ask = self.of_newest(method);
        Ok(self.one_of::<Option<T>>(&ask, json!([hash])).await?.0)
    }

    /// A question for whoever has come furthest: what others do not have yet they would deny.
    fn of_newest(&self, method: &'static str) -> Ask {
        Ask { prefer: self.highest_head(), ..Ask::new(method) }
    }
}

fn same(asked: B256, found: B256) -> Result<(), ChainError> {
    if asked == found {
        return Ok(());
    }
    Err(ChainError::Inconsistent(format!("asked for {asked}, got {found}")))
}
