//! The only place in xtask that prints. A reader who went away (`… | head`) is no reason to fall over and leave children
//! behind, so what cannot be written is dropped.

use std::io::{IsTerminal, Write, stderr, stdout};

/// One line on standard output.
pub fn line(text: &str) {
    let _ = writeln!(stdout(), "{text}");
}

/// One line of progress: what is being done now.
pub fn step(text: &str) {
    line(&format!("==> {text}"));
}

/// One line on standard error that says why the command failed.
pub fn error(text: &str) {
    let _ = writeln!(stderr(), "error: {text}");
}

/// Whether a person is watching standard output.
pub fn on_terminal() -> bool {
    stdout().is_terminal()
}

/// Replaces the current line of the terminal by `text`; end it with [`end_status`].
pub fn status(text: &str) {
    let _ = write!(stdout(), "\r\x1b[2K{text}");
    let _ = stdout().flush();
}

/// Leaves the status line as it stands and goes to the next one.
pub fn end_status() {
    line("");
}
