//! x
use crate::error::Result;
use crate::workspace::Workspace;
use std::process::ExitCode;
pub fn run(_w: &Workspace, _a: &[String]) -> Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
