//! The bare loop: the very questions that the service asks the database for an answer, without the service.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::TryStreamExt as _;
use mongodb::Database;
use mongodb::bson::{Document, RawDocumentBuf};
use tokio::task::JoinSet;

use crate::database::Server;
use crate::load::{AT_ONCE, Flood};

/// What tells how far the chain is, and is asked beside the requests, too.
const BESIDE: [&str; 4] = ["chains", "watermarks", "undo", "price_sheets"];
/// What belongs to the service's session and not to the question.
const SESSION: [&str; 7] =
    ["lsid", "$db", "$clusterTime", "readConcern", "txnNumber", "apiVersion", "$readPreference"];

/// The questions that the database is asked meanwhile for each answer, each once. What is asked now and then (the pools in memory
/// are read again) belongs to no answer. Empty where answers are made of what the service knows.
pub(super) async fn questions(
    server: &Server,
    asking: impl Future<Output = Result<usize>>,
) -> Result<Vec<Document>> {
    let mut found: Vec<(Document, usize)> = Vec::new();
    let mut answers = 0;
    let asking = async {
        answers = asking.await?;
        Ok(())
    };
    for mut command in server.commands(asking).await? {
        let of = |name: &str| command.get_str(name).ok();
        let Some(collection) = of("find").or_else(|| of("aggregate")) else { continue };
        if BESIDE.contains(&collection) {
            continue;
        }
        for name in SESSION {
            command.remove(name);
        }
        match found.iter_mut().find(|(known, _)| *known == command) {
            Some((_, times)) => *times += 1,
            None => found.push((command, 1)),
        }
    }
    found.retain(|(_, times)| times * 2 > answers);
    Ok(found.into_iter().map(|(command, _)| command).collect())
}

/// Asks them again and again, by as many tasks as there are connections to the service.
pub(super) async fn measure(
    server: &Server,
    questions: Vec<Document>,
    time: Duration,
) -> Result<Flood> {
    let questions = Arc::new(questions);
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        tasks.spawn(ask(server.raw_database(), Arc::clone(&questions), begun + time));
    }
    let mut times = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        times.append(&mut ended??);
    }
    Flood::of(times, begun.elapsed())
}

async fn ask(
    database: Database,
    questions: Arc<Vec<Document>>,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    loop {
        let asked = Instant::now();
        if asked >= until {
            return Ok(times);
        }
        for question in questions.iter() {
            let collection = question.get_str("find").or_else(|_| question.get_str("aggregate"));
            let collection = collection.context("a question of no collection")?;
            let answers = database.run_cursor_command(question.clone()).await?;
            let mut answers = answers.with_type::<RawDocumentBuf>();
            while let Some(raw) = answers.try_next().await? {
                store::testing::typed(collection, &raw)?;
            }
        }
        times.push(asked.elapsed());
    }
}
