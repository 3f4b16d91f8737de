//! Settings of a real server.

use crate::test_mongo::TestMongo;

use super::{LITTLE, LONG, USUAL};

#[tokio::test]
async fn who_reads_at_leisure_is_not_disturbed() {
    let mongo = TestMongo::start().await;
    assert_eq!(mongo.remembers().await.unwrap(), USUAL);
    mongo.remember(true).await.unwrap();
    assert_eq!(mongo.remembers().await.unwrap(), LITTLE);

    let reading = mongo.remember_long().await;
    let another = mongo.remember_long().await;
    for little in [true, false] {
        mongo.remember(little).await.unwrap();
        assert_eq!(mongo.remembers().await.unwrap(), LONG, "{little}");
    }
    // the second one found it long already
    another.end().await;
    assert_eq!(mongo.remembers().await.unwrap(), LONG);
    reading.end().await;
    assert_eq!(mongo.remembers().await.unwrap(), LITTLE);

    mongo.remember(false).await.unwrap();
    assert_eq!(mongo.remembers().await.unwrap(), USUAL);
    mongo.stop().await;
}
