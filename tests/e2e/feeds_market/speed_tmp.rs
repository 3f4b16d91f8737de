//! Temporary: how many listings a second.

use anyhow::Result;
use tests::world::World;

use super::bed::Bed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed_of_listings() -> Result<()> {
    let world = World::start().await?;
    world.traffic(130, 5).await?;
    let bed = Box::pin(Bed::serve(world, "feeds_speed", |config| config.feeds.answers_mb = 0)).await?;
    for path in ["/coingecko/tickers", "/cmc/summary", "/coingecko/tickers?limit=5", "/cmc/ticker"] {
        let url = format!("{}{path}", bed.services.serving);
        let size = bed.ask(path).await?.text.len();
        let output = tokio::process::Command::new("wrk")
            .args(["-t1", "-c16", "-d8s", "--latency", &url])
            .output()
            .await?;
        eprintln!("{path} {size} bytes\n{}", String::from_utf8_lossy(&output.stdout));
    }
    bed.stop().await
}
