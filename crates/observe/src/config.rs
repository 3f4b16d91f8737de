//! Configuration: a TOML file, overlaid by environment variables, with unknown keys refused.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Provider,
    error::{Actual, Kind},
    providers::{Format, Serialized, Toml},
    value::{Dict, Value},
};
use serde::{Serialize, de::DeserializeOwned};

#[cfg(test)]
mod tests;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The named file is not there.
    #[error(
        "there is no configuration file at {0}: create it (sooho.example.toml shows every key) or name another with --config"
    )]
    NoFile(PathBuf),
    /// A key nobody knows.
    #[error("unknown configuration key `{key}` in {origin}{}", hint(.nearest.as_deref()))]
    UnknownKey {
        /// Full path of the key.
        key: String,
        /// The known key that resembles it most.
        nearest: Option<String>,
        /// File or variable.
        origin: String,
    },
    /// A value that does not fit.
    #[error("configuration key `{key}` in {origin}: {reason}")]
    BadValue {
        /// Full path of the key.
        key: String,
        /// File or variable.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// A file that cannot be read as TOML.
    #[error("configuration in {origin}: {reason}")]
    Syntax {
        /// File.
        origin: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// A variable that is not UTF-8.
    #[error("variable {variable} is no text: write it in UTF-8")]
    NoText {
        /// The variable.
        variable: String,
    },
    /// A `<NAME>_FILE` variable that names an unreadable file.
    #[error("variable {variable} names {path}, which cannot be read: {reason}")]
    SecretFile {
        /// The variable.
        variable: String,
        /// Its value.
        path: String,
        /// Why.
        reason: String,
    },
}

impl ConfigError {
    /// Names the variable that set the key in question.
    fn naming_variable(mut self, names: &BTreeMap<String, String>) -> Self {
        if let Self::UnknownKey { key, origin, .. } | Self::BadValue { key, origin, .. } = &mut self
            && let Some(name) = names.get(key)
        {
            *origin = format!("variable {name}");
        }
        self
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |key| format!("; did you mean `{key}`?"))
}

/// Loads a configuration: defaults, then the file if one is given, then variables `<PREFIX>_SECTION__KEY`. A variable
/// `<PREFIX>_SECTION__KEY_FILE` reads the value from the file it names, which is how secrets come in.
///
/// List elements are addressed by index (`<PREFIX>_CHAIN__0__RPC`).
///
/// # Errors
/// [`ConfigError`], naming the key and where it stands.
pub fn load<T>(prefix: &str, file: Option<&Path>) -> Result<T, ConfigError>
where
    T: Serialize + DeserializeOwned + Default,
{
    let mut figment = Figment::from(Serialized::defaults(T::default()));
    if let Some(path) = file {
        if !path.is_file() {
            return Err(ConfigError::NoFile(path.to_owned()));
        }
        figment = figment.merge(Toml::file_exact(path));
        // the file by itself first: its faults are then reported with its name
        extract::<T>(figment.clone())?;
    }
    let variables = Variables::read(prefix)?;
    let names = variables.names(prefix);
    // the file is good by itself, so a fault that is left came with a variable
    extract(variables.overlay(figment)?).map_err(|error| error.naming_variable(&names))
}

/// The same from a text, without the environment.
///
/// # Errors
/// [`ConfigError`].
pub fn parse<T>(text: &str) -> Result<T, ConfigError>
where
    T: Serialize + DeserializeOwned + Default,
{
    extract(Figment::from(Serialized::defaults(T::default())).merge(Toml::string(text)))
}

fn extract<T: DeserializeOwned>(figment: Figment) -> Result<T, ConfigError> {
    figment.extract().map_err(|error| explain(&error))
}

/// The value of an environment variable, for the few things that are not configuration (paths of tools).
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the door by which the environment enters")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn explain(error: &figment::Error) -> ConfigError {
    let origin = error.metadata.as_ref().map_or_else(
        || "the configuration".to_owned(),
        |meta| match &meta.source {
            Some(source) => source.to_string(),
            None => meta.name.to_string(),
        },
    );
    let path = error.path.join(".");
    match &error.kind {
        Kind::UnknownField(field, known) => {
            let prefix = error
                .path
                .iter()
                .filter(|part| *part != field)
                .fold(String::new(), |all, part| all + part + ".");
            ConfigError::UnknownKey {
                key: format!("{prefix}{field}"),
                nearest: nearest(field, known).map(|key| format!("{prefix}{key}")),
                origin,
            }
        }
        Kind::UnknownVariant(value, known) => ConfigError::BadValue {
            key: path,
            origin,
            reason: format!("`{value}` is none of {}", known.join(", ")),
        },
        Kind::Message(text) if path.is_empty() => {
            ConfigError::Syntax { origin, reason: without_excerpt(text) }
        }
        // the text may be a secret
        Kind::InvalidType(Actual::Str(_), expected)
        | Kind::InvalidValue(Actual::Str(_), expected) => ConfigError::BadValue {
            key: path,
            origin,
            reason: format!("it is a text, expected {expected}"),
        },
        kind => ConfigError::BadValue { key: path, origin, reason: kind.to_string() },
    }
}

