//! Speaking: results on standard output, progress on standard error.

use anyhow::Result;
use serde::Serialize;

/// A line for whoever reads the results.
#[expect(clippy::print_stdout, reason = "the result of a command-line tool")]
pub fn line(text: &str) {
    println!("{text}");
}

/// A line for whoever waits.
#[expect(clippy::print_stderr, reason = "the progress of a command-line tool")]
pub fn note(text: &str) {
    eprintln!("bench: {text}");
}

/// A value as one line of JSON for the process that started this one.
///
/// # Errors
/// When the value has no JSON.
pub fn answer(value: &impl Serialize) -> Result<()> {
    line(&serde_json::to_string(value)?);
    Ok(())
}
