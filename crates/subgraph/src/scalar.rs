//! Reading values of clients. A value fits where it can be meant, whatever type its variable was declared with.

use async_graphql_value::{ConstValue, Number};
use domain::decimal::Decimal;

use crate::{
    error::{QueryError, undecodable},
    schema::Scalar,
    shown::Shown,
    value::{Bytes, Integer, Value},
};

/// Reads a value; null is nothing.
pub(crate) fn read(scalar: Scalar, value: &ConstValue) -> Result<Value, QueryError> {
    let refused = || undecodable(scalar.name(), &Shown(value));
    if *value == ConstValue::Null {
        return Ok(Value::Null);
    }
    let found = match scalar {
        Scalar::Id => match value {
            ConstValue::String(text) => Some(Value::text(text)),
            ConstValue::Number(number) if !number.is_f64() => {
                Some(Value::text(&number.to_string()))
            }
            _ => None,
        },
        Scalar::String => match value {
            ConstValue::String(text) => Some(Value::text(text)),
            _ => None,
        },
        Scalar::Bytes => match value {
            ConstValue::String(text) => Bytes::parse(text).map(Value::Bytes),
            _ => None,
        },
        Scalar::Int => match value {
            ConstValue::Number(number) => whole(number).map(Value::Int),
            _ => None,
        },
        Scalar::Int8 | Scalar::Timestamp => match value {
            ConstValue::Number(number) => number.as_i64().map(Value::Long),
            ConstValue::String(text) => text.parse().ok().map(Value::Long),
            _ => None,
        },
        Scalar::BigInt => match value {
            ConstValue::Number(number) => Integer::parse(&number.to_string()).map(Value::Integer),
            ConstValue::String(text) => Integer::parse(text).map(Value::Integer),
            _ => None,
        },
        Scalar::BigDecimal => match value {
            ConstValue::Number(number) => decimal(&number.to_string()),
            ConstValue::String(text) => decimal(text),
            _ => None,
        },
        Scalar::Boolean => match value {
            ConstValue::Boolean(value) => Some(Value::Bool(*value)),
            _ => None,
        },
    };
    found.ok_or_else(refused)
}

/// A number of 32 bits.
pub(crate) fn whole(number: &Number) -> Option<i32> {
    number.as_i64().and_then(|number| i32::try_from(number).ok())
}

fn decimal(text: &str) -> Option<Value> {
    text.strip_prefix('+').unwrap_or(text).parse::<Decimal>().ok().map(Value::Decimal)
}
