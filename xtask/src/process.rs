//! Running other programs and reading what they say.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::error::{Context, Error, Result};

/// What `command` wrote to standard output; an error with its last words if it failed.
pub fn output_of(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().context(|| format!("start {name}"))?;
    text_of(&name, &output)
}

/// The same, with `input` on standard input.
pub fn output_with_input(command: &mut Command, input: &[u8]) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context(|| format!("start {name}"))?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input).context(|| format!("write to {name}"))?;
    }
    let output = child.wait_with_output().context(|| format!("wait for {name}"))?;
    text_of(&name, &output)
}

/// Whether `program --version` answers; what it says if it does.
pub fn version_of(program: &Path) -> Option<String> {
    output_of(Command::new(program).arg("--version")).ok()
}

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256_of_file(file: &Path) -> Result<String> {
    first_word(&output_of(Command::new("sha256sum").arg("--").arg(file))?)
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256_of(bytes: &[u8]) -> Result<String> {
    first_word(&output_with_input(&mut Command::new("sha256sum"), bytes)?)
}

fn first_word(text: &str) -> Result<String> {
    let word = text.split_whitespace().next().map(|word| word.trim_start_matches('\\'));
    word.map(str::to_owned)
        .ok_or_else(|| Error::new("sha256sum printed nothing; reinstall the package coreutils"))
}

fn text_of(name: &str, output: &Output) -> Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().collect();
    let last = lines.split_at(lines.len().saturating_sub(12)).1.join("\n  ");
    Err(Error::new(format!("{name} ended with {}:\n  {last}", output.status)))
}
