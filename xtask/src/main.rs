//! The repository's own commands: `cargo xtask setup | test | demo | bench | fuzz | tidy | manifests`.
//!
//! It depends on almost nothing so that it builds in seconds on a fresh clone, and it is the only thing a newcomer has to
//! start: everything else (tools, flags, order) is known here.

mod bench;
mod demo;
mod error;
mod fuzz;
mod help;
mod manifests;
mod process;
mod say;
mod settings;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use error::Result;
use workspace::Workspace;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            say::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let workspace = Workspace::here();
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("--help", arguments),
    };
    if verb != "test" && rest.iter().any(|argument| argument == "--help" || argument == "-h") {
        say::line(help::of(verb));
        return Ok(ExitCode::SUCCESS);
    }
    match verb {
        "setup" => {
            help::no_arguments("setup", rest)?;
            tools::setup(&workspace)?;
            tools::clients(&workspace)?;
            Ok(ExitCode::SUCCESS)
        }
        "test" => test::run(&workspace, rest),
        "demo" => demo::run(&workspace, rest),
        "bench" => bench::run(&workspace, rest),
        "fuzz" => fuzz::run(&workspace, rest),
        "tidy" => {
            help::no_arguments("tidy", rest)?;
            tidy::run(&workspace)
        }
        "manifests" => manifests::run(&workspace, rest),
        "help" | "--help" | "-h" => {
            say::line(help::of(rest.first().map_or("", String::as_str)));
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(help::unknown_verb(unknown)),
    }
}
