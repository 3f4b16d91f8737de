//! Which values of entities are read, and where each stands.

use crate::{entities::Row, schema::FieldIx, value::Value};

/// Columns, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    fields: Vec<FieldIx>,
    /// By the place of a field: where its value stands.
    slots: Vec<Option<usize>>,
}

impl Columns {
    /// Adds one, unless it is there.
    pub(crate) fn add(&mut self, field: FieldIx) {
        let place = field.place();
        if self.slots.len() <= place {
            self.slots.resize(place + 1, None);
        }
        if let Some(slot @ None) = self.slots.get_mut(place) {
            *slot = Some(self.fields.len());
            self.fields.push(field);
        }
    }

    pub(crate) fn fields(&self) -> &[FieldIx] {
        &self.fields
    }

    /// The value of a field; nothing if it was not read.
    pub(crate) fn value<'a>(&self, row: &'a Row, field: FieldIx) -> &'a Value {
        let slot = self.slots.get(field.place()).copied().flatten();
        slot.and_then(|slot| row.values.get(slot)).unwrap_or(&Value::Null)
    }
}
