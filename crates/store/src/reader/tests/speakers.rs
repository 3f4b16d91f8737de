//! Who is known by contract events, many at a time.

use std::collections::BTreeSet;

use crate::{
    contracts::tests::{ID, announcements, filled, table},
    fixtures::address,
};

#[tokio::test]
async fn who_spoke_or_was_announced_is_told_of_many_at_once() {
    let (mongo, _) = filled().await;
    let set = |all: &[u64]| all.iter().copied().map(address).collect::<BTreeSet<_>>();
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    // boxes 50 and 51 speak, 90 and 91 announce
    let asked = [49, 50, 51, 52, 90].map(address);
    assert_eq!(snapshot.speakers(&table(), &asked).await.unwrap(), set(&[50, 51]));
    assert_eq!(snapshot.speakers(&announcements(), &asked).await.unwrap(), set(&[90]));
    assert_eq!(snapshot.speakers(&table(), &[]).await.unwrap(), set(&[]));
    // `by` is 0 to 2: in the events of both boxes, but for those that nobody can read
    let asked: Vec<_> = (0..500).map(address).collect();
    for (emitter, wanted) in [(50, set(&[0, 1, 2])), (51, set(&[0, 1, 2])), (52, set(&[]))] {
        let found = snapshot.announced_by(&table(), address(emitter), "by", &asked).await.unwrap();
        assert_eq!(found, wanted, "{emitter}");
    }
    // what is not indexed cannot be searched for
    let made: Vec<_> = (1_001..1_010).map(address).collect();
    let found = snapshot.announced_by(&announcements(), address(90), "it", &made).await.unwrap();
    assert_eq!(found, set(&[]));
    // another chain has its own
    let other = mongo.reader().snapshot(ID + 2).await.unwrap();
    assert!(other.is_none());
    mongo.stop().await;
}
