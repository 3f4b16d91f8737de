//! What cannot be done is tried less and less often, and told once.

use super::*;

#[test]
fn failures_rest_longer_and_longer() {
    let mut pauses = Pauses::default();
    let rests: Vec<_> = (0..8).map(|_| pauses.failed()).collect();
    let seconds: Vec<_> = rests.iter().map(|(pause, _)| pause.as_secs()).collect();
    assert_eq!(seconds, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    assert_eq!(rests.iter().filter(|(_, first)| *first).count(), 1);
    assert!(rests[0].1);

    assert_eq!(pauses.looked(), (EVERY, true));
    assert_eq!(pauses.looked(), (EVERY, false));
    assert_eq!(pauses.failed(), (REST, true));
}
