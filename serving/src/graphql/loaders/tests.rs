//! What is read for a request ends with it.

use std::{future::pending, sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::*;

/// Never has what it is asked for. Somebody holds `Arc` clones of its mark as long as it reads.
struct Hanging {
    reading: Arc<Notify>,
    mark: Arc<()>,
}

impl Loader<u8> for Hanging {
    type Value = u8;
    type Error = Problem;

    async fn load(&self, _: &[u8]) -> Result<HashMap<u8, u8>, Problem> {
        let _reads = Arc::clone(&self.mark);
        self.reading.notify_one();
        pending().await
    }
}

#[tokio::test]
async fn reads_end_with_their_request() {
    let (reading, mark) = (Arc::new(Notify::new()), Arc::new(()));
    let loader = Hanging { reading: Arc::clone(&reading), mark: Arc::clone(&mark) };
    let loader = Arc::new(cached(loader));
    let asking = {
        let loader = Arc::clone(&loader);
        tokio::spawn(async move { loader.load_one(1).await })
    };
    timeout(Duration::from_secs(10), reading.notified()).await.unwrap();
    assert_eq!(Arc::strong_count(&mark), 3, "it reads");
    // the request is given up
    asking.abort();
    drop(loader);
    let ended = async {
        while Arc::strong_count(&mark) > 1 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(10), ended).await.unwrap();
}
