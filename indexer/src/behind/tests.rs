//! It is said at once, then now and then, and when it is over.

use observe::Registry;

use super::*;

#[test]
fn it_is_said_at_once_then_now_and_then_and_the_gauge_follows() {
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let mut behind = Behind::new("local", &metrics);
    let gauge = || metrics.node_behind.with_label_values(&["local"]).get();
    assert!(!behind.is_there(7));
    assert!(behind.is_behind(7, 40));
    assert_eq!(gauge(), 33);
    let mut said = 0;
    let begun = Instant::now();
    for second in 1..=120_u64 {
        let now = begun + Duration::from_secs(second);
        said += u32::from(behind.is_behind_at(now, 7 + second / 10, 40));
    }
    // the first time counts from before `begun`
    assert_eq!((said, gauge()), (4, 21));
    assert!(behind.is_there(40));
    assert_eq!(gauge(), 0);
    assert!(!behind.is_there(41));
    assert!(behind.is_behind(3, 40), "the next time it is said at once again");
}
