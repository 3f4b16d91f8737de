//! Steps run once and in order, go on where they were killed, and versions that are not known are refused.

use bson::{Bson, Document, doc};
use futures::{FutureExt as _, TryStreamExt as _, future::BoxFuture};
use mongodb::Database;

use super::{META, OLDEST, Progress, SCHEMA, STEPS, Step, migrate, migrate_by, newest};
use crate::{StoreError, test_mongo::TestMongo};

/// Documents of the old shape.
const OLD: i64 = 100;
/// How many a step changes before it notes how far it is.
const PORTION: i64 = 10;

/// Doubles every value, which must not happen twice.
const DOUBLE: Step = Step { what: "values are doubled", run: double };
/// Gives every document its square, which needs the doubled value.
const SQUARE: Step = Step { what: "values get squares", run: square };

fn double(progress: Progress) -> BoxFuture<'static, Result<(), StoreError>> {
    by_portions(progress, |value| doc! { "_id": value, "value": 2 * value }).boxed()
}

fn square(progress: Progress) -> BoxFuture<'static, Result<(), StoreError>> {
    let square =
        |value: i64| doc! { "_id": value, "value": 2 * value, "square": 4 * value * value };
    by_portions(progress, square).boxed()
}

async fn by_portions(mut progress: Progress, new: fn(i64) -> Document) -> Result<(), StoreError> {
    let documents = progress.database.collection::<Document>("numbers");
    let mut from = progress.note.as_ref().and_then(Bson::as_i64).unwrap_or_default();
    while from < OLD {
        for id in from..from + PORTION {
            allowed(&progress.database).await?;
            documents.replace_one(doc! { "_id": id }, new(id)).await?;
        }
        from += PORTION;
        progress.note(from).await?;
    }
    Ok(())
}

/// A process that dies: after so many changes nothing more happens.
async fn allowed(database: &Database) -> Result<(), StoreError> {
    let left = doc! { "$inc": { "left": -1_i64, "done": 1_i64 } };
    let found = database
        .collection::<Document>("power")
        .find_one_and_update(doc! { "left": { "$gt": 0_i64 } }, left)
        .await?;
    found.map(drop).ok_or(StoreError::SnapshotGone)
}

async fn power(mongo: &TestMongo, left: i64) {
    let set = doc! { "$set": { "left": left } };
    mongo.documents("power").update_one(doc! {}, set).upsert(true).await.unwrap();
}

async fn schema(mongo: &TestMongo) -> Document {
    mongo.documents(META).find_one(doc! { "_id": SCHEMA }).await.unwrap().unwrap()
}

async fn old_database() -> TestMongo {
    let mongo = TestMongo::start().await;
    let numbers = (0..OLD).map(|n| doc! { "_id": n, "value": n });
    mongo.documents("numbers").insert_many(numbers).await.unwrap();
    mongo
}

#[tokio::test]
async fn a_killed_step_goes_on_where_it_was() {
    let mongo = old_database().await;
    let database = mongo.database();
    let mut starts = 0;
    loop {
        power(&mongo, 37).await;
        starts += 1;
        match migrate_by(database, OLDEST, &[DOUBLE, SQUARE]).await {
            Ok(()) => break,
            Err(error) => assert!(matches!(error, StoreError::SnapshotGone), "{error}"),
        }
        let schema = schema(&mongo).await;
        // its claim would run out by itself a little later
        let free = doc! { "$unset": { "claim": "" } };
        mongo.documents(META).update_one(doc! { "_id": SCHEMA }, free).await.unwrap();
        let version = schema.get_i64("version").unwrap();
        assert!((OLDEST..OLDEST + 2).contains(&version), "{schema}");
    }
    assert!(starts >= 5, "{starts} starts: the steps were not interrupted");
    assert_eq!(schema(&mongo).await, doc! { "_id": SCHEMA, "version": OLDEST + 2 });
    let numbers: Vec<Document> =
        mongo.documents("numbers").find(doc! {}).await.unwrap().try_collect().await.unwrap();
    let wanted: Vec<Document> =
        (0..OLD).map(|n| doc! { "_id": n, "value": 2 * n, "square": 4 * n * n }).collect();
    assert_eq!(numbers, wanted);
    // what was noted is not done again: at most a portion per start
    let done = mongo.documents("power").find_one(doc! {}).await.unwrap().unwrap();
    assert!(done.get_i64("done").unwrap() < 2 * OLD + starts * PORTION, "{done}");

    // at the next start nothing is left to do
    power(&mongo, 0).await;
    migrate_by(database, OLDEST, &[DOUBLE, SQUARE]).await.unwrap();
    mongo.stop().await;
}

#[tokio::test]
async fn a_new_database_needs_no_steps() {
    let mongo = old_database().await;
    mongo.documents(META).delete_many(doc! {}).await.unwrap();
    power(&mongo, 0).await;
    migrate_by(mongo.database(), OLDEST, &[DOUBLE, SQUARE]).await.unwrap();
    assert_eq!(schema(&mongo).await, doc! { "_id": SCHEMA, "version": OLDEST + 2 });
    mongo.stop().await;
}

#[tokio::test]
async fn two_that_start_at_once_leave_one_schema() {
    let mongo = old_database().await;
    // what is needed once, and not once more
    power(&mongo, 2 * OLD).await;
    let (one, two) = (mongo.database(), mongo.database().clone());
    let steps = [DOUBLE, SQUARE];
    let (one, two) =
        tokio::join!(migrate_by(one, OLDEST, &steps), migrate_by(&two, OLDEST, &steps));
    one.unwrap();
    two.unwrap();
    assert_eq!(schema(&mongo).await, doc! { "_id": SCHEMA, "version": OLDEST + 2 });
    mongo.stop().await;
}

#[tokio::test]
async fn versions_that_are_not_known_are_refused_untouched() {
    let mongo = TestMongo::start().await;
    for (version, says) in
        [(newest(OLDEST, STEPS) + 1, "upgrade"), (OLDEST - 1, "index into an empty database")]
    {
        mongo.drop_database().await.unwrap();
        let stored = doc! { "_id": SCHEMA, "version": version };
        mongo.documents(META).insert_one(&stored).await.unwrap();
        let error = migrate(mongo.database()).await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.retryable());
        assert_eq!(schema(&mongo).await, stored);
        let collections = mongo.database().list_collection_names().await.unwrap();
        assert_eq!(collections, [META], "something was created");
    }
    mongo.stop().await;
}
