//! What clients see: types that fit together, told as clients ask for them, and no more than can be told.

use async_graphql_parser::{parse_schema, types::TypeSystemDefinition};
use serde_json::Value as Json;

use super::*;
use crate::{Limits, Request, Subgraph, memory::Memory};

const SCHEMA: &str = r#"
    enum Kind { mint burn }
    "A market"
    type Pool @entity {
      id: Bytes! token0: Token! tick: BigInt kind: Kind
      "How much"
      tvl: BigDecimal!
      listed: [Token!]! names: [String!]! mints: [Mint!]! @derivedFrom(field: "pool")
    }
    type Token @entity { id: ID! symbol: String! best: Pool }
    type Mint @entity { id: ID! pool: Pool! }
"#;

/// What code generators ask.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        queryType { name } mutationType { name } subscriptionType { name }
        types { ...FullType }
        directives { name description locations args { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description
      fields(includeDeprecated: true) {
        name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
      }
      inputFields { ...InputValue } interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
    fragment TypeRef on __Type {
      kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
    }
";

async fn ask(query: &str) -> Result<Json, String> {
    let schema = Schema::parse(SCHEMA).unwrap();
    let (api, limits) = (Api::of(&schema), Limits::default());
    let memory = Memory::new(&schema, 1, 1, Vec::new());
    let subgraph = Subgraph {
        schema: &schema,
        api: &api,
        entities: &memory,
        limits: &limits,
        deployment: "Qm",
    };
    let request = Request { query: query.to_owned(), ..Request::default() };
    let answer = subgraph.answer(request).await;
    answer
        .map(|data| serde_json::from_str(&data).unwrap())
        .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
}

fn members(ty: &Json, of: &str) -> Vec<String> {
    let all = ty[of].as_array().unwrap();
    all.iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
}

/// The name at the end of a type that is used.
fn base(mut ty: &Json) -> &str {
    while ty["ofType"].is_object() {
        ty = &ty["ofType"];
    }
    ty["name"].as_str().unwrap()
}

#[tokio::test]
async fn code_generators_are_told_all_types_and_each_that_is_used_is_there() {
    let data = ask(INTROSPECTION).await.unwrap();
    let types = data["__schema"]["types"].as_array().unwrap();
    let names: Vec<_> = types.iter().map(|ty| ty["name"].as_str().unwrap()).collect();
    for ty in types {
        for of in ["fields", "inputFields"] {
            for member in ty[of].as_array().into_iter().flatten() {
                assert!(names.contains(&base(&member["type"])), "{member}");
                for argument in member["args"].as_array().into_iter().flatten() {
                    assert!(names.contains(&base(&argument["type"])), "{argument}");
                }
            }
        }
    }
    let find = |name: &str| types.iter().find(|ty| ty["name"] == name).unwrap();
    assert_eq!(find("Pool")["description"], "A market");
    assert_eq!(
        members(find("Pool_orderBy"), "enumValues"),
        ["id", "token0", "token0__id", "token0__symbol", "tick", "kind", "tvl"]
    );
    let filter = members(find("Pool_filter"), "inputFields");
    for name in [
        "id",
        "id_gt",
        "id_not_contains",
        "token0_",
        "token0_not_ends_with_nocase",
        "tick_lte",
        "kind_not_in",
        "listed_",
        "listed_contains_nocase",
        "names_not_contains_nocase",
        "mints_",
        "_change_block",
        "and",
        "or",
    ] {
        assert!(filter.iter().any(|known| known == name), "no {name}");
    }
    for name in ["id_starts_with", "tick_contains", "mints", "tvl_", "names_gt", "kind_gt"] {
        assert!(!filter.iter().any(|known| known == name), "{name}");
    }
    let query = members(find("Query"), "fields");
    assert_eq!(query, ["pool", "pools", "token", "tokens", "mint", "mints", "_meta", "_logs"]);
    assert_eq!(data["__schema"]["queryType"]["name"], "Query");
}

#[tokio::test]
async fn one_type_is_told_by_its_name() {
    let query = "{ a: __type(name: \"Block_height\") { kind inputFields { name type { name } } } b: __type(name: \"X\") { name } }";
    let data = ask(query).await.unwrap();
    assert_eq!(data["a"]["kind"], "INPUT_OBJECT");
    assert_eq!(data["a"]["inputFields"][0]["type"]["name"], "Bytes");
    assert_eq!(data["b"], Json::Null);
    assert!(ask("{ __type { name } }").await.is_err());
    let refused = ask("{ __schema { nobody } }").await.unwrap_err();
    assert_eq!(refused, "Type `__Schema` has no field `nobody`");
}

#[tokio::test]
async fn a_schema_that_is_told_again_and_again_is_refused() {
    // conditions hold conditions of the same kind, in two ways
    let (begin, end) = ("inputFields { type { ofType { ", "} } } ");
    let query =
        format!("{{ __schema {{ types {{ {} name {} }} }} }}", begin.repeat(12), end.repeat(12));
    assert_eq!(ask(&query).await.unwrap_err(), "query is too expensive");
    let query = "{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...A } } ofType { ...A } }";
    assert_eq!(ask(query).await.unwrap_err(), "query has a depth that exceeds the limit of `40`");
}

#[test]
fn the_text_is_a_schema() {
    let text = Api::of(&Schema::parse(SCHEMA).unwrap()).to_string();
    let document = parse_schema(&text).unwrap();
    let names: Vec<_> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some(ty.node.name.node.as_str()),
            _ => None,
        })
        .collect();
    assert!(names.contains(&"Mint_filter") && names.contains(&"Timestamp"), "{names:?}");
    assert!(text.contains("subgraphError: _SubgraphErrorPolicy_! = deny): [Pool!]!"), "{text}");
}
