//! The chain hangs: what is stored is answered with its age, and nothing of the failure is left when the chain is back.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::bed::Bed;

#[tokio::test]
async fn what_is_stored_is_answered_with_its_age() -> Result<()> {
    let bed = Bed::start("hanging", 851).await?;
    let swaps = bed.got("/v1/swaps?first=1").await?;
    let swap = &swaps["items"][0];
    let field = |name: &str| swap[name].as_str().context("no text").map(str::to_owned);
    let (hash, pool, origin) = (field("txHash")?, field("poolId")?, field("origin")?);
    let tx = format!("/v1/tx/{hash}");
    let balances = format!("/v1/accounts/{origin}/balances?tokens={}", bed.at.weth);
    let simulated = json!({ "from": origin, "to": bed.at.weth });
    let query = format!(
        "{{ pool(id: \"{pool}\") {{ id swapCount live {{ block {{ number }} problem {{ code ageSeconds }} }} \
           token1 {{ symbol live {{ totalSupply problem {{ code }} }} livePrice {{ market problem {{ code }} }} }} }} \
           account(address: \"{origin}\") {{ swapCount balances {{ items {{ balance }} problem {{ code ageSeconds }} }} }} }}"
    );

    let unknown = format!("/v1/tx/0x{}", "5".repeat(64));
    bed.signal("STOP")?;
    // whoever waits does so once for all: each of these has its own deadline
    let (told, unknown, asked, tried, composed) = tokio::join!(
        bed.get(&tx),
        bed.get(&unknown),
        bed.get(&balances),
        bed.simulate(&simulated),
        bed.services.graphql(&query),
    );
    bed.signal("CONT")?;
    let (status, told) = told?;
    ensure!(status == 200 && told["source"] == "store" && told["status"] == "success", "{told}");
    ensure!(told["problem"]["code"] == "CHAIN_TIMEOUT", "{told}");
    ensure!(told["problem"]["ageSeconds"].is_u64() && told["events"].is_null(), "{told}");
    let stored = told["stored"]["swaps"].as_array().context("swaps")?;
    ensure!(stored.iter().any(|stored| stored["id"] == swap["id"]), "{told}");
    ensure!(told["block"]["number"] == swap["blockNumber"] && told["from"] == origin, "{told}");
    for (status, answer) in [unknown?, asked?, tried?] {
        ensure!(status == 503 && answer["code"] == "CHAIN_TIMEOUT", "{answer}");
    }
    let composed = composed?;
    let live = &composed["pool"]["live"];
    ensure!(composed["pool"]["swapCount"].as_u64() > Some(0), "{composed}");
    ensure!(live["block"].is_null() && live["problem"]["code"] == "CHAIN_TIMEOUT", "{composed}");
    ensure!(live["problem"]["ageSeconds"].is_u64(), "{composed}");
    ensure!(composed["pool"]["token1"]["live"]["problem"]["code"] == "CHAIN_TIMEOUT", "{composed}");
    let account = &composed["account"];
    ensure!(account["balances"]["problem"]["code"] == "CHAIN_TIMEOUT", "{composed}");
    ensure!(account["swapCount"].as_u64() > Some(0), "{composed}");

    // at once all of it is asked anew
    let told = bed.got(&tx).await?;
    ensure!(told["source"] == "chain" && told["problem"].is_null(), "{told}");
    let composed = bed.services.graphql(&query).await?;
    let live = &composed["pool"]["live"];
    ensure!(live["problem"].is_null() && live["block"]["number"].is_u64(), "{composed}");
    let supply = &composed["pool"]["token1"]["live"]["totalSupply"];
    ensure!(supply.is_string(), "{composed}");
    let native = &composed["account"]["balances"]["items"][0]["balance"];
    ensure!(native.is_string(), "{composed}");
    bed.got(&balances).await?;
    let (status, said) = bed.simulate(&simulated).await?;
    ensure!(status == 200, "{said}");
    bed.stop().await
}

/// The node answers, and refuses: as soon as it does not, everything is there.
#[tokio::test]
async fn a_failure_is_not_remembered() -> Result<()> {
    let bed = Bed::start("refusing", 861).await?;
    let account = bed.at.deployer;
    let path = format!("/v1/accounts/{account}/balances?tokens={}", bed.at.weth);
    bed.tap.without(&["eth_call"]);
    let (status, refused) = bed.get(&path).await?;
    ensure!(status == 503 && refused["code"] == "CHAIN_UNAVAILABLE", "{refused}");
    bed.tap.without(&[]);
    let told = bed.got(&path).await?;
    let (head, _) = bed.head().await?;
    ensure!(told["block"]["number"] == head, "{told}");
    for (index, token) in [alloy_primitives::Address::ZERO, bed.at.weth].into_iter().enumerate() {
        let has = bed.balance(token, account, head).await?;
        ensure!(told["items"][index]["balance"] == has.to_string(), "{told}");
    }
    bed.stop().await
}

/// What is known of one token says nothing of a node that fails for another.
#[tokio::test]
async fn a_node_that_fails_is_not_taken_for_a_contract_that_does_not_tell() -> Result<()> {
    let bed = Bed::start("half", 871).await?;
    let (account, other) = (bed.at.deployer, bed.at.tokens[0]);
    let of = |tokens: String| format!("/v1/accounts/{account}/balances?at=indexed&tokens={tokens}");
    let known = of(bed.at.weth.to_string());
    bed.got(&known).await?;
    for fault in ["refuses", "hangs"] {
        match fault {
            "refuses" => bed.tap.without(&["eth_call"]),
            _ => bed.signal("STOP")?,
        }
        let both = bed.get(&of(format!("{},{other}", bed.at.weth))).await;
        let one = bed.get(&known).await;
        match fault {
            "refuses" => bed.tap.without(&[]),
            _ => bed.signal("CONT")?,
        }
        let ((status, told), one) = (both?, one?);
        ensure!(status == 503 && told["code"] != "CONTRACT_SILENT", "{fault}: {told}");
        ensure!(one.0 == 200, "{fault}: {}", one.1);
    }
    let told = bed.got(&of(format!("{},{other}", bed.at.weth))).await?;
    ensure!(told["items"][2]["balance"].is_string(), "{told}");
    bed.stop().await
}
