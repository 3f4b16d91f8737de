//! Documents of clients, read as leniently as the reference reads them: what it does not look at, nobody looks at.

use std::{cell::Cell, collections::HashMap};

use async_graphql_parser::{
    Error, Pos, Positioned, parse_query,
    types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, OperationDefinition,
        OperationType, Selection, SelectionSet, VariableDefinition,
    },
};
use async_graphql_value::{ConstValue, Name, Value as Input};

use crate::{
    error::{QueryError, invalid},
    shown::Shown,
};

/// Fragments within fragments at most, and in lists of selections.
const NESTED: usize = 64;

/// What a client asks: its document and its variables.
#[derive(Debug)]
pub struct Document {
    parsed: ExecutableDocument,
    operation: OperationDefinition,
    variables: HashMap<Name, ConstValue>,
    /// Values that may still be made: what stands in one place of a document may be used in many.
    values: Cell<usize>,
}

/// A field that is selected, with all that is selected of it wherever it stands.
#[derive(Debug)]
pub struct Selected<'a> {
    /// Under which it is answered.
    pub key: &'a str,
    /// Its own name.
    pub name: &'a str,
    pub(crate) position: Pos,
    arguments: &'a [(Positioned<Name>, Positioned<Input>)],
    pub(crate) sets: Vec<&'a SelectionSet>,
    document: &'a Document,
}

