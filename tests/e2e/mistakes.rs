//! What a person who errs is told, and the exit codes that scripts see.

use anyhow::Result;
use tests::{
    process::{run, write_config},
    world::World,
};

#[tokio::test]
async fn each_mistake_has_its_message_and_exit_code() -> Result<()> {
    let world = World::start().await?;
    let folder = world.folder.path();

    let mut wrong_chain = world.config("wrong_chain");
    wrong_chain.chain[0].id = 1;
    let path = write_config(&wrong_chain, folder)?;
    for command in [&["config", "check"][..], &["index", "--to", "head"]] {
        let output = run(&path, command)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("serves chain 31337, but chain 1 is configured"), "{said}");
    }

    let good = write_config(&world.config("good"), folder)?;
    let output = run(&good, &["config", "check"])?;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let output = run(&good, &["status"])?;
    assert_eq!(output.status.code(), Some(6), "nothing runs");

    let mut endpoint_down = world.config("endpoint_down");
    endpoint_down.chain[0].rpc = vec!["http://127.0.0.1:9".into()];
    let output = run(&write_config(&endpoint_down, folder)?, &["config", "check"])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("check the `rpc` urls"), "{said}");

    let typo = folder.join("typo.toml");
    std::fs::write(&typo, "[store]\nurl = 'embedded'\n")?;
    let output = run(&typo, &["config", "check"])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("did you mean `store.uri`?") && said.contains("typo.toml"), "{said}");

    let output = run(&folder.join("absent.toml"), &["config", "check"])?;
    assert_eq!(output.status.code(), Some(3));
    world.stop().await
}

#[tokio::test]
async fn a_foreign_database_is_refused_not_mixed() -> Result<()> {
    use indexer::{IndexerError, Target};
    let first = World::start().await?;
    first.traffic(5, 1).await?;
    drop(first.index("mixed", Target::Head).await?);
    // another chain of the same id, indexed deeper than the undo window reaches
    let head = first.truth()?.head().await?;
    let other = devchain::Anvil::start(devchain::AnvilOptions {
        genesis_time: 1_700_000_000,
        ..Default::default()
    })
    .await?;
    let deployment = devchain::deploy(&other.url()).await?;
    devchain::Traffic::new(&other.url(), &deployment, 9).run(10).await?;
    let client = chain::Client::new(31337, &[other.url()])?;
    let store = first.store("mixed").await?;
    let mut config = first.config("mixed").chain[0].indexer();
    config.start_block = 0;
    let metrics = std::sync::Arc::new(indexer::Metrics::new(&observe::Registry::new())?);
    let run = indexer::Indexer::new(config, client, store.writer(31337), metrics)
        .run(Target::Block(head), observe::Shutdown::new())
        .await;
    assert!(matches!(run, Err(IndexerError::ForeignChain { .. })), "{run:?}");
    other.stop().await?;
    first.stop().await
}
