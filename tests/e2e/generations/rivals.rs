//! Two services with different configurations on one database do not index it anew in turn.

use super::*;

/// Short: nothing is changed for six of these after a take-over.
const LEASE_MS: u64 = 1_500;
const ANEW: &str = "everything is indexed anew";
const QUIET: &str = "took over from a process that has another configuration";

impl Indexing {
    /// Asks it to end and waits until it has.
    async fn terminate(mut self) -> Result<String> {
        let pid = self.child.id().to_string();
        ensure!(std::process::Command::new("kill").arg(&pid).status()?.success(), "kill {pid}");
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.child.try_wait()?.is_none() {
            ensure!(Instant::now() < deadline, "it does not end: {}", self.said()?);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.said()
    }

    /// Waits until it has indexed the head.
    async fn follows(&self, world: &World) -> Result<()> {
        let head = world.truth()?.head().await?;
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let status = get(&format!("{}/status", self.base)).await.unwrap_or_default();
            if readers::number(&status["chains"][0]["block"]["number"]) >= Some(head) {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{status}: {}", self.said()?);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn two_configurations_do_not_take_turns() -> Result<()> {
    let world = World::start().await?;
    world.traffic(30, 1).await?;
    let mut one = small(&world, "rivals")?;
    one.indexer.lease_ms = LEASE_MS;
    let mut other = large(&world, &one)?;
    other.indexer.listen = tests::process::free_address()?;
    let store = world.store("rivals").await?;
    let chain = world.deployment.chain_id;

    let first = Indexing::start(&one, &world, "one-1")?;
    first.follows(&world).await?;
    let mut second = Indexing::start(&other, &world, "other-1")?;
    second.says("the process that writes this chain has another configuration").await?;
    ensure!(second.said()?.contains("added dex `uniswap-v3`"), "{}", second.said()?);

    // the writer is started again, three times: the other one follows meanwhile, gives way, and changes nothing
    let (mut first, before) = (Some(first), store.standing(chain).await?);
    for turn in 2..5 {
        first.take().context("it runs")?.terminate().await?;
        let taken = |said: &str| said.matches(QUIET).count() == turn - 1;
        let deadline = Instant::now() + Duration::from_secs(30);
        while !taken(&second.said()?) {
            ensure!(Instant::now() < deadline, "{}", second.said()?);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.traffic(2, turn as u64).await?;
        second.follows(&world).await?;
        let mut again = Indexing::start(&one, &world, &format!("one-{turn}"))?;
        again.says("this process writes the chain").await?;
        world.traffic(2, 10 + turn as u64).await?;
        again.follows(&world).await?;
        ensure!(!again.said()?.contains(QUIET), "{}", again.said()?);
        first = Some(again);
    }
    ensure!(second.said()?.contains("is back: it writes this chain"), "{}", second.said()?);
    ensure!(!second.said()?.contains(ANEW), "{}", second.said()?);
    ensure!(store.standing(chain).await? == before, "something was begun");

    // the writer is gone for good: what the other one is configured with counts
    first.take().context("it runs")?.terminate().await?;
    second.says(ANEW).await?;
    second.says("took the place of the old one").await?;
    second.follows(&world).await?;
    let after = store.standing(chain).await?;
    ensure!(after.active != before.active && after.building.is_none(), "{after:?}");

    // and now the first one waits, and the second one gets its lease back
    let mut late = Indexing::start(&one, &world, "one-5")?;
    late.says("the process that writes this chain has another configuration").await?;
    second.terminate().await?;
    late.says(QUIET).await?;
    let mut second = Indexing::start(&other, &world, "other-2")?;
    second.says("this process writes the chain").await?;
    world.traffic(2, 20).await?;
    second.follows(&world).await?;
    ensure!(!late.said()?.contains(ANEW), "{}", late.said()?);
    late.terminate().await?;
    second.terminate().await?;
    ensure!(store.standing(chain).await?.active == after.active, "it was replaced");
    let path = write_config(&other, world.folder.path())?;
    let output = run(&path, &["index", "--to", "head"])?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    same_as_from_scratch(&world, &other).await?;
    world.stop().await
}
