//! Keys of the services, and questions that need one.

use anyhow::{Result, ensure};
use api_kit::access::{KeyScope, NewKey};
use serde_json::Value;
use store::Store;

/// A new key that is good for this.
///
/// # Errors
/// When it cannot be kept.
pub async fn key(store: &Store, scopes: &[KeyScope]) -> Result<String> {
    let scopes = scopes.iter().copied().collect();
    let made = NewKey::make("a test".to_owned(), scopes, None)?;
    ensure!(store.keys().add(&made.record).await?, "there is such a key");
    Ok(made.key.reveal())
}

/// What the holder of this key is answered.
///
/// # Errors
/// When nothing answers.
pub async fn get_as(key: &str, url: &str) -> Result<Value> {
    Ok(reqwest::Client::new().get(url).bearer_auth(key).send().await?.json().await?)
}
