//! Blocks come faster than answers are made: each answer is of one block all the same.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::bed::Bed;

#[tokio::test]
async fn the_live_fields_of_an_answer_are_of_one_block() -> Result<()> {
    let bed = Bed::start("one-block", 891).await?;
    let head = bed.follow().await?;
    let live = "live { block { number } problem { code } }";
    let query = format!(
        "{{ pools(first: 40) {{ nodes {{ {live} token0 {{ {live} }} }} }} \
         old: pools(first: 5, asOf: {{ block: {} }}) {{ nodes {{ {live} }} }} \
         token(address: \"{weth}\") {{ {live} livePrice {{ problem {{ code }} }} }} \
         account(address: \"{}\") {{ balances(tokens: [\"{weth}\"]) {{ block {{ number }} problem {{ code }} }} }} }}",
        head - 3,
        bed.at.deployer,
        weth = bed.at.weth,
    );
    let mut seen = BTreeSet::new();
    let asked = async {
        for _ in 0..60 {
            let answer = bed.services.graphql(&query).await?;
            let mut blocks = BTreeSet::new();
            collect(&answer, &mut blocks)?;
            ensure!(blocks.len() == 1, "{blocks:?}: {answer}");
            seen.extend(blocks);
        }
        anyhow::Ok(())
    };
    let mined = async {
        loop {
            bed.mine().await?;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::select! {
        asked = asked => asked?,
        mined = mined => { let failed: Result<()> = mined; failed?; }
    }
    ensure!(seen.len() > 5, "{seen:?}");
    bed.stop().await
}

/// The blocks of all live parts, none of which has a problem.
fn collect(part: &Value, blocks: &mut BTreeSet<u64>) -> Result<()> {
    match part {
        Value::Array(parts) => parts.iter().try_for_each(|part| collect(part, blocks)),
        Value::Object(fields) => {
            ensure!(fields.get("problem").is_none_or(Value::is_null), "{part}");
            if let Some(block) = fields.get("block") {
                blocks.insert(block["number"].as_u64().context("number")?);
            }
            fields.values().try_for_each(|part| collect(part, blocks))
        }
        _ => Ok(()),
    }
}
