//! Documents that select the parts of one object in several places (`nodes { id } nodes { dex }`, or by two fragments).
//!
//! The library resolves each place by itself and puts the values together. Text cannot be put together, so such requests are left
//! to the library as a whole.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Name, Positioned, Request,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

/// Steps after which a document is taken for one of these unseen.
const STEPS: usize = 20_000;
/// Nesting, likewise; deeper ones are refused anyway.
const DEPTH: usize = 64;

/// Data of a request: objects are asked for in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged(pub(super) bool);

impl Merged {
    /// What a request is.
    pub(in crate::graphql) fn of(request: &mut Request) -> Self {
        match request.parsed_query() {
            Ok(document) => Self(is_merged(document)),
            // the executor tells why it cannot be read
            Err(_) => Self(false),
        }
    }
}

pub(super) fn is_merged(document: &ExecutableDocument) -> bool {
    let mut walk = Walk { fragments: &document.fragments, known: HashMap::new(), steps: 0 };
    let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    sets.into_iter().any(|set| walk.keys(set, 0).is_none())
}

/// Names under which objects stand in an answer.
type Keys<'a> = BTreeSet<&'a str>;

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    known: HashMap<&'a str, Keys<'a>>,
    steps: usize,
}

impl<'a> Walk<'a> {
    /// The objects of a set and of its fragments; none if one of them, or an object below, is there twice.
    fn keys(&mut self, set: &'a SelectionSet, depth: usize) -> Option<Keys<'a>> {
        let mut keys = Keys::new();
        for item in &set.items {
            self.step(1)?;
            let (depth, inner) = (Some(depth + 1).filter(|depth| *depth < DEPTH)?, &item.node);
            let found = match inner {
                Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {
                    continue;
                }
                Selection::Field(field) => {
                    self.keys(&field.node.selection_set.node, depth)?;
                    Keys::from([field.node.response_key().node.as_str()])
                }
                Selection::FragmentSpread(spread) => {
                    self.of_fragment(spread.node.fragment_name.node.as_str(), depth)?
                }
                Selection::InlineFragment(fragment) => {
                    self.keys(&fragment.node.selection_set.node, depth)?
                }
            };
            self.step(found.len())?;
            for key in found {
                if !keys.insert(key) {
                    return None;
                }
            }
        }
        Some(keys)
    }

    fn of_fragment(&mut self, name: &'a str, depth: usize) -> Option<Keys<'a>> {
        if let Some(keys) = self.known.get(name) {
            return Some(keys.clone());
        }
        let Some(fragment) = self.fragments.get(name) else { return Some(Keys::new()) };
        let keys = self.keys(&fragment.node.selection_set.node, depth)?;
        self.known.insert(name, keys.clone());
        Some(keys)
    }

    fn step(&mut self, steps: usize) -> Option<()> {
        self.steps += steps;
        (self.steps <= STEPS).then_some(())
    }
}
