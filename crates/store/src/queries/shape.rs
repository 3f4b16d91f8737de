//! The shape of a command, and whether it is one that may be sent.

use bson::{Bson, Document};

use super::declared;
use crate::shards;

/// Commands that ask for no documents of ours and change none.
const OTHERS: [&str; 22] = [
    "abortTransaction",
    "buildInfo",
    "commitTransaction",
    "count",
    "create",
    "createIndexes",
    "dbStats",
    "drop",
    "dropDatabase",
    "endSessions",
    "explain",
    "getMore",
    "getParameter",
    "hello",
    "killCursors",
    "killSessions",
    "listCollections",
    "listIndexes",
    "ping",
    "refreshSessions",
    "serverStatus",
    "setParameter",
];

/// What a command asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shape {
    pub(crate) collection: String,
    pub(crate) filter: String,
    pub(crate) order: String,
    /// The index that the command names.
    pub(crate) hint: Option<String>,
}

impl Shape {
    /// Whether it names each document it wants by the whole `_id`.
    fn by_id(&self) -> bool {
        let mut terms = self.filter.split(' ');
        self.filter == "_id in" || terms.any(|term| term == "_id=")
    }
}

/// Why a command may not be sent; the shapes of what it asks otherwise.
pub(crate) fn check(name: &str, command: &Document) -> Result<Vec<Shape>, String> {
    if OTHERS.contains(&name) {
        return Ok(Vec::new());
    }
    let collection = command.get_str(name).map_err(|_| format!("{name} of no collection"))?;
    let mut shapes = Vec::new();
    match name {
        "insert" => {
            for document in documents(command, "documents") {
                shards::names_it(collection, document, true)?;
            }
        }
        "update" => {
            for update in documents(command, "updates") {
                let filter = update.get_document("q").map_err(|error| error.to_string())?;
                shards::names_it(collection, filter, true)?;
                shapes.push(of(collection, filter, String::new(), update));
            }
        }
        "delete" => {
            for delete in documents(command, "deletes") {
                let filter = delete.get_document("q").map_err(|error| error.to_string())?;
                shards::names_it(collection, filter, false)?;
                shapes.push(of(collection, filter, String::new(), delete));
            }
        }
        "findAndModify" => {
            let filter = command.get_document("query").map_err(|error| error.to_string())?;
            shards::names_it(collection, filter, true)?;
            shapes.push(of(collection, filter, order(command), command));
        }
        "find" => {
            let empty = Document::new();
            let filter = command.get_document("filter").unwrap_or(&empty);
            shapes.push(of(collection, filter, order(command), command));
        }
        // what the server pushes is read from its own log, not from the collection
        "aggregate" if is_pushed(command) => {}
        "aggregate" => shapes.push(aggregation(collection, command)),
        _ => return Err(format!("{name} is no command that is known here")),
    }
    shapes.sort();
    shapes.dedup();
    for shape in &shapes {
        may_be_asked(shape)?;
    }
    Ok(shapes)
}

fn may_be_asked(shape: &Shape) -> Result<(), String> {
    if shape.by_id() {
        return Ok(());
    }
    let Some(query) = declared(shape) else {
        return Err(format!(
            "{shape:?} is not declared in queries.rs: give it an index and a line there"
        ));
    };
    let names = shape.hint.as_deref().map(any_parameter);
    match names.as_deref() {
        Some(names) if names != query.index => {
            Err(format!("{shape:?} is declared with {}", query.index))
        }
        // no other index has the `_id` first: the server has no choice
        None if query.index != "_id_" => Err(format!(
            "{shape:?} leaves the choice of the index to the server: name {}",
            query.index
        )),
        _ => Ok(()),
    }
}

/// `p_*` of an index by any parameter.
fn any_parameter(index: &str) -> String {
    match index.split_once("p_") {
        Some((before, _)) if before.is_empty() || before == "address_" => format!("{before}p_*"),
        _ => index.to_owned(),
    }
}

fn of(collection: &str, filter: &Document, order: String, from: &Document) -> Shape {
    let hint = from.get_str("hint").ok().map(str::to_owned);
    Shape { collection: collection.to_owned(), filter: conditions(filter), order, hint }
}

fn aggregation(collection: &str, command: &Document) -> Shape {
    let mut stages: Vec<&Document> = documents(command, "pipeline").collect();
    let empty = Document::new();
    let mut filter = &empty;
    if let Some(found) = stages.first().and_then(|stage| stage.get_document("$match").ok()) {
        filter = found;
        stages.remove(0);
    }
    let mut order = "|".to_owned();
    for stage in stages.iter().filter_map(|stage| stage.keys().next()) {
        order.push(' ');
        order.push_str(stage);
    }
    of(collection, filter, order, command)
}

fn is_pushed(command: &Document) -> bool {
    documents(command, "pipeline").next().is_some_and(|stage| stage.contains_key("$changeStream"))
}

fn order(command: &Document) -> String {
    let Ok(sort) = command.get_document("sort") else { return String::new() };
    let term = |(path, direction): (&String, &Bson)| match direction {
        Bson::Int32(1) | Bson::Int64(1) => path.clone(),
        _ => format!("-{path}"),
    };
    sort.iter().map(term).collect::<Vec<_>>().join(" ")
}

fn conditions(filter: &Document) -> String {
    let mut terms: Vec<String> =
        filter.iter().map(|(path, value)| condition(path, value)).collect();
    terms.sort();
    terms.join(" ")
}

fn condition(path: &str, value: &Bson) -> String {
    let path = if path.starts_with("p.") { "p.*" } else { path };
    let operators: Vec<&str> = match value {
        Bson::Document(value) => value.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    match operators.first() {
        Some(first) if first.starts_with('$') => match *first {
            "$in" => format!("{path} in"),
            "$gt" | "$gte" | "$lt" | "$lte" => format!("{path}.."),
            other => format!("{path} {other}"),
        },
        _ => format!("{path}="),
    }
}

fn documents<'a>(command: &'a Document, key: &str) -> impl Iterator<Item = &'a Document> {
    command.get_array(key).into_iter().flatten().filter_map(Bson::as_document)
}
