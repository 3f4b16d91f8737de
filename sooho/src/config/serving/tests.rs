//! Documents are read beside the configuration, and what cannot be meant is named.

use crate::config::Config;

const CHAIN: &str = "[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']\n";

fn refused(section: &str) -> String {
    Config::parse(&format!("{CHAIN}{section}")).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_meant_is_named() {
    for (section, named) in [
        ("[serving]\nrows_mb = 65537", "serving.rows_mb"),
        ("[serving.export]\nmax_rows = 0", "serving.export.max_rows"),
        ("[serving.export]\nmax_seconds = 0", "serving.export.max_seconds"),
        ("[serving.export]\nmax_seconds = 86400", "serving.export.max_seconds"),
        ("[serving.export]\nat_once = 100000", "serving.export.at_once"),
        ("[serving.graphql]\napq_mb = 1000000", "serving.graphql.apq_mb"),
        ("[serving.graphql]\nonly_documents = true", "serving.graphql.documents"),
        ("[serving.graphql]\ndocuments = 'there-is-none.json'", "there-is-none.json"),
    ] {
        let refusal = refused(section);
        assert!(refusal.contains(named), "{section}: {refusal}");
    }
}

#[test]
fn documents_lie_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("documents")).unwrap();
    std::fs::write(folder.path().join("documents/one.graphql"), "{ block { number } }\n").unwrap();
    std::fs::write(folder.path().join("documents/relay.json"), r#"{"a1": "{ chains { name } }"}"#)
        .unwrap();
    std::fs::write(folder.path().join("documents/readme.txt"), "no document").unwrap();
    let file = folder.path().join("sooho.toml");
    let section = "[serving.graphql]\ndocuments = 'documents'\nonly_documents = true\n";
    std::fs::write(&file, format!("{CHAIN}{section}")).unwrap();
    let settings = Config::load(Some(&file)).unwrap().serving.graphql.settings();
    assert_eq!(settings.documents.len(), 2);
    assert_eq!(settings.documents.get("a1"), Some("{ chains { name } }"));
    assert!(settings.documents.has("{ block { number } }") && settings.only_documents);

    for (name, text, why) in [
        ("documents/bad.json", "[]", "neither"),
        ("documents/bad.json", r#"{"a1": "{ other }"}"#, "another document"),
        ("documents/bad.graphql", "{ block {", "would not be answered"),
        ("documents/bad.json", r#"{"format": "x", "version": 1, "operations": []}"#, "format"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
        let refusal = Config::load(Some(&file)).unwrap_err().to_string();
        assert!(refusal.contains(why) && refusal.contains("documents"), "{text}: {refusal}");
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
}
