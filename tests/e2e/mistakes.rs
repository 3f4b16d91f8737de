//! What a person who errs is told, and the exit codes that scripts see.

use anyhow::{Context, Result};
use devchain::{Anvil, AnvilOptions};
use indexer::{IndexerError, Target};
use tests::{
    process::{run, write_config},
    world::World,
};

#[tokio::test]
async fn each_mistake_has_its_message_and_exit_code() -> Result<()> {
    let world = World::start().await?;
    let folder = world.folder.path();

    let mut wrong_chain = world.config("wrong_chain")?;
    wrong_chain.chain[0].id = 1;
    let path = write_config(&wrong_chain, folder)?;
    for command in [&["config", "check"][..], &["index", "--to", "head"]] {
        let output = run(&path, command)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("serves chain 31337, but chain 1 is configured"), "{said}");
    }

    let good = write_config(&world.config("good")?, folder)?;
    let output = run(&good, &["config", "check"])?;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let output = run(&good, &["status"])?;
    assert_eq!(output.status.code(), Some(6), "nothing runs");

    let mut endpoint_down = world.config("endpoint_down")?;
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
async fn a_foreign_chain_is_refused_not_mixed() -> Result<()> {
    let world = World::start().await?;
    world.traffic(5, 1).await?;
    let mut settings = world.config("mixed")?.chain.remove(0);
    settings.undo_window = 3;
    let store = world.index_chain(&settings, "mixed", Target::Head).await?;
    let before = store.reader().watermark(settings.id).await?.context("nothing was indexed")?;

    // another chain with the same id
    let options = AnvilOptions { genesis_time: 1_700_000_000, ..AnvilOptions::default() };
    let other = Anvil::start(options).await?;
    let deployment = devchain::deploy(&other.url()).await?;
    devchain::Traffic::new(&other.url(), &deployment, 9).run(20).await?;
    settings.rpc = vec![other.url()];
    let refused = world.index_chain(&settings, "mixed", Target::Head).await;
    let error = refused.err().context("blocks of two chains were mixed")?;
    let fault = error.downcast::<IndexerError>()?;
    assert!(matches!(fault, IndexerError::ForeignChain { .. }), "{fault}");
    assert!(!fault.is_transient());
    let after =
        store.reader().watermark(settings.id).await?.context("everything was taken back")?;
    assert_eq!(after.block.number, before.block.number - settings.undo_window);
    other.stop().await?;
    world.stop().await
}
