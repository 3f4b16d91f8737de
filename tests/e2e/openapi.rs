//! Answers of a running service are what its OpenAPI document says: status, type, every member and no other.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail, ensure};
use api_kit::access::KeyScope;
use serde_json::{Value, json};
use sooho::config::ContractConfig;
use tests::{
    keys::key,
    openapi::{Document, Operation},
    process::Services,
    world::World,
};

mod values;

use values::Values;

/// What is asked with each parameter that may be left out, where any value will do.
const EXTRA: [(&str, &str); 21] = [
    ("first", "2"),
    ("format", "json"),
    ("format", "csv"),
    ("format", "ndjson"),
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

/// A subgraph by its name, and by its id.
const SUBGRAPH: &str = "uniswap/uniswap-v3";
const DEPLOYMENT: &str = "QmDeployment";

struct Bed {
    services: Services,
    /// For operations of who runs the service.
    admin: String,
    client: reqwest::Client,
    document: Document,
}

impl Bed {
    /// Asks and judges the answer; its status and its tag.
    async fn ask(
        &mut self,
        of: &Operation,
        asked: &str,
        header: Option<(&str, &str)>,
    ) -> Result<(u16, Option<String>)> {
        let mut request = self.client.get(format!("{}{asked}", self.services.serving));
        if of.path.starts_with("/admin/") {
            request = request.bearer_auth(&self.admin);
        }
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        self.judge(of, asked, request).await
    }

    async fn judge(
        &mut self,
        of: &Operation,
        asked: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<(u16, Option<String>)> {
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let kind = answer.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let text = answer.text().await?;
        self.document.judge(of, status, &kind, &text).with_context(|| {
            let shown: String = text.chars().take(600).collect();
            format!("{}: {asked}: {status} {shown}", of.id)
        })?;
        Ok((status, tag))
    }

    /// Bodies that are answered and bodies that are not.
    async fn post(&mut self, of: &Operation, values: &Values) -> Result<Vec<u16>> {
        let value = |name| values.of(&of.id, name).with_context(|| format!("no {name}"));
        let (token_in, token_out) = (value("tokenIn")?, value("tokenOut")?);
        let quote = json!({ "tokenIn": token_in, "tokenOut": token_out, "amount": "100000" });
        let good = match of.id.as_str() {
            "graphql" | "graphqlEventsOfBody" => json!({ "query": "{ block { number } }" }),
            "subgraphByName" | "subgraphById" => {
                json!({ "query": "{ _meta { block { number } } }" })
            }
            "subgraphStatus" => json!({ "query": "{ indexingStatuses { synced } }" }),
            "quotes" => json!({ "quotes": [quote] }),
            "simulate" => json!({ "from": value("owner")?, "to": token_in, "data": "0x18160ddd" }),
            other => bail!("{other}: what is posted there?"),
        };
        let path = of.path.replace("{*name}", SUBGRAPH).replace("{*id}", DEPLOYMENT);
        let url = format!("{}{path}", self.services.serving);
        let post = |client: &reqwest::Client, body: String| {
            client.post(&url).header("content-type", "application/json").body(body)
        };
        let mut statuses = Vec::new();
        for body in [
            good.to_string(),
            "{}".to_owned(),
            "{".to_owned(),
            "[]".to_owned(),
            " ".repeat(2 << 20),
        ] {
            let request = post(&self.client, body);
            statuses.push(self.judge(of, &of.path, request).await?.0);
        }
        let without_type = self.client.post(&url).body(good.to_string());
        statuses.push(self.judge(of, &of.path, without_type).await?.0);
        let mut request = post(&self.client, good.to_string());
        request = request.bearer_auth("sooho_key_nonsense");
        let with_key = self.judge(of, &of.path, request).await?.0;
        // clients of subgraphs send keys of other gateways
        match of.path.starts_with("/subgraphs/") {
            true => ensure!(with_key == 200, "{}: {with_key}", of.id),
            false => statuses.push(with_key),
        }
        Ok(statuses)
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
    config.subgraph = vec![serde_json::from_value(json!({
        "name": SUBGRAPH, "id": DEPLOYMENT, "chain": config.chain[0].name, "dex": "uniswap-v3",
    }))?];
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let client = reqwest::Client::new();
    let whole: Value =
        client.get(format!("{}/openapi.json", services.serving)).send().await?.json().await?;
    ensure!(whole == serving::openapi::document(), "the document is that of the code");
    let values = Values::collect(&services, &world).await?;
    let admin = key(&world.store("openapi").await?, &[KeyScope::Admin]).await?;
    let mut bed = Bed { services, admin, client, document: Document::new(whole) };
    let mut judged = BTreeMap::<u16, u32>::new();
    for operation in bed.document.gets() {
        let id = operation.id.clone();
        let plain =
            values.path(&operation).with_context(|| format!("{id}: no value to ask with"))?;
        let (status, tag) = bed.ask(&operation, &plain, None).await?;
        *judged.entry(status).or_default() += 1;
        let wanted = if NOTHING.contains(&id.as_str()) { 400..=400 } else { 200..=200 };
        ensure!(wanted.contains(&status), "{id}: {plain} answers {status}");
        let has_tags = operation.parameters().any(|(name, ..)| name == "If-None-Match");
        if let Some(tag) = tag.filter(|_| has_tags) {
            let (status, _) = bed.ask(&operation, &plain, Some(("if-none-match", &tag))).await?;
            *judged.entry(status).or_default() += 1;
        }
        for (name, place, is_needed) in operation.parameters() {
            if is_needed {
                continue;
            }
            // what may be left out is judged with a value, too, and with a wrong one
            let mut tries = Vec::new();
            let extra = EXTRA.iter().filter(|(known, _)| *known == name);
            match values.of(&id, name) {
                Some(value) => tries.push(value),
                None => tries.extend(extra.map(|(_, value)| (*value).to_owned())),
            }
            tries.push("-".to_owned());
            for value in tries {
                let (status, _) = match place {
                    "query" => bed.ask(&operation, &with(&plain, name, &value), None).await?,
                    _ => bed.ask(&operation, &plain, Some((name, &value))).await?,
                };
                *judged.entry(status).or_default() += 1;
                ensure!(status < 500, "{id}: {name}={value} answers {status}");
            }
        }
    }
    for operation in bed.document.posts() {
        let statuses = bed.post(&operation, &values).await?;
        ensure!(
            statuses[0] == 200 && statuses[1..].iter().all(|status| (400..500).contains(status)),
            "{}: {statuses:?}",
            operation.id
        );
        for status in statuses {
            *judged.entry(status).or_default() += 1;
        }
    }
    println!("judged by status: {judged:?}");
    ensure!(judged.values().sum::<u32>() > 300 && judged.contains_key(&400), "{judged:?}");
    ensure!(judged.get(&304).is_some_and(|times| *times > 60), "{judged:?}");
    bed.services.terminate().await?;
    world.stop().await
}

fn with(path: &str, name: &str, value: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}{name}={value}")
}
