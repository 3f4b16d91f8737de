//! Moments.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use domain::market::Millis;
use serde::Serialize;
use utoipa::ToSchema;

/// A moment as a number: Unix time in milliseconds, for which an `Int` is too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = u64)]
pub struct UnixMillis(pub Millis);

/// Unix time in milliseconds, a number: an `Int` is too small for it.
#[Scalar]
impl ScalarType for UnixMillis {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_u64().map(Self),
            _ => None,
        }
        .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}
