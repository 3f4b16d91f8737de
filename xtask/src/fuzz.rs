//! `cargo xtask fuzz rest`: the demo's services, asked by their own OpenAPI document with whatever fits it, and what does not.

use std::fs;
use std::process::{Command, ExitCode};

use crate::error::{Context, Error, Result};
use crate::workspace::Workspace;
use crate::{demo, say, tools};

/// Requests unless said.
const REQUESTS: u64 = 20_000;
const ASK: &str = include_str!("fuzz/rest.py");

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    requests: u64,
    seed: u64,
}

/// Runs it; `arguments` are those of the verb.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode> {
    let wish = read(arguments)?;
    let python = tools::schemathesis(workspace)?;
    let folder = workspace.path(".sooho/fuzz");
    fs::create_dir_all(&folder).context(|| format!("make {}", folder.display()))?;
    let outcome = demo::during(workspace, |up| {
        let mut ask = Command::new(&python);
        ask.args(["-c", ASK]).arg(format!("http://127.0.0.1:{}", up.ports.serving));
        ask.args([wish.requests.to_string(), wish.seed.to_string()]).arg(&folder);
        let status = ask.status().context(|| "start python".to_owned())?;
        // whoever answers no more has said the worst
        up.running.all_alive()?;
        Ok(status.success())
    })?;
    match outcome {
        Some(true) => Ok(ExitCode::SUCCESS),
        Some(false) => Ok(ExitCode::FAILURE),
        None => {
            say::step("stopped before anything was asked");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(arguments: &[String]) -> Result<Wish> {
    let usage = || Error::new("say what: `cargo xtask fuzz rest`; see `cargo xtask fuzz --help`");
    let (what, mut rest) = arguments.split_first().ok_or_else(usage)?;
    if what != "rest" {
        return Err(usage());
    }
    let mut wish = Wish { requests: REQUESTS, seed: 1 };
    while let [name, value, further @ ..] = rest {
        let number = value
            .parse()
            .map_err(|_| Error::new(format!("`{name} {value}`: give a whole number")))?;
        match name.as_str() {
            "--requests" => wish.requests = number,
            "--seed" => wish.seed = number,
            _ => return Err(usage()),
        }
        rest = further;
    }
    if rest.is_empty() { Ok(wish) } else { Err(usage()) }
}

#[cfg(test)]
mod tests;
