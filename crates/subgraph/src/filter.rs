//! Which entities are meant: what `where` says, read once and asked of each entity.

use std::cmp::Ordering;

use crate::{
    schema::{EntityIx, FieldIx},
    value::Value,
};

pub use self::{among::Among, pattern::Pattern};

mod among;

mod names;
mod pattern;
mod read;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    names::{How, of_kind},
    read::read,
};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// All of them; none is true of everything.
    All(Vec<Self>),
    /// Any of them; none is true of nothing.
    Any(Vec<Self>),
    /// Of a field's own value.
    Field(FieldIx, Test),
    /// Of the entities that a field speaks of: of any of them.
    Child {
        /// The field.
        field: FieldIx,
        /// What it speaks of.
        entity: EntityIx,
        /// Their condition.
        of: Box<Self>,
    },
    /// It changed at this block or later.
    ChangedSince(i32),
}

/// A condition of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is the same; nothing is the same as nothing.
    Equal(Value),
    /// It is something else, but not nothing; or it is something.
    Not(Value),
    /// It is less.
    Less(Value),
    /// It is less or the same.
    AtMost(Value),
    /// It is greater.
    Greater(Value),
    /// It is greater or the same.
    AtLeast(Value),
    /// It is one of these.
    In(Among),
    /// It is none of these.
    NotIn(Among),
    /// A text is of this form.
    Like(Pattern),
    /// A text is not of this form.
    NotLike(Pattern),
    /// Bytes have these within, at their beginning, or at their end.
    Bytes {
        /// Where.
        place: Place,
        /// Which.
        part: Value,
        /// Whether they have not.
        negated: bool,
    },
    /// A list has all of these.
    HasAll(Vec<Value>),
    /// A list has none of these.
    HasNone(Vec<Value>),
    /// The same of texts whatever their letters' case.
    HasAllNoCase(Vec<Value>),
    /// The same of texts whatever their letters' case.
    HasNoneNoCase(Vec<Value>),
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    Within,
    /// At the beginning.
    Beginning,
    /// At the end.
    End,
}

impl Predicate {
    /// What is true of everything.
    #[must_use]
    pub const fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Whether it is true of an entity: its values, what is true of those that its fields speak of, and the block of its
    /// last change.
    #[must_use]
    pub fn is_true(&self, of: &impl Candidate) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.is_true(of)),
            Self::Any(parts) => parts.iter().any(|part| part.is_true(of)),
            Self::Field(field, test) => test.is_true(of.value(*field)),
            Self::Child { field, of: child, .. } => of.has_child(*field, child),
            Self::ChangedSince(block) => of.changed() >= i64::from(*block),
        }
    }

    /// Shows every field that it names.
    pub fn fields(&self, show: &mut impl FnMut(FieldIx)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.fields(show));
            }
            Self::Field(field, _) | Self::Child { field, .. } => show(*field),
            Self::ChangedSince(_) => {}
        }
    }

    /// Whether it asks for the blocks of changes.
    #[must_use]
    pub fn asks_for_changes(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::asks_for_changes),
            Self::ChangedSince(_) => true,
            Self::Field(..) | Self::Child { .. } => false,
        }
    }

    /// Whether it says something, and of no other field.
    fn speaks_only_of(&self, id: FieldIx) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                !parts.is_empty() && parts.iter().all(|part| part.speaks_only_of(id))
            }
            Self::Field(field, test) => *field == id && !test.fits_nothing(),
            Self::Child { .. } | Self::ChangedSince(_) => false,
        }
    }

    /// The same of another field.
    fn about(self, field: FieldIx) -> Self {
        let all = |parts: Vec<Self>| parts.into_iter().map(|part| part.about(field)).collect();
        match self {
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::Field(_, test) => Self::Field(field, test),
            other => other,
        }
    }

    /// Shows every condition of children.
    pub fn children<'a>(&'a self, show: &mut impl FnMut(FieldIx, EntityIx, &'a Self)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.children(show));
            }
            Self::Child { field, entity, of } => show(*field, *entity, of),
            Self::Field(..) | Self::ChangedSince(_) => {}
        }
    }
}

/// What a condition is asked of.
pub trait Candidate {
    /// The value of a field.
    fn value(&self, field: FieldIx) -> &Value;

    /// Whether a condition is true of any entity that a field speaks of.
    fn has_child(&self, field: FieldIx, child: &Predicate) -> bool;

    /// The block that changed it last.
    fn changed(&self) -> i64;
}

impl Test {
    /// Whether it is true of nothing, too: then it says something else of an entity that is not there.
    fn fits_nothing(&self) -> bool {
        self.is_true(&Value::Null)
    }

    /// Whether it is true of a value. What cannot be said of nothing is not true of it, nor is the contrary.
    #[must_use]
    pub fn is_true(&self, value: &Value) -> bool {
        let compares = |other: &Value, wanted: &[Ordering]| {
            value.compare(other).is_some_and(|order| wanted.contains(&order))
        };
        match self {
            Self::Equal(other) => value == other,
            Self::Not(other) => !value.is_null() && value != other,
            Self::Less(other) => compares(other, &[Ordering::Less]),
            Self::AtMost(other) => compares(other, &[Ordering::Less, Ordering::Equal]),
            Self::Greater(other) => compares(other, &[Ordering::Greater]),
            Self::AtLeast(other) => compares(other, &[Ordering::Greater, Ordering::Equal]),
            Self::In(others) => others.has(value),
            // nobody is none of nothing: so it is in the reference
            Self::NotIn(others) => {
                !others.values().is_empty() && !value.is_null() && !others.has(value)
            }
            Self::Like(pattern) => text(value).is_some_and(|text| pattern.fits(text)),
            Self::NotLike(pattern) => text(value).is_some_and(|text| !pattern.fits(text)),
            Self::Bytes { place, part, negated } => {
                has_part(value, part, *place).is_some_and(|has| has != *negated)
            }
            Self::HasAll(others) => {
                list(value).is_some_and(|items| others.iter().all(|other| items.contains(other)))
            }
            Self::HasNone(others) => {
                list(value).is_some_and(|items| !others.iter().any(|other| items.contains(other)))
            }
            Self::HasAllNoCase(others) => {
                list(value).is_some_and(|items| others.iter().all(|other| has_text(items, other)))
            }
            Self::HasNoneNoCase(others) => {
                list(value).is_some_and(|items| !others.iter().any(|other| has_text(items, other)))
            }
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn list(value: &Value) -> Option<&[Value]> {
    match value {
        Value::List(items) => Some(items),
        _ => None,
    }
}

fn has_text(items: &[Value], other: &Value) -> bool {
    items.iter().any(|item| match (text(item), text(other)) {
        // the other one is in small letters
        (Some(item), Some(other)) => item.to_lowercase() == *other,
        _ => item == other,
    })
}

fn has_part(value: &Value, part: &Value, place: Place) -> Option<bool> {
    let (Value::Bytes(value), Value::Bytes(part)) = (value, part) else { return None };
    let (value, part) = (value.as_slice(), part.as_slice());
    Some(match place {
        Place::Within => part.is_empty() || value.windows(part.len()).any(|at| at == part),
        Place::Beginning => value.starts_with(part),
        Place::End => value.ends_with(part),
    })
}
