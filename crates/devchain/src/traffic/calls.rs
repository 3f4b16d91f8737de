//! Many typed calls in one request.

use std::marker::PhantomData;

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, Bytes};

use crate::error::DevchainError;
use crate::rpc::Rpc;

/// Calls to be made together.
#[derive(Debug, Default)]
pub(crate) struct Calls(Vec<(Address, Vec<u8>)>);

/// Where the answer of a call will be.
#[derive(Debug)]
pub(crate) struct Slot<C>(usize, PhantomData<C>);

impl<C> Clone for Slot<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Slot<C> {}

/// The answers.
#[derive(Debug)]
pub(crate) struct Answers(Vec<Option<Bytes>>);

impl Calls {
    pub(crate) fn add<C: SolCall>(&mut self, to: Address, call: &C) -> Slot<C> {
        self.0.push((to, call.abi_encode()));
        Slot(self.0.len() - 1, PhantomData)
    }

    pub(crate) async fn send(
        self,
        rpc: &Rpc,
        multicall: Address,
    ) -> Result<Answers, DevchainError> {
        Ok(Answers(rpc.multicall(multicall, self.0).await?))
    }
}

impl Answers {
    /// The answer, or `None` when the call reverted or there is no such contract.
    pub(crate) fn get<C: SolCall>(&self, slot: Slot<C>) -> Option<C::Return> {
        C::abi_decode_returns(self.0.get(slot.0)?.as_ref()?).ok()
    }
}
