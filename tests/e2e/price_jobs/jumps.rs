//! A value that jumps waits for another source that agrees, also through a restart.

use anyhow::{Result, ensure};
use market_fixture::{Api, Print};
use observe::Registry;

use super::bed::{Bed, WETH, ask, market, now};

#[tokio::test]
async fn a_jump_waits_for_another_source_through_a_restart() -> Result<()> {
    let bed = Bed::start().await?;
    let (config, store) = (bed.config("jumps", "")?, bed.store("jumps").await?);
    let begin = now() - 20;
    let jumps = |api, id: &str, time| bed.server.say(api, id, Print::new("31000.5", time));
    bed.good_prices(begin);
    {
        let registry = Registry::new();
        let before = market(&config, &store, &registry)?;
        for source in ["coinbase", "binance", "pyth", "defillama"] {
            ask(&before, source).await?;
        }
        jumps(Api::Coinbase, "ETH-USD", begin + 5);
        let report = ask(&before, "coinbase").await?;
        ensure!(report.detail.contains("refused: jump 1"), "{report:?}");
    }
    // another process, which has only what is stored
    let registry = Registry::new();
    let after = market(&config, &store, &registry)?;
    jumps(Api::DefiLlama, &format!("ethereum:{WETH}"), begin + 6);
    let report = ask(&after, "defillama").await?;
    ensure!(report.detail.contains("1 new") && !report.detail.contains("refused"), "{report:?}");
    let report = ask(&after, "coinbase").await?;
    ensure!(report.detail.contains("1 new"), "{report:?}");

    // it waits no longer once a value was let in
    let states = store.market().reader().feed_states(1).await?;
    ensure!(states.iter().all(|state| state.jumped.is_none()), "{states:?}");
    bed.stop().await;
    Ok(())
}
