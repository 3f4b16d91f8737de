//! Limits that hold before anything walks the document: a small text can name a fragment in a fragment in a fragment,
//! and stand for more fields than any machine can visit.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Request, Response, ServerError,
    parser::types::{
        ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet,
    },
};

#[cfg(test)]
mod tests;

/// Longest document, in bytes. What tools ask to learn a schema takes about three thousand.
const DOCUMENT: usize = 32 * 1024;
/// Most fields of a document, fragments written out.
const FIELDS: usize = 2_000;
/// Most fields at the root; each may cost a read or a call of the chain.
const ROOT_FIELDS: usize = 50;
/// Most errors of an answer.
const ERRORS: usize = 20;
/// Longest message of an error, in characters.
const MESSAGE: usize = 500;

/// Why the request is refused before it is run.
pub(super) fn check(request: &mut Request) -> Result<(), ServerError> {
    let size = request.query.len();
    if size > DOCUMENT {
        return Err(refusal(format!(
            "the document has {size} bytes; at most {DOCUMENT} are taken"
        )));
    }
    let document = request.parsed_query()?;
    let mut counter = Counter { document, fragments: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let count = counter.selection(&operation.node.selection_set)?;
        // each of them would move the block that the answers of all are read at
        if operation.node.ty == OperationType::Subscription && count.roots != 1 {
            let detail = "a subscription has one field at its root; subscribe once for each";
            return Err(ServerError::new(detail, None));
        }
        if count.roots > ROOT_FIELDS {
            let detail =
                format!("the query has more than {ROOT_FIELDS} fields at its root; split it");
            return Err(refusal(detail));
        }
        if count.fields > FIELDS {
            let detail = format!(
                "the query has more than {FIELDS} fields, fragments written out; ask for less"
            );
            return Err(refusal(detail));
        }
    }
    Ok(())
}

/// Refuses to tell what the schema is. To be asked of what [`check`] lets pass: a document without cycles.
pub(super) fn no_introspection(request: &mut Request) -> Result<(), ServerError> {
    let document = request.parsed_query()?;
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
    let mut sets: Vec<_> = operations.chain(fragments).collect();
    while let Some(set) = sets.pop() {
        for item in &set.node.items {
            match &item.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    if name == "__schema" || name == "__type" {
                        let detail = "this service does not tell its schema: introspection is off";
                        return Err(coded("INTROSPECTION_DISABLED", detail.to_owned()));
                    }
                    sets.push(&field.node.selection_set);
                }
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set),
                // fragments are looked through by themselves
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    Ok(())
}

/// Bounds what an answer says of errors, which repeat what the client sent.
pub(super) fn bound(response: &mut Response) {
    response.errors.truncate(ERRORS);
    for error in &mut response.errors {
        if let Some((end, _)) = error.message.char_indices().nth(MESSAGE) {
            error.message.truncate(end);
            error.message.push('…');
        }
    }
}

pub(super) fn refusal(detail: String) -> ServerError {
    coded("QUERY_TOO_LARGE", detail)
}

/// A refusal with a code of its own.
pub(super) fn coded(code: &str, detail: String) -> ServerError {
    let mut error = ServerError::new(detail, None);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// Fields of a selection, fragments written out.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// At its own level.
    roots: usize,
    /// At all levels.
    fields: usize,
}

impl Count {
    const fn add(&mut self, other: Self) {
        self.roots = self.roots.saturating_add(other.roots);
        self.fields = self.fields.saturating_add(other.fields);
    }
}

/// Counts each fragment once, however often it is spread.
struct Counter<'a> {
    document: &'a ExecutableDocument,
    /// `None` while a fragment is being counted: meeting it again is a cycle.
    fragments: HashMap<&'a Name, Option<Count>>,
}

impl<'a> Counter<'a> {
    fn selection(&mut self, set: &'a Positioned<SelectionSet>) -> Result<Count, ServerError> {
        let mut count = Count::default();
        for item in &set.node.items {
            match &item.node {
                Selection::Field(field) => {
                    let inner = self.selection(&field.node.selection_set)?;
                    count.add(Count { roots: 1, fields: inner.fields.saturating_add(1) });
                }
                Selection::InlineFragment(fragment) => {
                    count.add(self.selection(&fragment.node.selection_set)?);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // an unknown fragment is validation's to name
                    if let Some((name, fragment)) = self.document.fragments.get_key_value(name) {
                        count.add(self.fragment(name, fragment)?);
                    }
                }
            }
        }
        Ok(count)
    }

    fn fragment(
        &mut self,
        name: &'a Name,
        fragment: &'a Positioned<FragmentDefinition>,
    ) -> Result<Count, ServerError> {
        match self.fragments.get(name) {
            Some(Some(count)) => return Ok(*count),
            Some(None) => return Err(refusal(format!("fragment `{name}` contains itself"))),
            None => {}
        }
        self.fragments.insert(name, None);
        let count = self.selection(&fragment.node.selection_set)?;
        self.fragments.insert(name, Some(count));
        Ok(count)
    }
}
