//! Texts that are printed where they are written, not before: most of a row is never asked for.

use std::{borrow::Cow, fmt};

use alloy_primitives::{Address, B256, hex};
use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use domain::ids::PoolId;
use serde::{Serialize, Serializer};

/// A number as its decimal digits; big ones do not fit the numbers of JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digits<T>(pub T);

/// Bytes as lowercase hex.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hex<T>(pub T);

impl<T: fmt::Display> fmt::Display for Digits<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: fmt::Display> Serialize for Digits<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What is written as hex.
trait Bytes {
    fn written<R>(&self, told: impl FnOnce(&str) -> R) -> R;
}

impl Bytes for Address {
    fn written<R>(&self, told: impl FnOnce(&str) -> R) -> R {
        told(hex::Buffer::<20, true>::new().format(self))
    }
}

impl Bytes for B256 {
    fn written<R>(&self, told: impl FnOnce(&str) -> R) -> R {
        told(hex::Buffer::<32, true>::new().format(self))
    }
}

impl Bytes for PoolId {
    fn written<R>(&self, told: impl FnOnce(&str) -> R) -> R {
        match self {
            Self::Contract(address) => address.written(told),
            Self::Key(key) => key.written(told),
        }
    }
}

impl<T: Bytes> fmt::Display for Hex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.written(|text| f.write_str(text))
    }
}

impl<T: Bytes> Serialize for Hex<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.written(|text| serializer.serialize_str(text))
    }
}

/// In the schema they are texts like others.
macro_rules! text_of_schema {
    ($text:ident) => {
        impl<T: Send + Sync> OutputType for $text<T>
        where
            Self: fmt::Display,
        {
            fn type_name() -> Cow<'static, str> {
                <String as OutputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <String as OutputType>::create_type_info(registry)
            }

            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                _: &Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(Value::String(self.to_string()))
            }
        }
    };
}

text_of_schema!(Digits);
text_of_schema!(Hex);
