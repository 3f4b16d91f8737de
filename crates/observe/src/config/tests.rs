//! What a person who mistypes is told.

use serde::Deserialize;

use super::*;

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sample {
    store: Section,
    chain: Vec<Element>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Section {
    uri: String,
    data_dir: String,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Element {
    id: u64,
}

#[test]
fn unknown_keys_name_the_nearest() {
    let error = parse::<Sample>("[store]\nurl = 'x'").unwrap_err();
    assert!(error.to_string().contains("`store.url`"), "{error}");
    assert!(error.to_string().contains("did you mean `store.uri`?"), "{error}");
    let error = parse::<Sample>("[stroe]\nuri = 'x'").unwrap_err();
    assert!(error.to_string().contains("did you mean `store`?"), "{error}");
}

#[test]
fn wrong_types_name_the_key() {
    let error = parse::<Sample>("[[chain]]\nid = 'one'").unwrap_err();
    assert!(error.to_string().contains("chain"), "{error}");
    assert!(error.to_string().contains("id"), "{error}");
}

#[test]
fn variables_overlay_sections_and_list_elements() {
    let figment = Figment::from(Serialized::defaults(Sample::default())).merge(Toml::string(
        "[store]\nuri = 'a'\ndata_dir = 'd'\n[[chain]]\nid = 1\n[[chain]]\nid = 2",
    ));
    let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
    let variables =
        Variables(vec![(path("store.uri"), "b".into()), (path("chain.1.id"), "7".into())]);
    let sample: Sample = extract(variables.overlay(figment).unwrap()).unwrap();
    assert_eq!(sample.store, Section { uri: "b".into(), data_dir: "d".into() });
    assert_eq!(sample.chain, [Element { id: 1 }, Element { id: 7 }]);
}

#[test]
fn an_index_beyond_the_list_is_refused() {
    let figment = Figment::from(Serialized::defaults(Sample {
        chain: vec![Element { id: 1 }],
        ..Sample::default()
    }));
    let path = ["chain", "3", "id"].map(str::to_owned).to_vec();
    let error = Variables(vec![(path, "7".into())]).overlay(figment).unwrap_err();
    assert!(error.to_string().contains("index 3 of a list of 1"), "{error}");
}

#[test]
fn a_fault_in_a_variable_names_the_variable() {
    let path = ["chain", "0", "id"].map(str::to_owned).to_vec();
    let variables = Variables(vec![(path, "one".into())]);
    let names = variables.names("SOOHO");
    let figment = Figment::from(Serialized::defaults(Sample {
        chain: vec![Element { id: 1 }],
        ..Sample::default()
    }));
    let error =
        extract::<Sample>(variables.overlay(figment).unwrap()).unwrap_err().naming_variable(&names);
    assert!(error.to_string().contains("variable SOOHO_CHAIN__0__ID"), "{error}");
}

#[test]
fn no_message_shows_what_may_be_a_secret() {
    let path = ["chain"].map(str::to_owned).to_vec();
    let variables = Variables(vec![(path, "https://user:secret@host".into())]);
    let names = variables.names("SOOHO");
    let figment = Figment::from(Serialized::defaults(Sample::default()));
    let error =
        extract::<Sample>(variables.overlay(figment).unwrap()).unwrap_err().naming_variable(&names);
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(error.to_string().contains("variable SOOHO_CHAIN: it is a text"), "{error}");

    let error = parse::<Sample>("[store]\nuri = 'secret|secret\n").unwrap_err();
    assert!(matches!(error, ConfigError::Syntax { .. }), "{error}");
    let said = error.to_string();
    assert!(!said.contains("secret") && said.contains("line 2, column"), "{error}");
}
