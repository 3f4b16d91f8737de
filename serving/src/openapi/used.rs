//! Components that something refers to. Generic shapes have those they are made of inside of them, so that some names are
//! collected and used by nobody.

use std::collections::BTreeSet;

use serde_json::Value;

/// Drops what nothing refers to, and then what only that referred to.
pub(super) fn only(document: &mut Value) {
    loop {
        let mut used = BTreeSet::new();
        references(document, &mut used);
        let kinds = document["components"].as_object_mut().into_iter().flatten();
        let mut is_done = true;
        for (kind, named) in kinds {
            let Some(named) = named.as_object_mut() else { continue };
            let before = named.len();
            named.retain(|name, _| used.contains(&format!("#/components/{kind}/{name}")));
            is_done &= named.len() == before;
        }
        if is_done {
            return;
        }
    }
}

fn references(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            used.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, used));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, used)),
        _ => {}
    }
}
