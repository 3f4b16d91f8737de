//! Runs of ids.

use super::batches;

#[test]
fn runs_are_as_long_as_the_room_allows_and_lose_nothing() {
    let ids: Vec<String> = (0..100).map(|number| format!("coin{number:04}")).collect();
    let runs = batches(&ids, 110, usize::MAX, 3, |id| id);
    assert!(runs.iter().all(|run| run.len() <= 10) && runs.len() == 10, "{runs:?}");
    assert_eq!(runs.concat(), ids);
    assert_eq!(batches(&ids, 110, 7, 3, |id| id).len(), 15);
    assert_eq!(batches(&ids, 0, 7, 3, |id| id).len(), 100, "each alone");
    assert!(batches(&[] as &[String], 110, 7, 3, |id| id).is_empty());
    // what has to be encoded takes more
    assert_eq!(batches(&["a:b:c", "a:b:c"], 19, 9, 1, |id| id).len(), 2);
}
