//! What the native currency costs in USD, read from the stored market prices now and then: what gas costs in money.

use std::time::Duration;

use alloy_primitives::Address;
use domain::{
    decimal::Decimal,
    ids::ChainId,
    market::{Millis, Price},
};
use observe::Shutdown;
use store::{Reader, market::Known};
use tokio::sync::watch;

use crate::read;

/// Between two looks.
const BEAT: Duration = Duration::from_secs(10);

/// The newest price.
#[derive(Debug, Clone)]
pub struct NativePriceFeed {
    newest: watch::Receiver<Option<Price>>,
    max_age: Millis,
}

/// Looks for it.
#[derive(Debug)]
pub struct NativePriceWatch {
    reader: Reader,
    chain: ChainId,
    token: Address,
    sender: watch::Sender<Option<Price>>,
}

impl NativePriceFeed {
    /// USD for one whole coin; `None` where no price is known, or it is older than a price may be.
    #[must_use]
    pub fn usd(&self) -> Option<Decimal> {
        let price = self.newest.borrow().clone()?;
        price.seen_at(read::prices::now(), self.max_age).value
    }
}

/// The price of a chain's native currency, by that of the token that stands for it. Nobody looks yet; nobody ever does where
/// there is no such token.
#[must_use]
pub fn open(
    reader: Reader,
    chain: ChainId,
    wrapped_native: Option<Address>,
    max_age: Duration,
) -> (NativePriceFeed, Option<NativePriceWatch>) {
    let (sender, newest) = watch::channel(None);
    let max_age = Millis::try_from(max_age.as_millis()).unwrap_or(Millis::MAX);
    let watch = wrapped_native.map(|token| NativePriceWatch { reader, chain, token, sender });
    (NativePriceFeed { newest, max_age }, watch)
}

impl NativePriceWatch {
    /// Looks until the token is cancelled.
    pub async fn run(self, shutdown: Shutdown) {
        let mut failing = false;
        loop {
            let market = self.reader.market();
            let now = read::prices::now();
            match market.prices(self.chain, now, Known::Newest, &[self.token]).await {
                Ok(sheet) => {
                    failing = false;
                    let price = sheet.and_then(|sheet| sheet.price(self.token).cloned());
                    self.sender.send_replace(price);
                }
                // the last one serves on until it is too old
                Err(error) if !std::mem::replace(&mut failing, true) => {
                    tracing::warn!(chain = self.chain, %error, "quotes will not know what gas costs in USD");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(BEAT) => {}
            }
        }
    }
}
