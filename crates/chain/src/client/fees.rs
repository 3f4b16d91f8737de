//! What a transaction cost: for its gas, and beside it what rollups pay for the chain below them and what blobs cost.
//!
//! Arbitrum and zkSync have all of it in the gas. OP Stack, Scroll and Metis tell a fee of the chain below in the receipt
//! (`l1Fee`), OP Stack since Isthmus that of the operator by its factors, too.

use alloy_primitives::U256;

use crate::wire::WireExtra;

#[cfg(test)]
mod tests;

/// Type of transactions that carry blobs; elsewhere "blob gas" is another measure (OP Stack since Jovian).
const BLOBS: u64 = 3;
/// Type of what comes from the chain below, where it was paid.
const DEPOSIT: u64 = 0x7e;
/// The operator's factor is in millionths, since Jovian in hundreds.
const MILLION: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
const HUNDRED: U256 = U256::from_limbs([100, 0, 0, 0]);

/// What a transaction cost (wei), in all and by what it was paid for; `None` of what it did not pay, or what is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fees {
    /// In all; `None` where a part of it is not known.
    pub total: Option<U256>,
    /// For its gas.
    pub gas: Option<U256>,
    /// For its place in the chain below.
    pub l1: Option<U256>,
    /// For the operator of the rollup.
    pub operator: Option<U256>,
    /// For its blobs.
    pub blobs: Option<U256>,
}

impl Fees {
    pub(super) fn of(gas: Option<u64>, price: Option<U256>, extra: &WireExtra) -> Self {
        let gas_used = gas.map(U256::from);
        let gas = gas_used.zip(price).and_then(|(gas, price)| gas.checked_mul(price));
        let is_jovian = extra.da_footprint_gas_scalar.is_some();
        match (extra.kind.map(|kind| kind.0), &extra.token_ratio) {
            (Some(DEPOSIT), _) => Self { total: gas, gas, ..Self::default() },
            // Mantle had its part of the chain below in the gas before it went the way of the others, in its own coin
            (_, Some(_)) => Self { total: gas.filter(|_| !is_jovian), gas, ..Self::default() },
            (kind, None) => {
                let blobs = (kind == Some(BLOBS)).then(|| {
                    let blobs = extra.blob_gas_used.zip(extra.blob_gas_price);
                    blobs.and_then(|(gas, price)| gas.checked_mul(price))
                });
                let operator = match (extra.operator_fee_scalar, extra.operator_fee_constant) {
                    (None, None) => None,
                    (scalar, constant) => {
                        let (scalar, constant) =
                            (scalar.unwrap_or_default(), constant.unwrap_or_default());
                        Some(gas_used.and_then(|gas| operators(gas, scalar, constant, is_jovian)))
                    }
                };
                let parts = [gas, extra.l1_fee.or(Some(U256::ZERO))].into_iter();
                let total = parts.chain(operator).chain(blobs);
                let total = total.reduce(|sum, part| sum?.checked_add(part?)).flatten();
                Self {
                    total,
                    gas,
                    l1: extra.l1_fee,
                    operator: operator.flatten(),
                    blobs: blobs.flatten(),
                }
            }
        }
    }
}

/// `GasPriceOracle.getOperatorFee`.
fn operators(gas: U256, scalar: U256, constant: U256, is_jovian: bool) -> Option<U256> {
    let part = gas.checked_mul(scalar)?;
    let part = if is_jovian { part.checked_mul(HUNDRED)? } else { part / MILLION };
    part.checked_add(constant)
}
