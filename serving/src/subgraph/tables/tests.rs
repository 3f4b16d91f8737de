//! Which schemas can be made of the tables.

use subgraph::{schema::Schema, standard};

use super::{TABLES, TableError, entity};

/// What is wrong with the first entity of a schema that cannot be made.
fn refused(text: &str) -> Option<TableError> {
    let schema = Schema::parse(text).unwrap();
    schema.entities().find_map(|(_, of)| entity(&schema, of, 1).err())
}

#[test]
fn every_entity_that_clients_know_is_made_of_a_table() {
    for text in [standard::UNISWAP_V2, standard::UNISWAP_V3, standard::UNISWAP_V4] {
        if let Some(error) = refused(text) {
            panic!("{error}");
        }
    }
}

#[test]
fn every_table_is_an_entity_of_some_schema() {
    let schemas = [standard::UNISWAP_V2, standard::UNISWAP_V3, standard::UNISWAP_V4]
        .map(|text| Schema::parse(text).unwrap());
    for (name, _) in TABLES {
        let is_its = |schema: &Schema| schema.entities().any(|(_, of)| of.source == *name);
        assert!(schemas.iter().any(is_its), "{name}");
    }
    let names: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted_by(|one, other| one < other), "each once, in order: {names:?}");
}

#[test]
fn a_schema_that_names_what_there_is_not_is_refused_by_the_names_that_there_are() {
    let table = refused("type Pool @entity(source: \"ponds\") { id: ID! }");
    let Some(error @ TableError::NoTable { .. }) = table else { panic!("{table:?}") };
    let said = error.to_string();
    assert!(said.starts_with("Pool is made of `ponds`") && said.contains("pools, "), "{said}");

    let column =
        "type Pool @entity(source: \"pools\") { id: ID! depth: BigInt @from(column: \"d\") }";
    let column = refused(column);
    let Some(error @ TableError::NoColumn { .. }) = column else { panic!("{column:?}") };
    let said = error.to_string();
    assert!(said.starts_with("Pool.depth is made of `d`"), "{said}");
    assert!(said.contains("tickSpacing") && said.contains("volumeUSD"), "{said}");

    // what is never written has any
    let nothing = "type Pool @entity(source: \"nothing\") { id: ID! depth: BigInt! }";
    assert_eq!(refused(nothing), None);
}
