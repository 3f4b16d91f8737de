//! Answers of a running service are what its OpenAPI document says: status, type, every member and no other.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sooho::config::ContractConfig;
use tests::{
    openapi::{Document, Operation},
    process::Services,
    world::World,
};

mod values;

use values::Values;

/// What is asked with each parameter that may be left out, where any value will do.
const EXTRA: [(&str, &str); 19] = [
    ("first", "2"),
    ("format", "json"),
    ("chain", "31337"),
    ("protocol", "v3"),
    ("orderBy", "tvl"),
    ("resolution", "1m"),
    ("limit", "10"),
    ("fill", "true"),
    ("search", "a"),
    ("verify", "true"),
    ("slippageBps", "50"),
    ("maxSplits", "2"),
    ("tradeType", "exactOut"),
    ("skip", "1"),
    ("depth", "10"),
    ("type", "buy"),
    ("countback", "5"),
    ("pageSize", "10"),
    ("at", "indexed"),
];

/// Operations that have nothing to tell here; the refusal is judged.
const NOTHING: [&str; 1] = ["graphqlSocket"];

struct Bed {
    services: Services,
    client: reqwest::Client,
    document: Document,
}

impl Bed {
    /// Asks and judges the answer; its status.
    async fn ask(
        &mut self,
        of: &Operation,
        asked: &str,
        header: Option<(&str, &str)>,
    ) -> Result<u16> {
        let mut request = self.client.get(format!("{}{asked}", self.services.serving));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.text().await?;
        self.document.judge(of, status, &kind, &text).with_context(|| {
            let shown: String = text.chars().take(600).collect();
            format!("{}: {asked}: {status} {shown}", of.id)
        })?;
        Ok(status)
    }
}

fn contract(world: &World) -> Result<ContractConfig> {
    let input = |name: &str, ty: &str, indexed: bool| json!({ "name": name, "type": ty, "indexed": indexed });
    let inputs = [
        input("from", "address", true),
        input("to", "address", true),
        input("value", "uint256", false),
    ];
    let abi =
        json!([{ "type": "event", "name": "Transfer", "inputs": inputs, "anonymous": false }]);
    std::fs::write(Path::new(world.folder.path()).join("erc20.json"), abi.to_string())?;
    Ok(ContractConfig {
        name: "tokens".into(),
        abi: "erc20.json".into(),
        addresses: world.deployment.tokens.clone(),
        factory: None,
        events: vec![],
    })
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was judged is part of the proof")]
async fn answers_are_what_the_document_says() -> Result<()> {
    let world = World::start().await?;
    world.traffic(90, 17).await?;
    let mut config = world.config("openapi")?;
    config.chain[0].contract = vec![contract(&world)?];
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let client = reqwest::Client::new();
    let whole: Value =
        client.get(format!("{}/openapi.json", services.serving)).send().await?.json().await?;
    ensure!(whole == serving::openapi::document(), "the document is that of the code");
    let values = Values::collect(&services, &world).await?;
    let mut bed = Bed { services, client, document: Document::new(whole) };
    let mut judged = BTreeMap::<u16, u32>::new();
    for operation in bed.document.gets() {
        let id = operation.id.clone();
        let plain =
            values.path(&operation).with_context(|| format!("{id}: no value to ask with"))?;
        let status = bed.ask(&operation, &plain, None).await?;
        *judged.entry(status).or_default() += 1;
        let wanted = if NOTHING.contains(&id.as_str()) { 400..=400 } else { 200..=200 };
        ensure!(wanted.contains(&status), "{id}: {plain} answers {status}");
        for (name, place, is_needed) in operation.parameters() {
            if is_needed {
                continue;
            }
            // what may be left out is judged with a value, too, and with a wrong one
            let mut tries = Vec::new();
            let extra = EXTRA.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            tries.extend(values.of(&id, name).or_else(|| extra.map(str::to_owned)));
            tries.push("-".to_owned());
            for value in tries {
                let status = match place {
                    "query" => bed.ask(&operation, &with(&plain, name, &value), None).await?,
                    _ => bed.ask(&operation, &plain, Some((name, &value))).await?,
                };
                *judged.entry(status).or_default() += 1;
                ensure!(status < 500, "{id}: {name}={value} answers {status}");
            }
        }
    }
    println!("judged by status: {judged:?}");
    ensure!(judged.values().sum::<u32>() > 300 && judged.contains_key(&400), "{judged:?}");
    bed.services.terminate().await?;
    world.stop().await
}

fn with(path: &str, name: &str, value: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}{name}={value}")
}
