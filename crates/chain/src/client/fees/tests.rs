//! Receipts as chains write them.

use serde_json::{Value, json};

use super::*;
use crate::wire::WireOutcome;

/// The fees of a receipt of 21,000 gas at 7 wei: total, gas, of the chain below, of the operator, of blobs.
fn fees(extra: &Value) -> [Option<u64>; 5] {
    let mut receipt = json!({
        "transactionHash": format!("0x{}", "11".repeat(32)), "gasUsed": "0x5208", "effectiveGasPrice": "0x7", "type": "0x2",
    });
    for (name, value) in extra.as_object().unwrap() {
        receipt[name] = value.clone();
    }
    let wire: WireOutcome = serde_json::from_value(receipt).unwrap();
    let gas = wire.gas_used.map(|gas| gas.0);
    let Fees { total, gas, l1, operator, blobs } =
        Fees::of(gas, wire.effective_gas_price, &wire.extra);
    [total, gas, l1, operator, blobs].map(|fee| fee.map(|fee| fee.to()))
}

#[test]
fn a_fee_is_all_that_was_paid() {
    let gas = Some(147_000);
    for (chain, extra, expected) in [
        ("Ethereum", json!({}), [gas, gas, None, None, None]),
        ("no price", json!({ "effectiveGasPrice": null }), [None; 5]),
        (
            "Ethereum, blobs",
            json!({ "type": "0x3", "blobGasUsed": "0x20000", "blobGasPrice": "0x3" }),
            [Some(147_000 + 393_216), gas, None, None, Some(393_216)],
        ),
        // what they cost is not told: nor is all of it
        (
            "blobs",
            json!({ "type": "0x3", "blobGasUsed": "0x20000" }),
            [None, gas, None, None, None],
        ),
        // anvil tells a price of blobs of everything
        ("anvil", json!({ "blobGasPrice": "0x1" }), [gas, gas, None, None, None]),
        (
            "OP Stack, Scroll",
            json!({ "l1Fee": "0x64", "l1GasUsed": "0x640" }),
            [Some(147_100), gas, Some(100), None, None],
        ),
        (
            "OP Stack, Isthmus",
            json!({ "l1Fee": "0x64", "operatorFeeScalar": "0xf4240", "operatorFeeConstant": "0x5" }),
            [Some(168_105), gas, Some(100), Some(21_005), None],
        ),
        // cut, not rounded
        (
            "OP Stack, Isthmus",
            json!({ "l1Fee": "0x0", "operatorFeeScalar": "0x5f" }),
            [Some(147_001), gas, Some(0), Some(1), None],
        ),
        (
            "OP Stack, Jovian",
            json!({
                "l1Fee": "0x64", "operatorFeeScalar": "0x2", "operatorFeeConstant": "0x5",
                "daFootprintGasScalar": "0x190", "blobGasUsed": "0x9c40", "blobGasPrice": "0x1",
            }),
            [Some(147_000 + 100 + 4_200_005), gas, Some(100), Some(4_200_005), None],
        ),
        (
            "OP Stack, what came from below",
            json!({ "type": "0x7e", "effectiveGasPrice": "0x0", "l1Fee": "0x64", "operatorFeeConstant": "0x5" }),
            [Some(0), Some(0), None, None, None],
        ),
        ("Arbitrum", json!({ "gasUsedForL1": "0x64" }), [gas, gas, None, None, None]),
        ("Mantle", json!({ "l1Fee": "0x64", "tokenRatio": "4000" }), [gas, gas, None, None, None]),
        (
            "Mantle, as the others",
            json!({ "l1Fee": "0x64", "tokenRatio": "0xfa0", "daFootprintGasScalar": "0x190" }),
            [None, gas, None, None, None],
        ),
    ] {
        assert_eq!(fees(&extra), expected, "{chain}");
    }
}
