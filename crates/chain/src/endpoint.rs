//! One endpoint: an RPC client that has shown that it serves the right chain.

use std::time::Duration;

use alloy::{
    rpc::client::RpcClient,
    transports::http::{Http, reqwest},
};
use alloy_primitives::U64;
use tokio::sync::OnceCell;

use crate::error::ChainError;

/// Longest wait for one answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// An endpoint.
#[derive(Debug)]
pub(crate) struct Endpoint {
    rpc: RpcClient,
    /// Scheme and host only: paths and queries of providers carry keys.
    pub(crate) name: String,
    expected_chain: u64,
    checked: OnceCell<()>,
}

impl Endpoint {
    pub(crate) fn new(url: &str, expected_chain: u64) -> Result<Self, ChainError> {
        let parsed: reqwest::Url = url.parse().map_err(|_| ChainError::BadUrl(redact(url)))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(ChainError::BadUrl(redact(url)));
        }
        let name = redact(url);
        let http = reqwest::Client::builder()
            .timeout(REQUEST_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| ChainError::Unavailable(error.to_string()))?;
        let local = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let rpc = RpcClient::new(Http::with_client(http, parsed), local);
        Ok(Self { rpc, name, expected_chain, checked: OnceCell::new() })
    }

    /// The client, once the endpoint has named its chain.
    pub(crate) async fn rpc(&self) -> Result<&RpcClient, ChainError> {
        self.checked
            .get_or_try_init(|| async {
                let actual: U64 = self
                    .rpc
                    .request_noparams("eth_chainId")
                    .await
                    .map_err(|error| ChainError::from_rpc(&error))?;
                if actual.to::<u64>() == self.expected_chain {
                    return Ok(());
                }
                Err(ChainError::WrongChain {
                    url: self.name.clone(),
                    expected: self.expected_chain,
                    actual: actual.to(),
                })
            })
            .await?;
        Ok(&self.rpc)
    }
}

/// Scheme, host and port; never user, path or query.
fn redact(url: &str) -> String {
    match url.parse::<reqwest::Url>() {
        Ok(parsed) if parsed.host_str().is_some() => {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}", parsed.scheme(), parsed.host_str().unwrap_or_default())
        }
        _ => url.chars().take(12).chain("…".chars()).collect(),
    }
}
