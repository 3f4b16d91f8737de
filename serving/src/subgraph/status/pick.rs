//! What of a status is wanted, and picking it.

use serde_json::{Map, Value as Json};
use subgraph::{QueryError, Selected};

/// A type of the status API.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its name, and those of its interfaces: fragments may be on any of them.
    names: &'static [&'static str],
    /// Its fields, those that are objects with their types.
    fields: &'static [(&'static str, Option<&'static Self>)],
}

const BLOCK: Kind = Kind { names: &["Block"], fields: &[("hash", None), ("number", None)] };

const ERROR: Kind = Kind {
    names: &["SubgraphError"],
    fields: &[
        ("message", None),
        ("block", Some(&BLOCK)),
        ("handler", None),
        ("deterministic", None),
    ],
};

const SIZE: Kind = Kind {
    names: &["SubgraphSize"],
    fields: &[
        ("rowEstimate", None),
        ("tableSize", None),
        ("indexSize", None),
        ("toastSize", None),
        ("totalSize", None),
    ],
};

const CHAIN: Kind = Kind {
    names: &["EthereumIndexingStatus", "ChainIndexingStatus"],
    fields: &[
        ("network", None),
        ("chainHeadBlock", Some(&BLOCK)),
        ("earliestBlock", Some(&BLOCK)),
        ("latestBlock", Some(&BLOCK)),
        ("lastHealthyBlock", Some(&BLOCK)),
    ],
};

/// How far a subgraph is.
pub(super) const STATUS: Kind = Kind {
    names: &["SubgraphIndexingStatus"],
    fields: &[
        ("subgraph", None),
        ("synced", None),
        ("health", None),
        ("fatalError", Some(&ERROR)),
        ("nonFatalErrors", Some(&ERROR)),
        ("chains", Some(&CHAIN)),
        ("entityCount", None),
        ("node", None),
        ("paused", None),
        ("historyBlocks", None),
        ("subgraphSize", Some(&SIZE)),
    ],
};

impl Kind {
    fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

/// What is wanted of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    kind: &'static Kind,
    /// By the names that they are answered under.
    parts: Vec<(String, Part)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    TypeName,
    Value(&'static str),
    Object(&'static str, Shape),
}

impl Shape {
    /// Reads what is selected of a field of this type. Counts its steps down.
    pub(super) fn read(
        of: &Selected<'_>,
        kind: &'static Kind,
        steps: &mut usize,
    ) -> Result<Self, QueryError> {
        let mut parts = Vec::new();
        for field in of.selected(kind.names, steps)? {
            let known = kind.fields.iter().find(|(name, _)| *name == field.name);
            let part = match known {
                None if field.name == "__typename" => Part::TypeName,
                None => return Err(field.unknown(kind.name())),
                Some((name, None)) => Part::Value(name),
                // an object of which nothing is selected is left out
                Some(_) if !field.has_selection() => continue,
                Some((name, Some(inner))) => Part::Object(name, Self::read(&field, inner, steps)?),
            };
            parts.push((field.key.to_owned(), part));
        }
        Ok(Self { kind, parts })
    }
}

/// What is wanted of an object, or of each of a list. Counts the members that it writes down.
pub(super) fn of(value: &Json, shape: &Shape, rest: &mut usize) -> Result<Json, QueryError> {
    let members = match value {
        Json::Object(members) => members,
        Json::Array(items) => return all(items, shape, rest),
        nothing => return Ok(nothing.clone()),
    };
    let mut picked = Map::new();
    for (key, part) in &shape.parts {
        *rest = rest
            .checked_sub(1 + key.len() / 64)
            .ok_or_else(|| QueryError::new("query is too expensive"))?;
        let value = match part {
            Part::TypeName => Json::from(shape.kind.name()),
            Part::Value(name) => members.get(*name).cloned().unwrap_or_default(),
            Part::Object(name, inner) => match members.get(*name) {
                Some(value) => of(value, inner, rest)?,
                None => Json::Null,
            },
        };
        picked.insert(key.clone(), value);
    }
    Ok(Json::Object(picked))
}

/// What is wanted of each of these.
pub(super) fn all<'a>(
    values: impl IntoIterator<Item = &'a Json>,
    shape: &Shape,
    rest: &mut usize,
) -> Result<Json, QueryError> {
    let picked = values.into_iter().map(|value| of(value, shape, rest));
    picked.collect::<Result<_, _>>().map(Json::Array)
}
