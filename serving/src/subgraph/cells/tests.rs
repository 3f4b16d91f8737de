//! Values take the form that a schema wants them in, or none.

use alloy_primitives::{Address, U256};
use domain::decimal::Decimal;

use super::*;

#[test]
fn values_take_the_form_of_their_field() {
    let address = Value::Bytes(Address::repeat_byte(0xab).into());
    let text = Value::text(&format!("0x{}", "ab".repeat(20)));
    let number = Value::Integer(U256::from(17).into());
    for (scalar, value, wanted) in [
        (Scalar::Id, address.clone(), text.clone()),
        (Scalar::String, address.clone(), text.clone()),
        (Scalar::Bytes, address.clone(), address.clone()),
        (Scalar::Bytes, text, address),
        (Scalar::Int, number.clone(), Value::Int(17)),
        (Scalar::BigInt, number.clone(), number.clone()),
        (Scalar::BigDecimal, number.clone(), Value::Decimal(Decimal::from(17_u64))),
        (Scalar::Id, number.clone(), Value::text("17")),
        // what would have to be cut is nothing
        (Scalar::Int, Value::Integer(U256::MAX.into()), Value::Null),
        (Scalar::Boolean, number.clone(), Value::Null),
    ] {
        assert_eq!(Form::One(scalar).fit(value.clone()), wanted, "{scalar:?} of {value:?}");
    }
    let list = Value::List(vec![number]);
    assert_eq!(Form::Many(Scalar::Id).fit(list.clone()), Value::List(vec![Value::text("17")]));
    assert_eq!(Form::One(Scalar::Id).fit(list), Value::Null);
    assert_eq!(Form::Many(Scalar::Id).fit(Value::Null), Value::Null);
}

#[test]
fn ids_that_differ_in_case_are_others_where_they_are_texts() {
    let small = "0x".to_owned() + &"ab".repeat(20);
    assert_eq!(bytes(&Value::text(&small)).unwrap().as_slice(), [0xab; 20]);
    assert_eq!(bytes(&Value::text(&small.to_uppercase().replace('X', "x"))), None);
    assert_eq!(bytes(&Value::text("ab")), None);
    assert_eq!(bytes(&Value::Null), None);
}
