//! Settings of subgraphs that cannot be meant.

use std::collections::BTreeSet;

use super::SubgraphSettings;

/// Longer names are refused by the reference, too.
const LONGEST_NAME: usize = 255;
/// Longer ids are refused by the reference, too.
const LONGEST_ID: usize = 46;
/// Names of a subgraph beside its own; more are a mistake.
const MOST_ALIASES: usize = 100;
/// More entities in one list are a mistake.
const MOST_FIRST: u32 = 10_000;
/// More entities to leave out are a mistake: each of them is looked at.
const MOST_SKIP: u32 = 1_000_000;
/// What paths end with that mean the page to try queries.
const PAGE: &str = "graphql";

/// A chain that subgraphs can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownChain<'a> {
    /// Its configured name.
    pub name: &'a str,
    /// Configured names of its DEXes.
    pub dexes: Vec<&'a str>,
}

/// Whether all subgraphs together make sense.
///
/// # Errors
/// The first that does not, as a sentence that names the key.
pub fn check(all: &[SubgraphSettings], chains: &[KnownChain<'_>]) -> Result<(), String> {
    let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (index, one) in all.iter().enumerate() {
        let at = |key: &str| format!("subgraph.{index}.{key}");
        check_name(&at("name"), &one.name)?;
        if !names.insert(one.name.as_str()) {
            return Err(twice(&at("name"), &one.name));
        }
        if one.aliases.len() > MOST_ALIASES {
            return Err(format!("{}: at most {MOST_ALIASES} other names", at("aliases")));
        }
        for (place, alias) in one.aliases.iter().enumerate() {
            let key = at(&format!("aliases.{place}"));
            check_name(&key, alias)?;
            if !names.insert(alias.as_str()) {
                return Err(twice(&key, alias));
            }
        }
        check_id(&at("id"), &one.id)?;
        let id = one.deployment();
        if ids.contains(&id) {
            return Err(format!("{}: `{id}` is the id of two subgraphs", at("id")));
        }
        ids.insert(id);
        check_about(index, one, chains)?;
        within(&at("max_first"), one.max_first, 1, MOST_FIRST)?;
        within(&at("max_skip"), one.max_skip, 0, MOST_SKIP)?;
    }
    Ok(())
}

fn check_name(key: &str, name: &str) -> Result<(), String> {
    let segments: Vec<&str> = name.split('/').collect();
    let is_good = name.len() <= LONGEST_NAME
        && segments.len() <= 2
        && segments.iter().all(|segment| is_segment(segment));
    if !is_good {
        let shown: String = name.chars().take(80).collect();
        return Err(format!(
            "{key}: `{}` is no name: write one word or `owner/name`, of letters, digits, `-` and `_`, a letter or digit first \
             and last",
            shown.escape_debug()
        ));
    }
    if segments.contains(&PAGE) {
        return Err(format!(
            "{key}: `{name}`: no part of a name can be `{PAGE}`, the end of the page's path"
        ));
    }
    Ok(())
}

fn is_segment(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn check_id(key: &str, id: &str) -> Result<(), String> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if id.len() <= LONGEST_ID && id.bytes().all(good) && id != PAGE {
        return Ok(());
    }
    let shown: String = id.chars().take(80).collect();
    Err(format!(
        "{key}: `{}` is no id: write at most {LONGEST_ID} letters and digits, or leave it out for one that is made of chain and \
         name",
        shown.escape_debug()
    ))
}

fn check_about(
    index: usize,
    one: &SubgraphSettings,
    chains: &[KnownChain<'_>],
) -> Result<(), String> {
    let Some(chain) = chains.iter().find(|chain| chain.name == one.chain) else {
        let names: Vec<_> = chains.iter().map(|chain| chain.name).collect();
        return Err(format!(
            "subgraph.{index}.chain: no [[chain]] is called `{}`: {}",
            one.chain.escape_debug(),
            names.join(", ")
        ));
    };
    if chain.dexes.contains(&one.dex.as_str()) {
        return Ok(());
    }
    let known = match chain.dexes.as_slice() {
        [] => "it has none".to_owned(),
        dexes => dexes.join(", "),
    };
    Err(format!(
        "subgraph.{index}.dex: no [[chain.dex]] of `{}` is called `{}`: {known}",
        chain.name,
        one.dex.escape_debug()
    ))
}

fn twice(key: &str, name: &str) -> String {
    format!("{key}: `{name}` is the name of two subgraphs, or twice that of one")
}

fn within(key: &str, value: u32, least: u32, most: u32) -> Result<(), String> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(format!("{key}: {value} is not from {least} to {most}"))
}
