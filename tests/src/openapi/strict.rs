//! Shapes that let no member through which they do not name.
//!
//! A shape may be a part of another one (`allOf`), so it is not closed where it is described, but where it is used.

use serde_json::{Map, Value, json};

/// A JSON schema of its own for a shape of a document with these components.
pub(super) fn document(mut schema: Value, components: &Value) -> Value {
    let mut closed = components.clone();
    for component in closed.as_object_mut().into_iter().flat_map(Map::values_mut) {
        walk(component, components, true);
    }
    walk(&mut schema, components, false);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": { "schemas": closed },
        "allOf": [schema],
    })
}

/// Closes what is used within a shape, and the shape itself unless it is a part.
fn walk(schema: &mut Value, components: &Value, is_part: bool) {
    let closes = !is_part && names_members(schema, components);
    let Value::Object(members) = schema else { return };
    for (name, value) in members.iter_mut() {
        match (name.as_str(), value) {
            ("properties", Value::Object(values)) => {
                values.values_mut().for_each(|value| walk(value, components, false));
            }
            ("items" | "additionalProperties", value @ Value::Object(_)) => {
                walk(value, components, false);
            }
            ("allOf", Value::Array(parts)) => {
                parts.iter_mut().for_each(|part| walk(part, components, true));
            }
            ("oneOf" | "anyOf", Value::Array(ways)) => {
                ways.iter_mut().for_each(|way| walk(way, components, is_part));
            }
            _ => {}
        }
    }
    if closes {
        members.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
}

/// Whether a shape says which members there are.
fn names_members(schema: &Value, components: &Value) -> bool {
    if let Some(place) = schema["$ref"].as_str() {
        let name = place.rsplit('/').next().unwrap_or_default();
        return names_members(&components[name], components);
    }
    let any = |of: &str| {
        let parts = schema[of].as_array();
        parts.into_iter().flatten().any(|part| names_members(part, components))
    };
    let is_open = schema.get("additionalProperties").is_some();
    !is_open && (schema["properties"].is_object() || any("allOf") || any("oneOf"))
}
