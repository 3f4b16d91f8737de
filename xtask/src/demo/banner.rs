//! What is printed when everything answers: where, and some queries about things that are really there.

use std::time::Duration;

use super::http;
use super::json::value;
use super::ports::Ports;

/// Addresses and queries to try; `deployed` is the chain's deployment.json.
pub fn text(ports: Ports, deployed: &str, took: Duration) -> String {
    let Ports { chain, indexer, serving, nft_api } = ports;
    let seconds = took.as_secs_f32();
    let mut text = format!(
        "\nReady after {seconds:.1} s.\n\n\
         \x20 DEX API          http://127.0.0.1:{serving}/graphql   (open it in a browser to explore)\n\
         \x20                  http://127.0.0.1:{serving}/v1/pools\n\
         \x20 Community API    http://127.0.0.1:{nft_api}/v1/collections\n\
         \x20 Indexer          http://127.0.0.1:{indexer}/status\n\
         \x20 Chain            http://127.0.0.1:{chain}   (chain id 31337)\n\
         \x20 each service     /healthz /readyz /metrics /status\n\n\
         Try:\n"
    );
    for query in
        [graphql(serving), swaps(serving), quote(serving)].into_iter().chain(nft(nft_api, deployed))
    {
        text += &query.map_or_else(String::new, |query| format!("\n  {query}\n"));
    }
    text
}

fn graphql(port: u16) -> Option<String> {
    let query = "{ block { number } pools(first: 3, orderBy: SWAPS) { totalCount nodes { id protocol swapCount \
                 token0 { symbol } token1 { symbol } token1PerToken0 } } }";
    Some(format!(
        "curl -s http://127.0.0.1:{port}/graphql -H 'content-type: application/json' \\\n    -d '{{\"query\": \"{query}\"}}'"
    ))
}

fn swaps(port: u16) -> Option<String> {
    Some(format!("curl -s 'http://127.0.0.1:{port}/v1/swaps?first=2'"))
}

/// A quote in the pool that is used most, for one whole token.
fn quote(port: u16) -> Option<String> {
    let pools = http::get(port, "/v1/pools?orderBy=swaps&first=1")?.body;
    let pool = value(&pools, "id")?;
    let token = value(&pools, "address")?;
    let decimals: usize = value(&pools, "decimals")?.parse().ok()?;
    let amount = format!("1{}", "0".repeat(decimals));
    Some(format!(
        "curl -s 'http://127.0.0.1:{port}/v1/quote?pool={pool}&tokenIn={token}&amount={amount}'"
    ))
}

/// Some owners of a collection, and a live check of the first one.
fn nft(port: u16, deployed: &str) -> Vec<Option<String>> {
    let Some(collection) = value(deployed, "erc721") else { return Vec::new() };
    let path = format!("/v1/collections/{collection}/owners");
    let list = format!("curl -s 'http://127.0.0.1:{port}{path}?first=3'");
    let check = http::get(port, &format!("{path}?first=1")).and_then(|answer| {
        let (owner, token) = (value(&answer.body, "owner")?, value(&answer.body, "tokenId")?);
        Some(format!(
            "curl -s http://127.0.0.1:{port}/v1/ownership/check -H 'content-type: application/json' \\\n    \
             -d '{{\"wallet\": \"{owner}\", \"collection\": \"{collection}\", \"tokenId\": \"{token}\"}}'"
        ))
    });
    vec![Some(list), check]
}
