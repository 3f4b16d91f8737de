//! What `sooho index` does with a changed configuration.

use store::Store;

use super::*;

async fn index(world: &World, config: &Config, to: &str) -> Result<(Option<i32>, String)> {
    let path = write_config(config, world.folder.path())?;
    let output = run(&path, &["index", "--to", to])?;
    Ok((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

async fn built(store: &Store) -> Result<Vec<Option<u64>>> {
    let found = store.reader().rebuilds().await?;
    Ok(found.iter().map(|(_, mark)| mark.map(|mark| mark.block.number)).collect())
}

#[tokio::test]
async fn a_change_is_refused_or_made_and_can_be_taken_back() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 1).await?;
    let first = small(&world, "commanded")?;
    let mut second = large(&world, &first)?;
    let (code, said) = index(&world, &first, "head").await?;
    assert_eq!(code, Some(0), "{said}");
    let store = world.store("commanded").await?;
    let before = dump(&store).await?;

    // refused: nothing happens, and it is said what differs
    second.indexer.on_change = indexer::OnChange::Refuse;
    let (code, said) = index(&world, &second, "head").await?;
    assert_eq!(code, Some(3), "{said}");
    for part in
        ["added dex `uniswap-v3`, added collection `apes`", "on_change", "take the change back"]
    {
        ensure!(said.contains(part), "{part}: {said}");
    }
    ensure!(dump(&store).await? == before && built(&store).await?.is_empty(), "something was done");

    // how it is fetched and what it is called changes nothing that is stored
    let mut other = first.clone();
    other.indexer.on_change = indexer::OnChange::Refuse;
    (other.chain[0].range, other.chain[0].events_per_commit, other.chain[0].concurrency) =
        (9, 90, 2);
    other.chain[0].rpc.insert(0, world.chain.url());
    "elsewhere".clone_into(&mut other.chain[0].name);
    let (code, said) = index(&world, &other, "head").await?;
    assert_eq!(code, Some(0), "{said}");
    ensure!(dump(&store).await? == before, "the documents changed");

    // begun, but not as far as what is served; then the change is taken back
    second.indexer.on_change = indexer::OnChange::Rebuild;
    let low = world.deployment.end_block + 10;
    let (code, said) = index(&world, &second, &low.to_string()).await?;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(built(&store).await?, [Some(low)]);
    assert_eq!(dump_chain(&store, world.deployment.chain_id).await?, before);
    let (code, said) = index(&world, &first, "head").await?;
    assert_eq!(code, Some(0), "{said}");
    ensure!(said.contains("the rebuild is given up"), "{said}");
    ensure!(dump(&store).await? == before && built(&store).await?.is_empty(), "something is left");

    // made, in one go
    world.traffic(5, 2).await?;
    let (code, said) = index(&world, &second, "head").await?;
    assert_eq!(code, Some(0), "{said}");
    ensure!(said.contains("took the place of the old one"), "{said}");
    same_as_from_scratch(&world, &second).await?;

    // sources can be removed, and other prices are another index
    let mut third = small(&world, "commanded")?;
    third.chain[0].dex[0].pricing.whitelist.reverse();
    let (code, said) = index(&world, &third, "head").await?;
    assert_eq!(code, Some(0), "{said}");
    for part in [
        "changed pricing of dex `uniswap-v2`",
        "removed dex `uniswap-v3`",
        "removed collection `apes`",
    ] {
        ensure!(said.contains(part), "{part}: {said}");
    }
    world.store("commanded-scratch").await?.drop_database().await?;
    same_as_from_scratch(&world, &third).await?;

    // and then nothing is left that could be taken back: a drop removes it all
    let path = write_config(&third, world.folder.path())?;
    let output = run(&path, &["rewind", "--drop", "--yes"])?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    ensure!(dump(&store).await?.values().all(Vec::is_empty), "something is left");
    let (code, said) = index(&world, &first, "head").await?;
    assert_eq!(code, Some(0), "{said}");
    ensure!(!said.contains("the configuration changed"), "{said}");
    world.stop().await
}
