//! An allowance of Permit2 as typed data (EIP-712), for a wallet to sign.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct};
use serde_json::{Value, json};

use crate::periphery::PermitSingle;

/// Name in the domain of its signatures.
const NAME: &str = "Permit2";

/// What `eth_signTypedData_v4` takes. The message's numbers are texts, which wallets read whatever their size.
#[must_use]
pub fn typed_data(chain_id: u64, permit2: Address, permit: &PermitSingle) -> Value {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    json!({
        "types": {
            "EIP712Domain": [
                field("name", "string"),
                field("chainId", "uint256"),
                field("verifyingContract", "address"),
            ],
            "PermitSingle": [
                field("details", "PermitDetails"),
                field("spender", "address"),
                field("sigDeadline", "uint256"),
            ],
            "PermitDetails": [
                field("token", "address"),
                field("amount", "uint160"),
                field("expiration", "uint48"),
                field("nonce", "uint48"),
            ],
        },
        "primaryType": "PermitSingle",
        "domain": {
            "name": NAME,
            "chainId": chain_id,
            "verifyingContract": permit2,
        },
        "message": {
            "details": {
                "token": permit.details.token,
                "amount": permit.details.amount.to_string(),
                "expiration": permit.details.expiration.to_string(),
                "nonce": permit.details.nonce.to_string(),
            },
            "spender": permit.spender,
            "sigDeadline": permit.sigDeadline.to_string(),
        },
    })
}

/// The hash that a signature of this allowance is of.
#[must_use]
pub fn signing_hash(chain_id: u64, permit2: Address, permit: &PermitSingle) -> B256 {
    let domain =
        Eip712Domain::new(Some(NAME.into()), None, Some(U256::from(chain_id)), Some(permit2), None);
    permit.eip712_signing_hash(&domain)
}
