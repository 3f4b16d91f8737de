//! Feeds while the store is away.

use std::time::Duration;

use crate::service::Service;

/// What is configured, and the clock.
async fn told(service: &Service) {
    for path in ["/udf/config", "/udf/local/config", "/udf/time", "/udf/31337/time"] {
        let answer = tokio::time::timeout(Duration::from_secs(2), service.get(path)).await;
        let (status, said) = answer.unwrap_or_else(|_| panic!("{path} waits for the store"));
        assert_eq!(status, 200, "{path}: {said}");
        assert!(said["supports_search"] == true || said.is_u64(), "{path}: {said}");
    }
    assert_eq!(service.get("/udf/5/config").await.0, 404);
}

#[tokio::test]
async fn what_is_configured_is_told_without_the_store() {
    let service = Service::empty().await;
    told(&service).await;
    let (status, said) = service.get("/udf/symbols?symbol=x").await;
    assert_eq!((status, &said["s"]), (503, &"error".into()), "nothing is indexed: {said}");
    service.fill().await;
    service.freeze(true);
    told(&service).await;
    service.freeze(false);
    service.stop().await;
}
