//! A list reads no more of its pools than is selected; what is selected is what a single pool says.

use serde_json::{Value, json};

use crate::service::Service;

/// Names of the fields of a pool that take no argument, with what to select of each.
async fn fields(service: &Service) -> Vec<(String, String)> {
    let kinds = "kind name ofType { kind name ofType { kind name ofType { kind } } }";
    let query = format!(
        "{{ __type(name: \"Pool\") {{ fields {{ name args {{ defaultValue type {{ kind }} }} type {{ {kinds} }} }} }} }}"
    );
    let answer = service.query(&query).await;
    let fields = answer["data"]["__type"]["fields"].as_array().unwrap();
    let of = |field: &Value| {
        let name = field["name"].as_str().unwrap().to_owned();
        let mut kind = &field["type"];
        while !kind["ofType"].is_null() {
            kind = &kind["ofType"];
        }
        let leaf = ["SCALAR", "ENUM"].contains(&kind["kind"].as_str().unwrap());
        (name, leaf)
    };
    let some = |name: &str| match name {
        "token0" | "token1" => Some("{ address symbol decimals }"),
        "days" | "hours" => Some("{ start volumeUSD close }"),
        "reconciled" => Some("{ block { number } driftToken1 }"),
        _ => None,
    };
    let selected = fields.iter().map(of).filter_map(|(name, leaf)| {
        let selection = if leaf { "" } else { some(&name)? };
        Some((name.clone(), format!("{name} {selection}")))
    });
    selected.collect()
}

#[tokio::test]
async fn each_field_of_a_listed_pool_is_that_of_the_pool_alone() {
    let service = Service::filled().await;
    let fields = fields(&service).await;
    assert!(fields.len() > 45, "{}", fields.len());
    let all: Vec<&str> = fields.iter().map(|(_, selection)| selection.as_str()).collect();
    let all = all.join(" ");
    let answer = service.query("{ pools { nodes { id } } }").await;
    let ids: Vec<String> = answer["data"]["pools"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pool| pool["id"].as_str().unwrap().to_owned())
        .collect();
    let mut alone = Vec::new();
    for id in &ids {
        let answer = service.query(&format!("{{ pool(id: \"{id}\") {{ {all} }} }}")).await;
        assert_eq!(answer["errors"], json!(null), "{answer}");
        alone.push(answer["data"]["pool"].clone());
    }
    let mut told = 0;
    for (name, selection) in &fields {
        for shape in ["nodes { ROW }", "edges { node { ROW } }", "nodes { ...F }"] {
            let rows = shape.replace("ROW", selection);
            let fragment = format!("fragment F on Pool {{ {selection} }}");
            let fragment = if shape.contains("...F") { fragment.as_str() } else { "" };
            let answer = service.query(&format!("{{ pools {{ {rows} }} }} {fragment}")).await;
            assert_eq!(answer["errors"], json!(null), "{answer}");
            let page = &answer["data"]["pools"];
            for (place, pool) in alone.iter().enumerate() {
                let row = match page["nodes"].as_array() {
                    Some(rows) => &rows[place],
                    None => &page["edges"][place]["node"],
                };
                assert_eq!(row[name], pool[name], "{shape} {name}");
                told += usize::from(
                    !["", "0", "null"].contains(&row[name].to_string().trim_matches('"')),
                );
            }
        }
    }
    assert!(told > 200, "{told} told values are more than nothing");
    service.stop().await;
}
