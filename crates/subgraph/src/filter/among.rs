//! Values of which one has to be the one.

use std::collections::HashSet;

use crate::value::Value;

/// Some values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Among {
    values: Vec<Value>,
    set: HashSet<Value>,
}

impl Among {
    /// All of them, as they were given.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Whether one is among them.
    #[must_use]
    pub fn has(&self, value: &Value) -> bool {
        self.set.contains(value)
    }
}

impl From<Vec<Value>> for Among {
    fn from(values: Vec<Value>) -> Self {
        Self { set: values.iter().cloned().collect(), values }
    }
}
