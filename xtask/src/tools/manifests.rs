//! What looks at manifests: the schemas of Kubernetes, and those of workflows and compose files.

use super::python::Environment;

/// Every package at the version and with a hash of `deploy/check/requirements.txt`.
pub const ENVIRONMENT: Environment = Environment {
    name: "manifests",
    packages: include_str!("../../../deploy/check/requirements.txt"),
    check: &["-c", "import jsonschema, kubernetes_validate, yaml"],
};
