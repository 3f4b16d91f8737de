//! What the rooms depend on, as cargo sees it.

use super::Check;
use super::rules::{ABSENT, Absent, RESERVED, Reserved};
use crate::error::Result;
use crate::process;
use crate::workspace::Workspace;

/// Every check on the dependency tree. Dependencies of tests alone (dev-dependencies) are not looked at: they are in
/// nothing that is deployed.
pub fn checks(workspace: &Workspace) -> Result<Vec<Check>> {
    let direct = direct_dependencies(workspace)?;
    let mut checks: Vec<Check> = RESERVED.iter().map(|rule| reserved(rule, &direct)).collect();
    for rule in ABSENT {
        checks.push(absent(rule, &tree(workspace, &["--package", rule.room, "--prefix", "none"])?));
    }
    Ok(checks)
}

/// Pairs of a room and a package it depends on.
fn direct_dependencies(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let text = tree(workspace, &["--workspace", "--depth", "1", "--prefix", "depth"])?;
    Ok(pairs(&text))
}

pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut room = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('0') {
            room = first_word(name);
        } else if let Some(name) = line.strip_prefix('1') {
            pairs.push((room.clone(), first_word(name)));
        }
    }
    pairs
}

pub(super) fn reserved(rule: &Reserved, direct: &[(String, String)]) -> Check {
    let allowed = |room: &str| rule.rooms.contains(&room);
    let breaches = direct
        .iter()
        .filter(|(room, package)| rule.packages.contains(&package.as_str()) && !allowed(room))
        .map(|(room, package)| format!("{room} depends on {package}"))
        .collect();
    Check { wall: rule.wall, breaches }
}

pub(super) fn absent(rule: &Absent, tree: &str) -> Check {
    let found = |package: &&&str| {
        tree.lines().skip(1).any(|line| line.split(' ').next() == Some(**package))
    };
    let breaches = rule
        .packages
        .iter()
        .filter(found)
        .map(|package| {
            format!(
                "{room} is built from {package}: cargo tree -p {room} -i {package}",
                room = rule.room
            )
        })
        .collect();
    Check { wall: rule.wall, breaches }
}

fn tree(workspace: &Workspace, arguments: &[&str]) -> Result<String> {
    let mut command = workspace.cargo(&["tree", "--locked", "--edges", "normal,build"]);
    process::output_of(command.args(arguments))
}

fn first_word(text: &str) -> String {
    text.split(' ').next().unwrap_or_default().to_owned()
}
