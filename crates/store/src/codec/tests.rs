//! Every stored form is exact and sorts like what it stands for.

use alloy_primitives::{Address, I256, U256};
use serde::{Serialize, de::DeserializeOwned};

use super::{Addr, Int, Liquidity, LiquidityNet, Num, Pid, Small, Uint, binary};

#[derive(Serialize, serde::Deserialize)]
struct Holder<T> {
    v: T,
}

fn round<T: Serialize + DeserializeOwned>(value: T) -> T {
    let bytes = bson::serialize_to_vec(&Holder { v: value }).unwrap();
    bson::deserialize_from_slice::<Holder<T>>(&bytes).unwrap().v
}

fn stored<T: Into<bson::Bson>>(value: T) -> Vec<u8> {
    match value.into() {
        bson::Bson::Binary(binary) => binary.bytes,
        other => panic!("not a binary: {other}"),
    }
}

#[test]
fn signed_values_survive_and_sort() {
    let values = [I256::MIN, I256::MINUS_ONE, I256::ZERO, I256::ONE, I256::MAX];
    assert!(values.iter().all(|value| round(Int(*value)).0 == *value));
    assert!(values.map(|value| stored(Int(value))).is_sorted());
    let values = [i128::MIN, -1, 0, 1, i128::MAX];
    assert!(values.iter().all(|value| round(LiquidityNet(*value)).0 == *value));
    assert!(values.map(|value| stored(LiquidityNet(value))).is_sorted());
}

#[test]
fn unsigned_values_survive_and_sort() {
    let values = [U256::ZERO, U256::ONE, U256::from(256), U256::MAX];
    assert!(values.iter().all(|value| round(Uint(*value)).0 == *value));
    assert!(values.map(|value| stored(Uint(value))).is_sorted());
    let values = [0, 1, 256, u128::MAX];
    assert!(values.iter().all(|value| round(Liquidity(*value)).0 == *value));
    assert!(values.map(|value| stored(Liquidity(value))).is_sorted());
}

#[test]
fn counts_beyond_63_bits_are_refused() {
    assert_eq!(round(Num(u64::MAX >> 1)).0, u64::MAX >> 1);
    assert_eq!(round(Small(u32::MAX)).0, u32::MAX);
    assert!(bson::serialize_to_vec(&Holder { v: Num(1 << 63) }).is_err());
    let negative = bson::serialize_to_vec(&Holder { v: -1_i64 }).unwrap();
    assert!(bson::deserialize_from_slice::<Holder<Num>>(&negative).is_err());
}

#[test]
fn a_binary_of_the_wrong_width_is_refused() {
    let bytes = bson::serialize_to_vec(&Holder { v: binary(&[1; 19]) }).unwrap();
    assert!(bson::deserialize_from_slice::<Holder<Addr>>(&bytes).is_err());
    assert!(bson::deserialize_from_slice::<Holder<Pid>>(&bytes).is_err());
    assert_eq!(round(Addr(Address::repeat_byte(7))).0, Address::repeat_byte(7));
}
