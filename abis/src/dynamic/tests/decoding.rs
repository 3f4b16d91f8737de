//! Values of every kind, against an encoder that is not ours; and whatever else a log may hold.

use std::sync::Arc;

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{B256, Bytes, I256, LogData, U256, keccak256};
use domain::contract::{Body, Kind, Table, Value};
use proptest::prelude::*;

use super::*;
use crate::dynamic::Watcher;

/// A contract with one event of these parameters.
fn watcher(parameters: &[&str]) -> (Watcher, Arc<Table>) {
    let contracts = Contracts::compile(&[spec("x", abi(&[event("E", parameters)]))]).unwrap();
    let table = Arc::clone(contracts.tables().next().unwrap());
    (Watcher::new(Arc::new(contracts)), table)
}

fn body(parameters: &[&str], topics: &[B256], data: impl Into<Bytes>) -> Body {
    let (watcher, table) = watcher(parameters);
    let mut all = vec![keccak256(&table.signature)];
    all.extend(topics);
    let log = LogData::new_unchecked(all, data.into());
    watcher.logs(address(1), &log).next().unwrap().body
}

fn encoded(values: Vec<DynSolValue>) -> Vec<u8> {
    DynSolValue::Tuple(values).abi_encode_params()
}

fn decoded(parameters: &[&str], values: Vec<DynSolValue>) -> Vec<Value> {
    match body(parameters, &[], encoded(values)) {
        Body::Decoded { values, lossy: false } => values,
        other => panic!("{parameters:?}: {other:?}"),
    }
}

fn is_raw(body: &Body) -> bool {
    matches!(body, Body::Raw { .. })
}

#[test]
fn numbers_are_small_where_they_fit() {
    let kind = |ty: &str| watcher(&[&format!("v {ty}")]).1.fields[0].kind.clone();
    assert_eq!(kind("uint8"), Kind::Int(8));
    assert_eq!(kind("uint56"), Kind::Int(56));
    assert_eq!(kind("uint64"), Kind::Uint);
    assert_eq!(kind("int64"), Kind::Int(64));
    assert_eq!(kind("int72"), Kind::Signed);
    let one = |ty: &str, value| decoded(&[&format!("v {ty}")], vec![value]).remove(0);
    assert_eq!(one("uint24", DynSolValue::Uint(U256::from(3_000), 24)), Value::Int(3_000));
    assert_eq!(one("int24", DynSolValue::Int(I256::unchecked_from(-60), 24)), Value::Int(-60));
    let least = I256::unchecked_from(i64::MIN);
    assert_eq!(one("int64", DynSolValue::Int(least, 64)), Value::Int(i64::MIN));
    let most = U256::from(u64::MAX);
    assert_eq!(one("uint64", DynSolValue::Uint(most, 64)), Value::Uint(most));
    assert_eq!(one("uint256", DynSolValue::Uint(U256::MAX, 256)), Value::Uint(U256::MAX));
    assert_eq!(one("int256", DynSolValue::Int(I256::MIN, 256)), Value::Signed(I256::MIN));
}

#[test]
fn bits_that_a_type_does_not_have_are_another_layout() {
    let word = |value: U256| value.to_be_bytes::<32>().to_vec();
    for (ty, value) in [
        ("bool", U256::from(2)),
        ("uint8", U256::from(256)),
        ("uint56", U256::ONE << 56),
        ("uint248", U256::MAX),
        ("int8", U256::from(128)),
        ("int128", U256::ONE << 127),
        ("address", U256::ONE << 160),
        ("bytes4", U256::ONE),
        ("function", U256::ONE),
    ] {
        assert!(is_raw(&body(&[&format!("v {ty}")], &[], word(value))), "{ty}");
        let indexed = format!("v {ty} indexed");
        assert!(is_raw(&body(&[&indexed], &[B256::from(value)], Vec::new())), "{ty} indexed");
    }
    assert!(is_raw(&body(&["v uint256"], &[], vec![0; 31])), "short data");
    assert!(is_raw(&body(&["v string"], &[], word(U256::MAX))), "an offset out of the data");
    // more data than needed is not another layout: compilers may append
    assert!(!is_raw(&body(&["v uint256"], &[], vec![0; 64])));
}

#[test]
fn what_is_too_long_for_a_topic_is_its_hash() {
    let (_, table) = watcher(&["s string indexed", "l uint8[2] indexed", "a address indexed"]);
    let kinds: Vec<&Kind> = table.fields.iter().map(|field| &field.kind).collect();
    assert_eq!(kinds, [&Kind::Hash, &Kind::Hash, &Kind::Address]);
    let hash = keccak256("text");
    let Body::Decoded { values, .. } = body(&["s string indexed"], &[hash], Vec::new()) else {
        panic!("not decoded")
    };
    assert_eq!(values, [Value::Bytes(hash.into())]);
}