/// What a parser says, without the lines of the file that it shows: there may be a secret in them.
fn without_excerpt(text: &str) -> String {
    let shows = |line: &str| {
        let before = line.split_once('|').map(|(before, _)| before.trim());
        before.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let said: Vec<_> = text.lines().filter(|line| !line.is_empty() && !shows(line)).collect();
    said.join(", ")
}

/// The known word with the smallest edit distance, when it is close enough to be meant.
#[must_use]
pub fn nearest(field: &str, known: &[&'static str]) -> Option<String> {
    known
        .iter()
        .map(|key| (strsim::damerau_levenshtein(field, key), *key))
        .filter(|(distance, key)| *distance <= 1 + key.len() / 2)
        .min()
        .map(|(_, key)| key.to_owned())
}

/// Variables of a prefix, secrets read from their files.
struct Variables(Vec<(Vec<String>, String)>);

impl Variables {
    fn read(prefix: &str) -> Result<Self, ConfigError> {
        let prefix = format!("{prefix}_");
        let mut found = Vec::new();
        // anybody's variables may be no text: those of others are not looked at
        for (name, value) in std::env::vars_os() {
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(&prefix)) else {
                continue;
            };
            // only names with a section are keys; others (SOOHO_MONGOD, SOOHO_CONFIG) name tools and files
            if !rest.contains("__") {
                continue;
            }
            let name = format!("{prefix}{rest}");
            let value =
                value.into_string().map_err(|_| ConfigError::NoText { variable: name.clone() })?;
            let (key, value) = match rest.strip_suffix("_FILE") {
                Some(key) => (key, read_secret(&name, &value)?),
                None => (rest, value),
            };
            found.push((key.to_lowercase().split("__").map(str::to_owned).collect(), value));
        }
        found.sort();
        Ok(Self(found))
    }

    /// Variables by the path of the key they set.
    fn names(&self, prefix: &str) -> BTreeMap<String, String> {
        let name = |path: &[String]| format!("{prefix}_{}", path.join("__").to_uppercase());
        self.0.iter().map(|(path, _)| (path.join("."), name(path))).collect()
    }

    fn overlay(self, figment: Figment) -> Result<Figment, ConfigError> {
        if self.0.is_empty() {
            return Ok(figment);
        }
        // figment merges lists as a whole, so an element is changed in a copy of what is there
        let data = figment.data().map_err(|error| explain(&error))?;
        let mut root = Value::from(data.into_values().next().unwrap_or_default());
        for (path, text) in self.0 {
            let value: Value =
                text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
            set(&mut root, &path, value).map_err(|reason| ConfigError::BadValue {
                key: path.join("."),
                origin: "the environment".into(),
                reason,
            })?;
        }
        let dict = root.into_dict().unwrap_or_default();
        Ok(figment.merge(Serialized::defaults(dict)))
    }
}

fn read_secret(variable: &str, path: &str) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::SecretFile {
        variable: variable.to_owned(),
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(text.trim_end().to_owned())
}

/// Sets a value at a path of dictionary keys and list indexes.
fn set(node: &mut Value, path: &[String], value: Value) -> Result<(), String> {
    let Some((first, rest)) = path.split_first() else {
        *node = value;
        return Ok(());
    };
    match node {
        Value::Array(_, items) => {
            let index: usize = first.parse().map_err(|_| format!("`{first}` is no list index"))?;
            let count = items.len();
            let item = items
                .get_mut(index)
                .ok_or_else(|| format!("index {index} of a list of {count}"))?;
            set(item, rest, value)
        }
        Value::Dict(_, dict) => {
            let child = dict.entry(first.clone()).or_insert_with(|| Value::from(Dict::new()));
            set(child, rest, value)
        }
        other => {
            *other = Value::from(Dict::new());
            set(other, path, value)
        }
    }
}
