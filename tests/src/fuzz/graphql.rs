//! Queries by chance, from what the schema says of itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use devchain::Dice;
use serde_json::Value;

use super::words::Words;

/// Asks a service for its schema.
pub const INTROSPECTION: &str = "{ __schema { queryType { name } types { kind name isOneOf
    fields { name args { name type { ...T } } type { ...T } } inputFields { name type { ...T } } enumValues { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Fields that an object is asked for, at most.
const FIELDS: u64 = 5;
/// Objects inside of objects.
const DEPTH: u32 = 5;

/// What a service takes.
#[derive(Debug, Clone)]
pub struct Schema {
    root: String,
    types: BTreeMap<String, Value>,
}

impl Schema {
    /// From the answer to [`INTROSPECTION`].
    ///
    /// # Errors
    /// When it is none.
    pub fn of(answer: &Value) -> Result<Self> {
        let schema = &answer["data"]["__schema"];
        let root = schema["queryType"]["name"].as_str().context("no schema")?.to_owned();
        let types = schema["types"]
            .as_array()
            .context("no types")?
            .iter()
            .filter_map(|one| Some((one["name"].as_str()?.to_owned(), one.clone())));
        Ok(Self { root, types: types.collect() })
    }

    /// Names of the fields of the root.
    #[must_use]
    pub fn roots(&self) -> Vec<&str> {
        let fields = self.types.get(&self.root).and_then(|root| root["fields"].as_array());
        fields.into_iter().flatten().filter_map(|field| field["name"].as_str()).collect()
    }

    /// A query with one to three fields of the root.
    pub fn query(&self, dice: &mut Dice, words: &Words) -> String {
        let mut text = "{".to_owned();
        for number in 0..dice.between(1, 3) {
            let fields = self.types.get(&self.root).and_then(|root| root["fields"].as_array());
            if let Some(field) = fields.and_then(|fields| dice.pick(fields)) {
                let _ = write!(text, " f{number}: ");
                self.field(field, dice, words, DEPTH, &mut text);
            }
        }
        text.push_str(" }");
        text
    }

    fn field(&self, field: &Value, dice: &mut Dice, words: &Words, depth: u32, text: &mut String) {
        text.push_str(field["name"].as_str().unwrap_or_default());
        let mut arguments = Vec::new();
        for argument in field["args"].as_array().into_iter().flatten() {
            let of = &argument["type"];
            // what has to be there is left out now and then, too
            let (part, whole) = if of["kind"] == "NON_NULL" { (49, 50) } else { (2, 5) };
            if dice.chance(part, whole) {
                let name = argument["name"].as_str().unwrap_or_default();
                arguments.push(format!("{name}: {}", self.value(name, of, dice, words, 3)));
            }
        }
        if !arguments.is_empty() {
            let _ = write!(text, "({})", arguments.join(", "));
        }
        self.selection(named(&field["type"]), dice, words, depth, text);
    }

    fn selection(&self, name: &str, dice: &mut Dice, words: &Words, depth: u32, text: &mut String) {
        let Some(fields) = self.types.get(name).and_then(|of| of["fields"].as_array()) else {
            return;
        };
        text.push_str(" { __typename");
        for number in 0..dice.between(1, FIELDS) {
            let Some(field) = dice.pick(fields) else { break };
            let is_object =
                self.types.get(named(&field["type"])).is_some_and(|of| of["fields"].is_array());
            if is_object && depth == 0 {
                continue;
            }
            // the same field with other arguments would not merge
            let _ = write!(text, " n{number}: ");
            self.field(field, dice, words, depth.saturating_sub(1), text);
        }
        text.push_str(" }");
    }

    fn value(&self, name: &str, of: &Value, dice: &mut Dice, words: &Words, depth: u32) -> String {
        // not what is asked for at all
        if dice.chance(1, 150) {
            return dice
                .pick(&["null", "true", "[]", "{}", "WHAT", "1.5"])
                .copied()
                .unwrap_or("null")
                .to_owned();
        }
        match of["kind"].as_str() {
            Some("NON_NULL") => self.value(name, &of["ofType"], dice, words, depth),
            Some("LIST") => {
                let values =
                    (0..dice.below(4)).map(|_| self.value(name, &of["ofType"], dice, words, depth));
                format!("[{}]", values.collect::<Vec<_>>().join(", "))
            }
            Some("ENUM") => {
                let of = self.types.get(of["name"].as_str().unwrap_or_default());
                let values = of.and_then(|of| of["enumValues"].as_array());
                let value = values.and_then(|values| dice.pick(values));
                value.and_then(|value| value["name"].as_str()).unwrap_or("NONE").to_owned()
            }
            Some("INPUT_OBJECT") => {
                let of = self.types.get(of["name"].as_str().unwrap_or_default());
                let fields = of.and_then(|of| of["inputFields"].as_array());
                let is_one = of.is_some_and(|of| of["isOneOf"] == true) && !dice.chance(1, 20);
                let only = fields.map_or(0, |fields| dice.index(fields.len()));
                let mut text = Vec::new();
                for (place, field) in fields.into_iter().flatten().enumerate() {
                    let is_needed = field["type"]["kind"] == "NON_NULL";
                    let is_wanted =
                        if is_one { place == only } else { is_needed || dice.chance(1, 3) };
                    if depth > 0 && is_wanted {
                        let name = field["name"].as_str().unwrap_or_default();
                        let value = self.value(name, &field["type"], dice, words, depth - 1);
                        text.push(format!("{name}: {value}"));
                    }
                }
                format!("{{{}}}", text.join(", "))
            }
            _ => match of["name"].as_str() {
                Some("Int") => words.number(name, dice),
                Some("Boolean") => dice.chance(1, 2).to_string(),
                // JSON's escapes are GraphQL's
                _ => Value::String(words.text(name, dice)).to_string(),
            },
        }
    }
}

/// The type behind lists and what must not be null.
fn named(of: &Value) -> &str {
    match of["name"].as_str() {
        Some(name) => name,
        None if of["ofType"].is_object() => named(&of["ofType"]),
        None => "",
    }
}