#[test]
fn nested_values_keep_their_names() {
    let mut nested = event("E", &["head uint8"]);
    nested["inputs"].as_array_mut().unwrap().push(serde_json::json!({
        "name": "orders", "type": "tuple[]", "indexed": false, "components": [
            { "name": "maker", "type": "address" },
            { "name": "", "type": "tuple", "components": [
                { "name": "note", "type": "string" }, { "name": "ids", "type": "uint256[]" },
            ] },
        ]
    }));
    let contracts = Contracts::compile(&[spec("x", abi(&[nested]))]).unwrap();
    let table = Arc::clone(contracts.tables().next().unwrap());
    assert_eq!(table.signature, "E(uint8,(address,(string,uint256[]))[])");
    let Kind::List(order) = &table.fields[1].kind else { panic!("{table:?}") };
    let Kind::Struct(members) = order.as_ref() else { panic!("{table:?}") };
    assert_eq!((members[0].name.as_str(), members[1].name.as_str()), ("maker", "arg1"));

    let ids = DynSolValue::Array(vec![DynSolValue::Uint(U256::from(7), 256)]);
    let inner = DynSolValue::Tuple(vec![DynSolValue::String("hi".into()), ids]);
    let order = DynSolValue::Tuple(vec![address(3).into(), inner]);
    let data = encoded(vec![
        DynSolValue::Uint(U256::from(1), 8),
        DynSolValue::Array(vec![order.clone(), order]),
    ]);
    let log = LogData::new_unchecked(vec![keccak256(&table.signature)], data.into());
    let watcher = Watcher::new(Arc::new(contracts));
    let found = watcher.logs(address(1), &log).next().unwrap();
    let inner = Value::Struct(vec![
        Value::Text("hi".into()),
        Value::List(vec![Value::Uint(U256::from(7))]),
    ]);
    let order = Value::Struct(vec![Value::Address(address(3)), inner]);
    let values = vec![Value::Int(1), Value::List(vec![order.clone(), order])];
    assert_eq!(found.body, Body::Decoded { values, lossy: false });
}

#[test]
fn texts_are_made_safe_and_say_so() {
    let text = |bytes: Vec<u8>| {
        let data = encoded(vec![DynSolValue::Bytes(bytes)]);
        match body(&["s string"], &[], data) {
            Body::Decoded { values, lossy } => match values.as_slice() {
                [Value::Text(text)] => (text.clone(), lossy),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(text("Größe\n🦀".into()), ("Größe\n🦀".to_owned(), false));
    assert_eq!(text(b"a\0b\x1b[2J".to_vec()), ("a\u{fffd}b\u{fffd}[2J".to_owned(), true));
    assert_eq!(text(b"\xff\xfe".to_vec()), ("\u{fffd}\u{fffd}".to_owned(), true));
    let (long, lossy) = text(vec![b'x'; 1_000_000]);
    assert_eq!((long.len(), lossy), (16 * 1024, true));
    let bytes = vec![7; 100_000];
    let whole = decoded(&["b bytes"], vec![DynSolValue::Bytes(bytes.clone())]);
    assert_eq!(whole, [Value::Bytes(bytes.into())]);
}

#[test]
fn data_that_multiplies_is_not_followed() {
    let word = |value: usize| U256::from(value).to_be_bytes::<32>();
    // an outer array whose elements all are the same inner array of arrays of the same texts
    let width = 300;
    let mut data = word(32).to_vec();
    for _ in 0..3 {
        data.extend(word(width));
        data.extend(std::iter::repeat_n(word(width * 32), width).flatten());
    }
    data.extend(word(32));
    data.extend([b'x'; 32]);
    assert!(is_raw(&body(&["v string[][][]"], &[], data.clone())));
    assert!(is_raw(&body(&["v bytes[][][]"], &[], data)));
    // a count without elements
    let lie = [word(32), word(1 << 40)].concat();
    assert!(is_raw(&body(&["v uint256[]"], &[], lie)));
    // more than a document can hold is kept as it came, up to a bound
    let Body::Raw { data, lossy, .. } = body(&["v bool"], &[], vec![9; 5 * 1024 * 1024]) else {
        panic!("decoded")
    };
    assert_eq!((data.len(), lossy), (4 * 1024 * 1024, true));
}

/// Types as an ABI may have them, with a value.
fn typed() -> impl Strategy<Value = (DynSolType, DynSolValue)> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(|v| (DynSolType::Bool, DynSolValue::Bool(v))),
        any::<[u8; 20]>().prop_map(|v| (DynSolType::Address, Address::from(v).into())),
        (1..=32usize, any::<[u8; 32]>()).prop_map(|(bytes, v)| {
            let bits = bytes * 8;
            let value = U256::from_be_bytes(v) >> (256 - bits);
            (DynSolType::Uint(bits), DynSolValue::Uint(value, bits))
        }),
        (1..=32usize, any::<[u8; 32]>()).prop_map(|(bytes, v)| {
            let bits = bytes * 8;
            let value = I256::from_be_bytes(v).asr(256 - bits);
            (DynSolType::Int(bits), DynSolValue::Int(value, bits))
        }),
        (1..=32usize, any::<[u8; 32]>()).prop_map(|(size, mut v)| {
            v[size..].fill(0);
            (DynSolType::FixedBytes(size), DynSolValue::FixedBytes(v.into(), size))
        }),
        proptest::collection::vec(any::<u8>(), 0..70)
            .prop_map(|v| (DynSolType::Bytes, DynSolValue::Bytes(v))),
        "[ -~]{0,40}".prop_map(|v| (DynSolType::String, DynSolValue::String(v))),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0..4usize).prop_map(|((ty, value), count)| {
                (DynSolType::Array(Box::new(ty)), DynSolValue::Array(vec![value; count]))
            }),
            (inner.clone(), 1..4usize).prop_map(|((ty, value), count)| {
                let ty = DynSolType::FixedArray(Box::new(ty), count);
                (ty, DynSolValue::FixedArray(vec![value; count]))
            }),
            proptest::collection::vec(inner, 1..4).prop_map(|members| {
                let (types, values) = members.into_iter().unzip();
                (DynSolType::Tuple(types), DynSolValue::Tuple(values))
            }),
        ]
    })
}

