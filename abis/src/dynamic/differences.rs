//! What changed between two configurations of contracts, as far as it changes what is stored.

use super::contracts::{Contract, Contracts};

impl Contracts {
    /// What the new ones have other than these, in words; nothing where the same events come of both. An event of an ABI
    /// that nobody wants makes no difference, nor does the order of anything.
    #[must_use]
    pub fn differences(&self, new: &Self) -> Vec<String> {
        let find = |all: &[Contract], name: &str| all.iter().position(|it| it.name == name);
        let mut found = Vec::new();
        for contract in &new.list {
            match find(&self.list, &contract.name).and_then(|index| self.list.get(index)) {
                None => found.push(format!("added contract `{}`", contract.name)),
                Some(old) => found.extend(between(old, contract)),
            }
        }
        let gone = self.list.iter().filter(|old| find(&new.list, &old.name).is_none());
        found.extend(gone.map(|old| format!("removed contract `{}`", old.name)));
        found
    }
}

fn between(old: &Contract, new: &Contract) -> Option<String> {
    let mut parts = Vec::new();
    if old.addresses != new.addresses {
        parts.push("addresses");
    }
    // places among the events say nothing by themselves
    let announcer = |it: &Contract| {
        let factory = it.factory.as_ref()?;
        Some((factory.address, it.events.get(factory.event).cloned(), factory.field))
    };
    if announcer(old) != announcer(new) {
        parts.push("factory");
    }
    if old.events != new.events {
        parts.push("events");
    }
    (!parts.is_empty())
        .then(|| format!("changed {} of contract `{}`", parts.join(" and "), new.name))
}
