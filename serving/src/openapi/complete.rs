//! What can be said of a parameter by its shape alone: its description where none is written and, where it has to be given,
//! an example.

use serde_json::{Map, Value};

/// Completes all parameters of a document.
pub(super) fn parameters(document: &mut Value) {
    let shapes = document.pointer("/components/schemas").and_then(Value::as_object);
    let shapes = shapes.cloned().unwrap_or_default();
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut);
    let operations = paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    for operation in operations.flat_map(Map::values_mut) {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            complete(parameter, &shapes);
        }
    }
}

fn complete(parameter: &mut Value, shapes: &Map<String, Value>) {
    let place = parameter.pointer("/schema/$ref").and_then(Value::as_str);
    let name = place.and_then(|place| place.rsplit('/').next());
    let Some(shape) = name.and_then(|name| shapes.get(name)) else { return };
    let (description, example) = (shape.get("description"), shape.pointer("/examples/0"));
    let is_needed = parameter["required"] == true;
    let Some(parameter) = parameter.as_object_mut() else { return };
    if let Some(description) = description.filter(|_| !says(parameter, "description")) {
        parameter.insert("description".to_owned(), description.clone());
    }
    if let Some(example) = example.filter(|_| is_needed && !says(parameter, "example")) {
        parameter.insert("example".to_owned(), example.clone());
    }
}

fn says(parameter: &Map<String, Value>, member: &str) -> bool {
    parameter.get(member).is_some_and(|value| value.as_str().is_none_or(|text| !text.is_empty()))
}