/// The value as it has to come out.
fn expected(ty: &DynSolType, value: &DynSolValue) -> Value {
    match (ty, value) {
        (_, DynSolValue::Bool(v)) => Value::Bool(*v),
        (_, DynSolValue::Address(v)) => Value::Address(*v),
        (_, DynSolValue::Uint(v, bits)) if *bits < 64 => Value::Int(v.to::<i64>()),
        (_, DynSolValue::Uint(v, _)) => Value::Uint(*v),
        (_, DynSolValue::Int(v, bits)) if *bits <= 64 => Value::Int(v.as_i64()),
        (_, DynSolValue::Int(v, _)) => Value::Signed(*v),
        (_, DynSolValue::FixedBytes(v, size)) => Value::Bytes(v[..*size].to_vec().into()),
        (_, DynSolValue::Bytes(v)) => Value::Bytes(v.clone().into()),
        (_, DynSolValue::String(v)) => Value::Text(v.clone()),
        (
            DynSolType::Array(ty) | DynSolType::FixedArray(ty, _),
            DynSolValue::Array(v) | DynSolValue::FixedArray(v),
        ) => Value::List(v.iter().map(|v| expected(ty, v)).collect()),
        (DynSolType::Tuple(types), DynSolValue::Tuple(v)) => {
            Value::Struct(types.iter().zip(v).map(|(ty, v)| expected(ty, v)).collect())
        }
        other => panic!("{other:?}"),
    }
}

const HOSTILE: &[&str] =
    &["a uint256[]", "b string", "c bytes[2][]", "d (uint8,string,(bool,int24[])[])[]", "e int128"];

proptest! {
    #[test]
    fn what_was_encoded_comes_out(values in proptest::collection::vec(typed(), 0..4)) {
        let names: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(index, (ty, _))| format!("v{index} {}", ty.sol_type_name()))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let wanted: Vec<Value> = values.iter().map(|(ty, value)| expected(ty, value)).collect();
        let data = encoded(values.into_iter().map(|(_, value)| value).collect());
        prop_assert_eq!(
            body(&names, &[], data),
            Body::Decoded { values: wanted, lossy: false }
        );
    }

    #[test]
    fn random_bytes_are_kept(data in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let kept = body(HOSTILE, &[], data.clone());
        if let Body::Raw { data: raw, lossy, .. } = kept {
            prop_assert!(!lossy && raw == data);
        }
    }

    /// Words that look like offsets and lengths reach deeper than random ones.
    #[test]
    fn random_small_words_are_survived(words in proptest::collection::vec(0..60u8, 0..80)) {
        let data: Vec<u8> = words
            .iter()
            .flat_map(|word| U256::from(u16::from(*word) * 16).to_be_bytes::<32>())
            .collect();
        match body(HOSTILE, &[], data.clone()) {
            Body::Raw { data: raw, .. } => prop_assert!(raw == data),
            Body::Decoded { values, .. } => prop_assert_eq!(values.len(), HOSTILE.len()),
        }
    }
}