impl Document {
    /// Reads a request of which so many values may be made. `knows` says which types variables may have.
    ///
    /// # Errors
    /// What is wrong with the document, or with its variables.
    pub fn read(
        query: &str,
        variables: serde_json::Map<String, serde_json::Value>,
        values: usize,
        knows: impl Fn(&str) -> bool,
    ) -> Result<Self, QueryError> {
        let parsed = parse_query(query).map_err(|error| unreadable(&error))?;
        let operation = match &parsed.operations {
            DocumentOperations::Single(operation) => operation.node.clone(),
            DocumentOperations::Multiple(all) => match all.len() {
                1 => all.values().next().map(|operation| operation.node.clone()),
                _ => None,
            }
            .ok_or_else(no_operation)?,
        };
        let unsupported =
            |what: &str| Err(QueryError::new(format!("Not supported: {what} are not supported")));
        match operation.ty {
            OperationType::Query => {}
            OperationType::Mutation => return unsupported("Mutations"),
            OperationType::Subscription => return unsupported("Subscriptions"),
        }
        let mut given: HashMap<String, serde_json::Value> = variables.into_iter().collect();
        let mut variables = HashMap::new();
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            let value = variable(&definition.node, given.remove(name.as_str()), &knows)
                .map_err(|error| error.at(definition.pos))?;
            variables.insert(name.clone(), value);
        }
        Ok(Self { parsed, operation, variables, values: Cell::new(values) })
    }

    /// What is selected of the root.
    pub(crate) fn root(&self) -> &SelectionSet {
        &self.operation.selection_set.node
    }

    /// The fields that are selected of the root, for who keeps no entities. Counts its steps down.
    ///
    /// # Errors
    /// When a fragment is not there, or the steps do not suffice.
    pub fn selected(&self, steps: &mut usize) -> Result<Vec<Selected<'_>>, QueryError> {
        self.fields("Query", &[self.root()], steps)
    }

    /// The fields that sets select of a type, each name once; fragments on other types select nothing. Counts its steps down.
    pub(crate) fn fields<'a>(
        &'a self,
        of: &str,
        sets: &[&'a SelectionSet],
        steps: &mut usize,
    ) -> Result<Vec<Selected<'a>>, QueryError> {
        self.fields_of(&[of], sets, steps)
    }

    /// The same of a type with other names, those of its interfaces.
    fn fields_of<'a>(
        &'a self,
        of: &[&str],
        sets: &[&'a SelectionSet],
        steps: &mut usize,
    ) -> Result<Vec<Selected<'a>>, QueryError> {
        let mut found = Found { list: Vec::new(), places: HashMap::new() };
        for set in sets {
            self.collect(of, set, &mut Vec::new(), &mut found, steps)?;
        }
        Ok(found.list)
    }

    fn collect<'a>(
        &'a self,
        of: &[&str],
        set: &'a SelectionSet,
        within: &mut Vec<&'a str>,
        found: &mut Found<'a>,
        steps: &mut usize,
    ) -> Result<(), QueryError> {
        for selection in &set.items {
            *steps = steps.checked_sub(1).ok_or_else(too_expensive)?;
            let (condition, inner, directives) = match &selection.node {
                Selection::Field(field) => {
                    if self.is_wanted(&field.node.directives)? {
                        let key = field.node.response_key().node.as_str();
                        // each use of it copies its name
                        *steps = steps.checked_sub(portions(key)).ok_or_else(too_expensive)?;
                        let place = *found.places.entry(key).or_insert(found.list.len());
                        let sub = &field.node.selection_set.node;
                        match found.list.get_mut(place) {
                            Some(known) => known.sets.push(sub),
                            None => found.list.push(Selected {
                                key,
                                name: field.node.name.node.as_str(),
                                position: selection.pos,
                                arguments: &field.node.arguments,
                                sets: vec![sub],
                                document: self,
                            }),
                        }
                    }
                    continue;
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let fragment = self.parsed.fragments.get(name).ok_or_else(|| {
                        QueryError::new(format!("fragment `{name}` is not defined"))
                            .at(selection.pos)
                    })?;
                    // one within itself selects nothing more
                    if within.contains(&name) {
                        continue;
                    }
                    if within.len() > NESTED {
                        return Err(too_expensive());
                    }
                    within.push(name);
                    let condition = Some(&fragment.node.type_condition.node.on.node);
                    (condition, &fragment.node.selection_set.node, &spread.node.directives)
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    within.push("");
                    let condition = condition.map(|condition| &condition.node.on.node);
                    (condition, &fragment.node.selection_set.node, &fragment.node.directives)
                }
            };
            let is_of = condition.is_none_or(|on| of.contains(&on.as_str()));
            let outcome = match is_of && self.is_wanted(directives)? {
                true => self.collect(of, inner, within, found, steps),
                false => Ok(()),
            };
            within.pop();
            outcome?;
        }
        Ok(())
    }

    /// What `@skip` and `@include` say. A condition that is not there holds, one that is no truth value does not.
    fn is_wanted(&self, directives: &[Positioned<Directive>]) -> Result<bool, QueryError> {
        let mut is_wanted = true;
        for directive in directives {
            let wanted = match directive.node.name.node.as_str() {
                "skip" => false,
                "include" => true,
                _ => continue,
            };
            let holds = match directive.node.get_argument("if") {
                Some(value) => self.value(&value.node)? == ConstValue::Boolean(true),
                None => true,
            };
            is_wanted &= holds == wanted;
        }
        Ok(is_wanted)
    }

    /// A value with variables in their places; those that nobody gave are nothing.
    fn value(&self, input: &Input) -> Result<ConstValue, QueryError> {
        self.count(match input {
            Input::String(text) => 1 + portions(text),
            Input::Enum(name) => 1 + portions(name),
            _ => 1,
        })?;
        Ok(match input {
            Input::Variable(name) => {
                let Some(value) = self.variables.get(name) else { return Ok(ConstValue::Null) };
                self.count(size(value))?;
                value.clone()
            }
            Input::Null => ConstValue::Null,
            Input::Number(number) => ConstValue::Number(number.clone()),
            Input::String(text) => ConstValue::String(text.clone()),
            Input::Boolean(value) => ConstValue::Boolean(*value),
            Input::Binary(bytes) => ConstValue::Binary(bytes.clone()),
            Input::Enum(name) => ConstValue::Enum(name.clone()),
            Input::List(items) => {
                let items = items.iter().map(|item| self.value(item));
                ConstValue::List(items.collect::<Result<_, _>>()?)
            }
            Input::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, member)| self.value(member).map(|value| (name.clone(), value)));
                ConstValue::Object(members.collect::<Result<_, _>>()?)
            }
        })
    }

    /// Counts values that are made.
    fn count(&self, made: usize) -> Result<(), QueryError> {
        let rest = self.values.get().checked_sub(made).ok_or_else(too_expensive)?;
        self.values.set(rest);
        Ok(())
    }
}

