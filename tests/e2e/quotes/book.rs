//! The pools in memory after following a chain are those that a fresh start loads, whatever happened in between.

use alloy_primitives::Address;
use anyhow::{Context, Result, ensure};
use bson::{Document, doc};
use domain::route::{Liquidity, TokenIx, Unsupported, Venue};
use indexer::Target;
use serving::book::{self, Book, Keeper, Shelf};
use sooho::config::ChainConfig;
use store::Store;
use tests::world::World;

/// Blocks that can be taken back.
const WINDOW: u64 = 24;

async fn newest(shelf: &Shelf, keeper: &mut Keeper) -> Result<(usize, std::sync::Arc<Book>)> {
    let read = keeper.refresh().await?;
    Ok((read, shelf.newest().context("no pools in memory")?))
}

/// Everything that a trade depends on, by names.
fn shown(book: &Book, venue: &Venue) -> (Vec<Option<Address>>, Liquidity) {
    let address = |token: TokenIx| book.names.token(token).map(|token| token.address);
    (venue.tokens.map(address).to_vec(), venue.liquidity.clone())
}

fn equal(followed: &Book, fresh: &Book) -> Result<()> {
    ensure!(followed.block == fresh.block, "{:?} and {:?}", followed.block, fresh.block);
    let mut same = 0;
    for (number, venue) in (0..).zip(fresh.market.iter()) {
        let name =
            fresh.names.pool(domain::route::PoolIx(number)).context("a pool without name")?;
        let number = followed.names.pool_number(name.id);
        let number = number.with_context(|| format!("{} is not followed", name.id))?;
        let other = followed.market.pool(number).context("a number without pool")?;
        ensure!(followed.names.pool(number).as_ref() == Some(&name), "{name:?}");
        ensure!(shown(followed, other) == shown(fresh, venue), "{name:?} differs");
        same += 1;
    }
    let gone = Liquidity::Unsupported(Unsupported::Gone);
    let left = followed.market.iter().filter(|venue| venue.liquidity != gone).count();
    ensure!(left == same && same > 10, "{left} pools instead of {same}");
    for token in 0..u32::try_from(fresh.names.token_count())? {
        let token = fresh.names.token(TokenIx(token)).context("a token without name")?;
        let number = followed.names.token_number(token.address).context("an unknown token")?;
        ensure!(followed.names.token(number) == Some(token), "a token differs");
    }
    Ok(())
}

async fn advance(world: &World, chain: &ChainConfig) -> Result<Store> {
    world.index_chain(chain, "book", Target::Head).await
}

#[tokio::test]
async fn following_ends_where_loading_begins() -> Result<()> {
    let world = World::start().await?;
    let chain = ChainConfig { undo_window: WINDOW, ..world.chain_config() };
    // the first blocks alone: most pools come while they are followed
    world.traffic(12, 91).await?;
    let store = advance(&world, &chain).await?;
    let (shelf, mut keeper) = book::open(store.reader(), chain.id);
    let (loaded, first) = newest(&shelf, &mut keeper).await?;
    ensure!(keeper.refresh().await? == 0 && loaded >= first.market.len(), "{loaded}");
    let url = world.chain.url();
    let mut partly = 0;
    for round in 0..8_u64 {
        match round {
            // a branch that is longer, one that takes back what was never looked at, and one that is shorter for a while
            2 => devchain::reorg_with_traffic(&url, &world.deployment, 5, 7, 92).await.map(drop)?,
            4 => {
                world.traffic(6, 93).await?;
                advance(&world, &chain).await?;
                devchain::reorg_with_traffic(&url, &world.deployment, 9, 10, 94).await.map(drop)?;
            }
            // more blocks at once than can be taken back
            6 => world.traffic(WINDOW + 12, 95).await.map(drop)?,
            _ => world.traffic(1, 96 + round).await.map(drop)?,
        }
        advance(&world, &chain).await?;
        let (read, followed) = newest(&shelf, &mut keeper).await?;
        let (other, mut fresh) = book::open(store.reader(), chain.id);
        let (all, fresh) = newest(&other, &mut fresh).await?;
        equal(&followed, &fresh).with_context(|| format!("round {round}"))?;
        partly += u32::from(read > 0 && read < all);
    }
    ensure!(partly > 1, "only {partly} times were some pools left alone");
    // an answer that began with an older version still has it
    ensure!(first.block.number < shelf.newest().context("no pools")?.block.number, "{first:?}");
    world.stop().await
}

/// What a token says of itself may be read long after its pool came.
#[tokio::test]
async fn names_that_come_later_reach_the_book() -> Result<()> {
    let world = World::start().await?;
    let chain = ChainConfig { undo_window: WINDOW, ..world.chain_config() };
    world.traffic(12, 98).await?;
    let store = advance(&world, &chain).await?;
    let client = mongodb::Client::with_uri_str(&world.mongo.uri()).await?;
    let tokens = client.database("book").collection::<Document>("tokens");
    let told = tokens.find_one(doc! { "symbol": { "$type": "string" } }).await?;
    let told = told.context("no token with a symbol")?;
    let id = doc! { "_id": told.get_document("_id")?.clone() };
    let symbol = told.get_str("symbol")?.to_owned();
    let has = |book: &Book| -> Result<bool> {
        for token in 0..u32::try_from(book.names.token_count())? {
            let name = book.names.token(TokenIx(token)).context("a token without name")?;
            if name.symbol.as_deref() == Some(symbol.as_str()) {
                return Ok(name.decimals.is_some());
            }
        }
        Ok(false)
    };
    tokens.update_one(id.clone(), doc! { "$set": { "symbol": null, "decimals": null } }).await?;
    let (shelf, mut keeper) = book::open(store.reader(), chain.id);
    let (_, book) = newest(&shelf, &mut keeper).await?;
    ensure!(!has(&book)? && keeper.refresh_names().await? > 0 && !has(&book)?, "known too early");
    tokens.replace_one(id, told).await?;
    keeper.refresh_names().await?;
    ensure!(has(&book)?, "{symbol} is still not known");
    world.stop().await
}
