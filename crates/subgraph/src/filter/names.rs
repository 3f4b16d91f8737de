//! Names of conditions: a field and how it is compared.

use crate::schema::{Entity, FieldIx, Item, Kind, Scalar};

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Equal,
    Not,
    Greater,
    Less,
    AtLeast,
    AtMost,
    In,
    NotIn,
    /// Of texts, bytes and lists: with what it has, whether it has not, and whether letters' case does not matter.
    Contains {
        negated: bool,
        nocase: bool,
    },
    StartsWith {
        negated: bool,
        nocase: bool,
    },
    EndsWith {
        negated: bool,
        nocase: bool,
    },
    /// What is true of those that it speaks of.
    Child,
}

type Named = (&'static str, How);

const SAME: [Named; 4] =
    [("", How::Equal), ("_not", How::Not), ("_in", How::In), ("_not_in", How::NotIn)];
const ORDERED: [Named; 4] =
    [("_gt", How::Greater), ("_lt", How::Less), ("_gte", How::AtLeast), ("_lte", How::AtMost)];
const PARTS: [Named; 2] = [
    ("_contains", How::Contains { negated: false, nocase: false }),
    ("_not_contains", How::Contains { negated: true, nocase: false }),
];
const PARTS_NO_CASE: [Named; 2] = [
    ("_contains_nocase", How::Contains { negated: false, nocase: true }),
    ("_not_contains_nocase", How::Contains { negated: true, nocase: true }),
];
const ENDS: [Named; 8] = [
    ("_starts_with", How::StartsWith { negated: false, nocase: false }),
    ("_starts_with_nocase", How::StartsWith { negated: false, nocase: true }),
    ("_not_starts_with", How::StartsWith { negated: true, nocase: false }),
    ("_not_starts_with_nocase", How::StartsWith { negated: true, nocase: true }),
    ("_ends_with", How::EndsWith { negated: false, nocase: false }),
    ("_ends_with_nocase", How::EndsWith { negated: false, nocase: true }),
    ("_not_ends_with", How::EndsWith { negated: true, nocase: false }),
    ("_not_ends_with_nocase", How::EndsWith { negated: true, nocase: true }),
];
const LISTS: [Named; 2] = [("", How::Equal), ("_not", How::Not)];
const CHILD: [Named; 1] = [("_", How::Child)];

/// All ways to compare a kind of field, with the end that its name gets.
pub(crate) fn of_kind(kind: &Kind, id_kind: impl Fn(Item) -> Scalar) -> Vec<Named> {
    let groups: &[&[Named]] = match kind {
        Kind::Scalar(Scalar::Boolean) | Kind::Enum(_) => &[&SAME],
        Kind::Scalar(Scalar::String) => &[&SAME, &ORDERED, &PARTS, &PARTS_NO_CASE, &ENDS],
        Kind::Scalar(Scalar::Bytes) => &[&SAME, &ORDERED, &PARTS],
        Kind::Scalar(_) => &[&SAME, &ORDERED],
        Kind::Reference(_) => &[&SAME, &ORDERED, &PARTS, &PARTS_NO_CASE, &ENDS, &CHILD],
        Kind::Derived { .. } => &[&CHILD],
        Kind::List(item) => {
            let is_text = matches!(id_kind(*item), Scalar::String | Scalar::Id);
            match (item, is_text) {
                (Item::Scalar(_), true) => &[&LISTS, &PARTS, &PARTS_NO_CASE],
                (Item::Scalar(_), false) => &[&LISTS, &PARTS],
                (Item::Reference(_), true) => &[&LISTS, &PARTS, &PARTS_NO_CASE, &CHILD],
                (Item::Reference(_), false) => &[&LISTS, &PARTS, &CHILD],
            }
        }
    };
    groups.concat()
}

/// The field and the way that a name says.
pub(crate) fn find(
    entity: &Entity,
    name: &str,
    id_kind: impl Fn(Item) -> Scalar + Copy,
) -> Option<(FieldIx, How)> {
    entity.fields().find_map(|(number, field)| {
        let end = name.strip_prefix(field.name.as_str())?;
        let known = of_kind(&field.kind, id_kind);
        known.into_iter().find(|(known, _)| *known == end).map(|(_, how)| (number, how))
    })
}
