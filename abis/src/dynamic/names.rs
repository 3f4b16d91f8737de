//! Names of collections and fields, made of what people and ABIs write.

use std::collections::BTreeSet;

use alloy_primitives::{hex, keccak256};
use domain::contract::Table;

/// What the names of all collections of contract events begin with.
const PREFIX: &str = "contract";
/// Longest part of a collection's name.
const LONGEST_PART: usize = 48;
/// Longest name of a field.
const LONGEST_FIELD: usize = 64;

/// The collection of a contract's event.
pub(super) fn collection(contract: &str, event: &str) -> String {
    format!("{PREFIX}_{}_{}", part(contract), part(event))
}

/// Letters, digits and underscores; what had to be changed carries a digest, so that it stays different.
fn part(text: &str) -> String {
    let clean: String = text.chars().map(safe).take(LONGEST_PART).collect();
    if clean == text { clean } else { format!("{clean}_{}", digest(text.as_bytes())) }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(keccak256(bytes).get(..4).unwrap_or_default())
}

const fn safe(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }
}

/// Names for siblings: no `$` and no dot, unnamed ones by their number, each different.
pub(super) fn fields<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let unique = names.enumerate().map(|(index, name)| {
        let clean: String = name.chars().map(safe).take(LONGEST_FIELD).collect();
        let clean = if clean.is_empty() { format!("arg{index}") } else { clean };
        let mut name = clean.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{clean}_{number}");
            number += 1;
        }
        name
    });
    unique.collect()
}

/// A table as a message calls it.
pub(super) fn describe(table: &Table) -> String {
    format!("{} of contract `{}`", table.signature, table.contract)
}
