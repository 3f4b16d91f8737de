//! The document is what `openapi.json` says, and whole in itself.

use std::{collections::BTreeSet, path::Path};

use domain::candle::Resolution;
use serde_json::{Map, Value};

use super::{document, text};

/// On a change on purpose: delete `openapi.json`, run the test, look at the difference, commit it.
#[test]
fn the_document_file_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if !path.exists() {
        std::fs::write(&path, text()).unwrap();
        panic!("{} did not exist and was written; run the test again", path.display());
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == text(),
        "delete {} and run this test to renew it",
        path.display()
    );
}

/// Path, method and operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().clone();
        let path = path.clone();
        operations.into_iter().map(move |(method, operation)| (path.clone(), method, operation))
    };
    paths.iter().flat_map(of_path).collect()
}

fn each<'a>(value: &'a Value, seen: &mut impl FnMut(&'a Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            seen(members);
            members.values().for_each(|value| each(value, seen));
        }
        Value::Array(values) => values.iter().for_each(|value| each(value, seen)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut references = BTreeSet::new();
    each(&document, &mut |members| {
        if let Some(place) = members.get("$ref") {
            references.insert(place.as_str().unwrap().to_owned());
        }
    });
    for place in &references {
        let place = place.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{place} is referred to and is not there");
    }
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let place = format!("#/components/{kind}/{name}");
            assert!(references.contains(&place), "nothing refers to {place}");
        }
    }
}

#[test]
fn operations_are_whole() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].clone().to_string())
        .collect();
    let mut ids = BTreeSet::new();
    let operations = operations(&document);
    assert!(operations.len() > 90, "{} operations", operations.len());
    for (path, method, operation) in operations {
        let name = format!("{method} {path}");
        assert!(["get", "post"].contains(&method.as_str()), "{name}: no method");
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{name}: no id"));
        assert!(ids.insert(id.to_owned()), "{name}: the id {id} is taken");
        assert!(
            operation["summary"].as_str().is_some_and(|text| text.len() > 3),
            "{name}: no summary"
        );
        let tag = operation["tags"].as_array().unwrap();
        assert!(tag.len() == 1 && tags.contains(&tag[0].to_string()), "{name}: {tag:?}");
        parameters(&name, &path, &operation);
        responses(&document, &name, &operation);
    }
}

fn parameters(name: &str, path: &str, operation: &Value) {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let mut declared = BTreeSet::new();
    let mut of_path = BTreeSet::new();
    for parameter in &parameters {
        let (this, place) =
            (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
        assert!(declared.insert((this, place)), "{name}: {this} is declared twice");
        assert!(parameter["schema"].is_object(), "{name}: {this} has no shape");
        let text = parameter["description"].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{name}: {this} is not described");
        if place == "path" {
            assert_eq!(parameter["required"], true, "{name}: {this}");
            of_path.insert(this.to_owned());
        }
    }
    let named = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    assert_eq!(of_path, named.map(str::to_owned).collect(), "{name}: parameters of the path");
}

fn responses(document: &Value, name: &str, operation: &Value) {
    let responses = operation["responses"].as_object().unwrap();
    let is = |first: char| responses.keys().any(|status| status.starts_with(first));
    assert!(is('2') || is('1'), "{name}: never answers well");
    assert!(is('5'), "{name}: never fails");
    for (status, response) in responses {
        let place = response["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
        let response = place.map_or(response, |place| document.pointer(place).unwrap());
        let text = response["description"].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{name}: {status} is not described");
        let content = response["content"].as_object();
        let is_empty = ["101", "304"].contains(&status.as_str());
        assert_eq!(content.is_none_or(Map::is_empty), is_empty, "{name}: body of {status}");
        for (kind, content) in content.into_iter().flatten() {
            assert!(content["schema"].is_object(), "{name}: {status} {kind} has no shape");
        }
    }
}

#[test]
fn documented_resolutions_are_those_that_are_read() {
    let names = document()["components"]["schemas"]["CandleResolution"]["enum"].clone();
    let names: Vec<String> = serde_json::from_value(names).unwrap();
    assert_eq!(names.len(), Resolution::ALL.len());
    assert!(names.iter().all(|name| name.parse::<Resolution>().is_ok()), "{names:?}");
}
