//! The accounts that act on the local chain. Their keys are derived from public words: never send anything of value
//! to them.

use alloy::consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy::eips::eip2718::Encodable2718;
use alloy::network::TxSignerSync;
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};

use crate::error::DevchainError;

/// How many accounts trade.
pub const TRADERS: usize = 8;

/// What every transaction pays per gas (wei); the base fee is 0.
const GAS_PRICE_WEI: u128 = 1_000_000_000;

/// The private key of trader `index`, below [`TRADERS`].
#[must_use]
pub fn trader_key(index: usize) -> B256 {
    keccak256(format!("sooho devchain trader {index}"))
}

/// The private key of the account that deploys everything: minter of the tokens and collections, owner and a spender of
/// the points.
#[must_use]
pub fn deployer_key() -> B256 {
    keccak256("sooho devchain deployer")
}

/// An address that only ever receives; nobody has its key.
#[must_use]
pub fn stranger(index: u64) -> Address {
    Address::from_word(keccak256(format!("sooho devchain stranger {index}")))
}

/// The address of a private key of this module.
///
/// # Errors
/// When `key` is no private key (zero, or beyond the curve's order).
pub fn address_of(key: B256) -> Result<Address, DevchainError> {
    Ok(signer(key)?.address())
}

fn signer(key: B256) -> Result<PrivateKeySigner, DevchainError> {
    PrivateKeySigner::from_bytes(&key).map_err(|error| DevchainError::Signing {
        account: "a derived key".to_owned(),
        reason: error.to_string(),
    })
}

/// One account with its signer and its next nonce.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    signer: PrivateKeySigner,
    pub(crate) address: Address,
    pub(crate) nonce: u64,
}

/// What a transaction does, without who sends it.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) to: TxKind,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) gas: u64,
}

impl Action {
    /// A call of a contract without native coins.
    pub(crate) fn call(to: Address, data: Vec<u8>, gas: u64) -> Self {
        Self { to: TxKind::Call(to), value: U256::ZERO, data: data.into(), gas }
    }

    /// The same with native coins (wei).
    pub(crate) fn paying(mut self, value: U256) -> Self {
        self.value = value;
        self
    }
}

impl Account {
    /// The account of `key`, starting at nonce 0.
    pub(crate) fn new(key: B256) -> Result<Self, DevchainError> {
        let signer = signer(key)?;
        let address = signer.address();
        Ok(Self { signer, address, nonce: 0 })
    }

    /// Signs the account's next transaction and counts its nonce up.
    pub(crate) fn sign(&mut self, chain_id: u64, action: Action) -> Result<Bytes, DevchainError> {
        let mut transaction = TxEip1559 {
            chain_id,
            nonce: self.nonce,
            gas_limit: action.gas,
            max_fee_per_gas: GAS_PRICE_WEI,
            max_priority_fee_per_gas: GAS_PRICE_WEI,
            to: action.to,
            value: action.value,
            input: action.data,
            ..TxEip1559::default()
        };
        let signature = self.signer.sign_transaction_sync(&mut transaction).map_err(|error| {
            DevchainError::Signing { account: self.address.to_string(), reason: error.to_string() }
        })?;
        self.nonce += 1;
        Ok(TxEnvelope::Eip1559(transaction.into_signed(signature)).encoded_2718().into())
    }
}
