//! `schemathesis`, which asks a service by its OpenAPI document.

use super::python::Environment;

/// Every package at the version and with a hash of `schemathesis.txt`.
pub const ENVIRONMENT: Environment = Environment {
    name: "schemathesis",
    packages: include_str!("schemathesis.txt"),
    check: &["-m", "schemathesis.cli", "--version"],
};
