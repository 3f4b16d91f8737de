//! `sooho health`: does what should run here answer? For supervisors of containers that hold no other client.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use reqwest::Client;

use crate::{config::Config, error::Error, service::Service};

#[cfg(test)]
mod tests;

/// A supervisor asks again soon: who has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest part of a refusal that is shown, in characters.
const SHOWN: usize = 300;

/// What is asked of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether the process answers at all.
    Alive,
    /// Whether there is something to answer from, too.
    Ready,
}

impl Question {
    const fn path(self) -> &'static str {
        match self {
            Self::Alive => "/healthz",
            Self::Ready => "/readyz",
        }
    }
}

/// Asks each of these services, at its address in the configuration.
///
/// # Errors
/// [`Error::NotRunning`] or [`Error::Unwell`] of the first that does not say yes.
pub async fn run(config: &Config, services: &[Service], question: Question) -> Result<(), Error> {
    for service in services {
        ask(service.address(config), question).await?;
    }
    Ok(())
}

async fn ask(address: SocketAddr, question: Question) -> Result<(), Error> {
    let url = format!("http://{}{}", reachable(address), question.path());
    let not_running = |error: reqwest::Error| Error::NotRunning {
        url: url.clone(),
        reason: error.without_url().to_string(),
    };
    // it is this machine that is asked: a proxy for the world outside would not find it
    let client = Client::builder().no_proxy().timeout(PATIENCE).build().map_err(not_running)?;
    let answer = client.get(&url).send().await.map_err(not_running)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let said = answer.text().await.unwrap_or_default();
    let said = said.trim().chars().take(SHOWN).collect();
    Err(Error::Unwell { url, status: status.as_u16(), said })
}

/// Who listens on all addresses is asked on the loopback one.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
