//! What is selected of the rows of a connection.

use std::collections::BTreeSet;

use async_graphql::{Context, Lookahead, Result, Value};

/// A field of the rows, wherever it is selected.
pub(in crate::graphql) struct Selected<'a>([Lookahead<'a>; 2]);

impl<'a> Selected<'a> {
    /// The rows.
    pub(in crate::graphql) fn rows(ctx: &'a Context<'a>) -> Self {
        let page = ctx.look_ahead();
        Self([page.field("nodes"), page.field("edges").field("node")])
    }

    /// A field of theirs.
    pub(in crate::graphql) fn field(&self, name: &str) -> Self {
        Self(self.0.each_ref().map(|rows| rows.field(name)))
    }

    /// The names of what is selected of the rows themselves.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let rows = self.0.iter().flat_map(Lookahead::selection_fields);
        rows.flat_map(|rows| rows.selection_set().map(|field| field.name()).collect::<Vec<_>>())
            .collect()
    }

    /// Whether it is selected at all.
    pub(in crate::graphql) fn exists(&self) -> bool {
        self.0.iter().any(Lookahead::exists)
    }

    /// Whether it is selected with this flag, and whether without.
    pub(super) fn flags(&self, flag: &str) -> Result<BTreeSet<bool>> {
        let is_set = |value: Option<Value>| value == Some(Value::Boolean(true));
        Ok(self.values(flag)?.into_iter().map(is_set).collect())
    }

    /// With which numbers for an argument it is selected.
    pub(super) fn numbers(&self, argument: &str, usual: i32) -> Result<BTreeSet<i32>> {
        let number = |value: Option<Value>| match value {
            Some(Value::Number(number)) => number.as_i64().and_then(|n| i32::try_from(n).ok()),
            _ => Some(usual),
        };
        Ok(self.values(argument)?.into_iter().filter_map(number).collect())
    }

    fn values(&self, argument: &str) -> Result<Vec<Option<Value>>> {
        let mut values = Vec::new();
        for field in self.0.iter().flat_map(Lookahead::selection_fields) {
            let given = field.arguments()?.into_iter().find(|(name, _)| name == argument);
            values.push(given.map(|(_, value)| value));
        }
        Ok(values)
    }
}
