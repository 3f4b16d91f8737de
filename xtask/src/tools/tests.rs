//! Tests of versions and stamps.

use std::fs;
use std::path::PathBuf;

use super::stamp::Part;
use super::version::major_in;
use crate::error::Error;

#[test]
fn the_major_version_is_found_in_what_programs_say() {
    assert_eq!(major_in("db version v6.0.27\nBuild Info: {"), Some(6));
    assert_eq!(major_in("anvil Version: 1.7.1-stable\nCommit SHA: abc"), Some(1));
    assert_eq!(major_in("anvil 0.2.0 (f625d0f 2024-01-01)"), Some(0));
    assert_eq!(major_in("no version here. really"), None);
}

#[test]
fn a_half_done_install_is_not_taken_for_a_finished_one() {
    let tools = scratch("half");
    let part = Part::new(&tools, "part", &[b"one"]).expect("a part");
    assert!(part.install(|_| Err(Error::new("the network is gone"))).is_err());
    assert!(!part.is_there());
    part.install(|folder| {
        fs::write(folder.join("tool"), "x").map_err(|e| Error::new(e.to_string()))
    })
    .expect("install");
    assert!(part.is_there());
    assert!(part.folder().join("tool").is_file());
    fs::remove_dir_all(tools).expect("clean up");
}

#[test]
fn other_inputs_ask_for_another_install() {
    let tools = scratch("inputs");
    Part::new(&tools, "part", &[b"ab", b"c"])
        .expect("a part")
        .install(|_| Ok(()))
        .expect("install");
    assert!(Part::new(&tools, "part", &[b"ab", b"c"]).expect("a part").is_there());
    assert!(!Part::new(&tools, "part", &[b"a", b"bc"]).expect("a part").is_there());
    fs::remove_dir_all(tools).expect("clean up");
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}
