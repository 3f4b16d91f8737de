//! What gas costs, asked of the node now and then. A price that is not known costs a quote nothing but its order by gas.

use std::time::Duration;

use alloy_primitives::U256;
use chain::Client;
use observe::Shutdown;
use tokio::sync::watch;

/// Between two questions.
const BEAT: Duration = Duration::from_secs(5);

/// The newest price.
#[derive(Debug, Clone)]
pub struct GasPriceFeed(watch::Receiver<Option<U256>>);

/// Asks for it.
#[derive(Debug)]
pub struct GasPriceWatch {
    client: Client,
    sender: watch::Sender<Option<U256>>,
}

impl GasPriceFeed {
    /// Wei per unit of gas; `None` before the node said it, and while it does not.
    #[must_use]
    pub fn wei(&self) -> Option<U256> {
        *self.0.borrow()
    }
}

/// The price of a chain that nobody asks for yet.
#[must_use]
pub fn open(client: Client) -> (GasPriceFeed, GasPriceWatch) {
    let (sender, receiver) = watch::channel(None);
    (GasPriceFeed(receiver), GasPriceWatch { client, sender })
}

impl GasPriceWatch {
    /// Asks until the token is cancelled.
    pub async fn run(self, shutdown: Shutdown) {
        let mut failing = false;
        loop {
            let price = match self.client.gas_price().await {
                Ok(price) => {
                    failing = false;
                    Some(price)
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, "the node does not say what gas costs: quotes leave it out");
                    }
                    None
                }
            };
            self.sender.send_replace(price);
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(BEAT) => {}
            }
        }
    }
}
