//! A part is never taken for the whole.

use super::whole;

/// Reads the newest of what there is, as the store does.
async fn newest(of: u32, most: u32) -> Option<Vec<u32>> {
    let read = |limit| async move { Ok::<_, ()>((of.saturating_sub(limit)..of).collect()) };
    whole(most, read).await.unwrap()
}

#[tokio::test]
async fn more_than_a_step_tells_of_is_not_cut() {
    assert_eq!(newest(3, 4).await, Some(vec![0, 1, 2]));
    assert_eq!(newest(4, 4).await, Some(vec![0, 1, 2, 3]));
    assert_eq!(newest(5, 4).await, None);
    assert_eq!(newest(500, 4).await, None);
    assert_eq!(newest(0, 4).await, Some(Vec::new()));
}
