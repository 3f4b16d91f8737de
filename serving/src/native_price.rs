//! What the native currency costs in USD, read from the stored market prices now and then: what gas costs in money.

use std::time::Duration;

use alloy_primitives::Address;
use domain::{
    decimal::Decimal,
    ids::ChainId,
    market::{Millis, Price},
};
use observe::Shutdown;
use store::{Reader, market::Known as AsKnown};
use tokio::sync::watch;

use crate::{read, view::price::MarketPrice};

/// Between two looks.
const BEAT: Duration = Duration::from_secs(10);

/// The newest price.
#[derive(Debug, Clone)]
pub struct NativePriceFeed {
    newest: watch::Receiver<Option<Known>>,
    max_age: Millis,
}

/// A price as it was read.
#[derive(Debug, Clone)]
struct Known {
    token: Address,
    price: Price,
    /// When it became known.
    at: Millis,
}

/// Looks for it.
#[derive(Debug)]
pub struct NativePriceWatch {
    reader: Reader,
    chain: ChainId,
    token: Address,
    sender: watch::Sender<Option<Known>>,
}

impl NativePriceFeed {
    /// USD for one whole coin, and all that is known of that price; `None` where there is none, or it is older than a price
    /// may be.
    #[must_use]
    pub fn usd(&self) -> Option<(Decimal, MarketPrice)> {
        let Known { token, price, at } = self.newest.borrow().clone()?;
        let now = read::prices::now();
        let price = price.seen_at(now, self.max_age);
        let value = price.value?;
        Some((value, MarketPrice::new(token, &price, now, Some(at))))
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
            match market.prices(self.chain, now, AsKnown::Newest, &[self.token]).await {
                Ok(sheet) => {
                    failing = false;
                    let known = sheet.and_then(|sheet| {
                        let (token, at) = (self.token, sheet.known_at);
                        Some(Known { token, price: sheet.price(token)?.clone(), at })
                    });
                    self.sender.send_replace(known);
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