/// How many values stand in one.
fn size(value: &ConstValue) -> usize {
    match value {
        ConstValue::List(items) => items.iter().map(size).sum::<usize>() + 1,
        ConstValue::Object(members) => members.values().map(size).sum::<usize>() + 1,
        ConstValue::String(text) => 1 + portions(text),
        _ => 1,
    }
}

/// How much of a text counts as much as a value.
const fn portions(text: &str) -> usize {
    text.len() / 64
}

fn too_expensive() -> QueryError {
    QueryError::new("query is too expensive")
}

fn no_operation() -> QueryError {
    QueryError::new("Operation name required")
}

fn unreadable(error: &Error) -> QueryError {
    match error {
        // one of them would have to be named, and names are not looked at
        Error::MultipleOperations { .. }
        | Error::OperationDuplicated { .. }
        | Error::MissingOperation => no_operation(),
        error => {
            let refused = QueryError::new(error.to_string());
            match error.positions().next() {
                Some(position) => refused.at(position),
                None => refused,
            }
        }
    }
}

struct Found<'a> {
    list: Vec<Selected<'a>>,
    places: HashMap<&'a str, usize>,
}

impl Selected<'_> {
    /// The fields that are selected of it, as [`Document::selected`]; `of` are the names of its type and of its interfaces.
    ///
    /// # Errors
    /// As [`Document::selected`].
    pub fn selected(&self, of: &[&str], steps: &mut usize) -> Result<Vec<Self>, QueryError> {
        self.document.fields_of(of, &self.sets, steps)
    }

    /// An argument as JSON, if it is there; names of enums are texts.
    ///
    /// # Errors
    /// When the document has too many values.
    pub fn given(&self, name: &str) -> Result<Option<serde_json::Value>, QueryError> {
        let value = self.argument(name)?;
        Ok(value.map(|value| value.into_json().unwrap_or_default()))
    }

    /// The refusal of a type that has no such field.
    #[must_use]
    pub fn unknown(&self, of: &str) -> QueryError {
        QueryError::new(format!("Type `{of}` has no field `{}`", self.name)).at(self.position)
    }

    /// An argument, if it is there.
    pub(crate) fn argument(&self, name: &str) -> Result<Option<ConstValue>, QueryError> {
        let found = self.arguments.iter().find(|(known, _)| known.node == name);
        found.map(|(_, value)| self.document.value(&value.node)).transpose()
    }

    /// Whether something is selected of it.
    #[must_use]
    pub fn has_selection(&self) -> bool {
        self.sets.iter().any(|set| !set.items.is_empty())
    }
}

fn variable(
    definition: &VariableDefinition,
    given: Option<serde_json::Value>,
    knows: &impl Fn(&str) -> bool,
) -> Result<ConstValue, QueryError> {
    let name = &definition.name.node;
    let mut base = &definition.var_type.node.base;
    while let BaseType::List(inner) = base {
        base = &inner.base;
    }
    if let BaseType::Named(base) = base
        && !knows(base)
    {
        return Err(QueryError::new(format!("Variable `{name}` must have an input type")));
    }
    if let Some(given) = given {
        if given.is_null() && !definition.var_type.node.nullable {
            return Err(invalid(name, &Shown(&ConstValue::Null)));
        }
        return ConstValue::from_json(given).map_err(|error| invalid(name, &error));
    }
    match &definition.default_value {
        Some(default) => Ok(default.node.clone()),
        None if definition.var_type.node.nullable => Ok(ConstValue::Null),
        None => Err(QueryError::new(format!("No value provided for required variable `{name}`"))),
    }
}
