//! What is asked of the states of subgraphs, read before anything is looked at.

use serde_json::Value as Json;
use subgraph::{Document, Limits, QueryError, Request, Selected};

use super::pick::{STATUS, Shape};

/// Values that arguments and variables have: names and ids.
const VALUES: usize = 2_000;
/// Fields of the root.
const ROOTS: usize = 100;

/// A field of the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    /// The name of the root.
    TypeName,
    /// What never is: a version that is not served yet.
    Nothing,
    /// The subgraph of this name.
    Current(String, Shape),
    /// All versions of it: there is one.
    Named(String, Shape),
    /// Those with these ids; none: all.
    Listed(Vec<String>, Shape),
}

/// The fields of the root under the names that they are answered under.
pub(super) fn read(request: Request) -> Result<Vec<(String, Root)>, QueryError> {
    let Request { query, variables } = request;
    // clients declare types that this API does not have
    let document = Document::read(&query, variables, VALUES, |_| true)?;
    let mut steps = Limits::default().steps;
    let fields = document.selected(&mut steps)?;
    if fields.len() > ROOTS {
        return Err(QueryError::new("query is too expensive"));
    }
    let mut roots = Vec::with_capacity(fields.len());
    for field in &fields {
        if let Some(root) = root(field, &mut steps)? {
            roots.push((field.key.to_owned(), root));
        }
    }
    Ok(roots)
}

fn root(field: &Selected<'_>, steps: &mut usize) -> Result<Option<Root>, QueryError> {
    let mut shape = || Shape::read(field, &STATUS, steps);
    Ok(Some(match field.name {
        "__typename" => Root::TypeName,
        // an object of which nothing is selected is left out
        "indexingStatusForCurrentVersion"
        | "indexingStatusForPendingVersion"
        | "indexingStatusesForSubgraphName"
        | "indexingStatuses"
            if !field.has_selection() =>
        {
            return Ok(None);
        }
        "indexingStatusForCurrentVersion" => Root::Current(name(field)?, shape()?),
        "indexingStatusForPendingVersion" => {
            name(field)?;
            shape()?;
            Root::Nothing
        }
        "indexingStatusesForSubgraphName" => Root::Named(name(field)?, shape()?),
        "indexingStatuses" => Root::Listed(ids(field)?, shape()?),
        _ => return Err(field.unknown("Query")),
    }))
}

fn name(field: &Selected<'_>) -> Result<String, QueryError> {
    const NAME: &str = "subgraphName";
    match field.given(NAME)? {
        Some(Json::String(name)) => Ok(name),
        None | Some(Json::Null) => {
            Err(QueryError::new(format!("No value provided for required argument: `{NAME}`")))
        }
        Some(other) => Err(invalid(NAME, &other)),
    }
}

fn ids(field: &Selected<'_>) -> Result<Vec<String>, QueryError> {
    const IDS: &str = "subgraphs";
    let items = match field.given(IDS)? {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(items)) => items,
        Some(one) => vec![one],
    };
    let id = |item: Json| match item {
        Json::String(id) => Ok(id),
        other => Err(invalid(IDS, &other)),
    };
    items.into_iter().map(id).collect()
}

fn invalid(argument: &str, value: &Json) -> QueryError {
    let shown: String = value.to_string().chars().take(200).collect();
    QueryError::new(format!("Invalid value provided for argument `{argument}`: {shown}"))
}
