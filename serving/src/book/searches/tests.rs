//! Who waits, and for how long.

use super::{Busy, PATIENCE, Searches};

#[tokio::test]
async fn no_more_than_so_many_run() {
    let searches = Searches::at_once(2);
    let first = searches.permit().await.unwrap();
    let _second = searches.clone().permit().await.unwrap();
    assert_eq!(searches.under_way(), 2);
    assert_eq!(searches.permit().await.unwrap_err(), Busy { waited: PATIENCE });
    assert_eq!(searches.refused(), 1);
    let waiting = tokio::spawn({
        let searches = searches.clone();
        async move { searches.permit().await.is_ok() }
    });
    tokio::task::yield_now().await;
    drop(first);
    assert!(waiting.await.unwrap());
    assert_eq!((searches.under_way(), searches.refused()), (1, 1));
}
