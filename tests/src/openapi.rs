//! An OpenAPI document as a judge: of an answer it says whether the document foretold it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail, ensure};
use jsonschema::Validator;
use serde_json::Value;

mod strict;

/// The document of a service.
#[derive(Debug)]
pub struct Document {
    whole: Value,
    /// Shapes of bodies as they were asked for, by what they are made of.
    validators: BTreeMap<String, Validator>,
}

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Path with the names of its parameters.
    pub path: String,
    /// Its id.
    pub id: String,
    /// What the document says of it.
    pub told: Value,
}

impl Operation {
    /// Its parameters: name, place, and whether it has to be given.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let told = self.told["parameters"].as_array();
        told.into_iter().flatten().map(|parameter| {
            let text = |name: &str| parameter[name].as_str().unwrap_or_default();
            (text("name"), text("in"), parameter["required"] == true)
        })
    }
}

impl Document {
    /// What a service says of itself.
    #[must_use]
    pub fn new(whole: Value) -> Self {
        Self { whole, validators: BTreeMap::new() }
    }

    /// Its GET operations.
    #[must_use]
    pub fn gets(&self) -> Vec<Operation> {
        self.operations("get")
    }

    /// Its POST operations.
    #[must_use]
    pub fn posts(&self) -> Vec<Operation> {
        self.operations("post")
    }

    fn operations(&self, method: &str) -> Vec<Operation> {
        let paths = self.whole["paths"].as_object();
        let of_path = |(path, item): (&String, &Value)| {
            let told = item.get(method)?.clone();
            let id = told["operationId"].as_str()?.to_owned();
            Some(Operation { path: path.clone(), id, told })
        };
        paths.into_iter().flatten().filter_map(of_path).collect()
    }

    /// Whether an answer is what the document says: its status, its type, all its members and no others.
    ///
    /// # Errors
    /// Where it is not.
    pub fn judge(&mut self, of: &Operation, status: u16, kind: &str, body: &str) -> Result<()> {
        let response = &of.told["responses"][status.to_string()];
        let response = match response["$ref"].as_str() {
            Some(place) => self.at(place)?,
            None => response,
        };
        ensure!(response.is_object(), "the status {status} is not documented");
        let Some(content) = response["content"].as_object().filter(|kinds| !kinds.is_empty())
        else {
            ensure!(body.is_empty(), "{status} is documented without a body");
            return Ok(());
        };
        let bare = kind.split(';').next().unwrap_or_default();
        let content = content.get(bare).with_context(|| {
            format!("{status} is documented as {:?}, not as {kind}", content.keys())
        })?;
        let schema = content["schema"].clone();
        // of a stream each event is of the shape
        let values = if bare == "text/event-stream" {
            events(body)
        } else if bare.ends_with("/json") || bare.ends_with("+json") {
            vec![serde_json::from_str(body)?]
        } else {
            vec![Value::String(body.to_owned())]
        };
        let validator = self.validator(schema)?;
        let errors = values.iter().flat_map(|value| validator.iter_errors(value)).take(5);
        let wrong: Vec<String> =
            errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
    }

    fn at(&self, place: &str) -> Result<&Value> {
        let found = self.whole.pointer(place.trim_start_matches('#'));
        found.with_context(|| format!("{place} leads nowhere"))
    }

    fn validator(&mut self, schema: Value) -> Result<&Validator> {
        let key = schema.to_string();
        if !self.validators.contains_key(&key) {
            let whole = strict::document(schema, &self.whole["components"]["schemas"]);
            let made = jsonschema::validator_for(&whole).map_err(|error| anyhow!("{error}"))?;
            self.validators.insert(key.clone(), made);
        }
        self.validators.get(&key).context("it was made just now")
    }
}

/// The events of a stream, each with its fields.
fn events(body: &str) -> Vec<Value> {
    let event = |text: &str| {
        let fields = text.lines().filter_map(|line| line.split_once(':'));
        let fields = fields.filter(|(name, _)| !name.is_empty());
        fields.map(|(name, value)| (name.to_owned(), Value::from(value.trim()))).collect::<Value>()
    };
    body.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).map(event).collect()
}
