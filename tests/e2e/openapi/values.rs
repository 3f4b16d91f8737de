//! What to ask with: what the chain and the service have.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;
use tests::{openapi::Operation, process::Services, world::World};

/// Values by the name of a parameter, and by operation and name where the name means several things.
#[derive(Debug)]
pub struct Values {
    by_name: BTreeMap<&'static str, String>,
    by_operation: BTreeMap<(&'static str, &'static str), String>,
}

impl Values {
    /// Looks what there is.
    pub async fn collect(services: &Services, world: &World) -> Result<Self> {
        let get = async |path: &str| -> Result<Value> {
            Ok(reqwest::get(format!("{}{path}", services.serving)).await?.json().await?)
        };
        let d = &world.deployment;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let pool = async |protocol: &str| -> Result<Value> {
            let path = format!("/v1/pools?orderBy=swaps&first=1&protocol={protocol}");
            Ok(get(&path).await?["items"][0].clone())
        };
        let (pair, busy) = (pool("v2").await?, pool("v3").await?);
        let swap = get("/v1/swaps?first=1").await?["items"][0].clone();
        let account = text(&swap["origin"]).context("nobody traded")?;
        let position = get("/v1/positions?first=1").await?["items"][0].clone();
        let market = get("/coingecko/pairs?limit=1").await?[0].clone();
        let event = get("/v1/contracts/tokens/events/Transfer?first=1").await?;
        let [pair_id, pool_id] = [&pair["id"], &busy["id"]].map(text);
        let (pair_id, pool_id) = (pair_id.context("no pair")?, pool_id.context("no pool")?);
        let token_in = text(&busy["token0"]["address"]).context("no token")?;
        let token_out = text(&busy["token1"]["address"]).context("no token")?;
        let by_name = [
            ("chain", Some(d.chain_id.to_string())),
            ("id", Some(pool_id.clone())),
            ("pool", Some(pool_id.clone())),
            ("symbol", Some(pool_id.clone())),
            ("symbols", Some(pool_id)),
            ("address", Some(token_in.clone())),
            ("token", Some(token_in.clone())),
            ("tokens", Some(token_in.clone())),
            ("tokenIn", Some(token_in.clone())),
            ("tokenOut", Some(token_out)),
            ("amount", Some("100000".to_owned())),
            ("account", Some(account.clone())),
            ("owner", text(&position["owner"])),
            ("name", Some("uniswap-v3".to_owned())),
            ("dex", Some("uniswap-v3".to_owned())),
            ("manager", text(&position["manager"])),
            ("tokenId", text(&position["tokenId"])),
            ("hash", text(&swap["txHash"])),
            ("event", Some("Transfer".to_owned())),
            ("*name", Some("uniswap/uniswap-v3/graphql".to_owned())),
            ("*id", Some("QmDeployment/graphql".to_owned())),
            ("parameter", None),
            ("pair", text(&market["ticker_id"])),
            ("ticker_id", text(&market["ticker_id"])),
            ("pool_id", text(&market["pool_id"])),
            ("resolution", Some("60".to_owned())),
            ("fromBlock", Some("1".to_owned())),
            ("toBlock", Some("30".to_owned())),
            ("number", Some("20".to_owned())),
            ("recipient", Some(account.clone())),
            ("asOfBlock", Some(swap["blockNumber"].to_string())),
            ("query", Some("{__typename}".to_owned())),
        ];
        let account_id = |operation| ((operation, "address"), account.clone());
        let of_token = |operation| ((operation, "id"), token_in.clone());
        let by_operation = BTreeMap::from([
            account_id("account"),
            account_id("accountSwaps"),
            account_id("accountLiquidityEvents"),
            account_id("accountPositions"),
            account_id("accountLiquidityPositions"),
            account_id("accountBalances"),
            of_token("dexscreenerAsset"),
            of_token("dextoolsAsset"),
            (("dextoolsExchange", "id"), format!("{:#x}", d.v3_factory)),
            (("dextoolsHolders", "id"), pair_id.clone()),
            (("liquidityPositions", "pool"), pair_id),
            (("contractEvents", "name"), "tokens".to_owned()),
            (
                ("contractEvents", "address"),
                text(&event["items"][0]["address"]).unwrap_or_default(),
            ),
        ]);
        let by_name = by_name.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Ok(Self { by_name: by_name.collect(), by_operation })
    }

    /// A value for a parameter of an operation; feeds of a chain are asked like those without.
    pub fn of(&self, operation: &str, name: &str) -> Option<String> {
        let bare = operation.trim_end_matches("OfChain");
        let of_operation =
            self.by_operation.iter().find(|((id, of), _)| *id == bare && *of == name);
        let found = of_operation.map(|(_, value)| value).or_else(|| self.by_name.get(name));
        found.filter(|_| name != "resolution" || bare.starts_with("udf")).cloned()
    }

    /// The path of an operation with all that has to be given, and with what it is useless without.
    pub fn path(&self, operation: &Operation) -> Option<String> {
        let mut path = operation.path.clone();
        let mut query = Vec::new();
        let one_of = [
            ("liquidityPositions", "pool"),
            ("dextoolsBlock", "number"),
            ("quote", "tokenOut"),
            ("graphqlEvents", "query"),
        ];
        let bare = operation.id.trim_end_matches("OfChain").to_owned();
        for (name, place, is_needed) in operation.parameters() {
            if !is_needed && !one_of.contains(&(bare.as_str(), name)) {
                continue;
            }
            let value = self.of(&operation.id, name)?;
            match place {
                "path" => path = path.replace(&format!("{{{name}}}"), &value),
                _ => query.push(format!("{name}={value}")),
            }
        }
        Some(if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) })
    }
}
