//! Tries out what of tokens' transfers arrives, a few tokens at a time, by calls that are never sent.
//!
//! A node is given the probe's code (`abis::probe`) in the place of a pool that holds the token, and of an account without
//! code. The pool sends a little, the account sends it back: both ways are seen as the token treats a buyer and a seller.

use std::{collections::BTreeMap, time::Duration};

use abis::probe::{self, Probed};
use alloy_primitives::{Address, Bytes, U256, keccak256};
use chain::{
    ChainError, Client,
    client::simulate::{Pretended, TrialCall},
};
use domain::{
    entity::Protocol,
    ids::PoolId,
    route::{Liquidity, TokenIx},
};
use futures::{StreamExt as _, stream};
use observe::Shutdown;

use super::{
    Book, Shelf,
    node::Node,
    taxes::{Taxes, Verdict},
};

/// Between two rounds.
const BEAT: Duration = Duration::from_secs(1);
/// After a node that cannot do it.
const REST: Duration = Duration::from_secs(600);
/// Tokens of a round.
const EACH: usize = 16;
/// Tokens that are looked at for those.
const LOOKED_AT: u32 = 4_096;
/// Trials at once.
const AT_ONCE: usize = 4;
/// One of so many parts of what a pool holds is sent.
const PART: u64 = 2_000;

/// Who tries out.
#[derive(Debug)]
pub(super) struct Trial {
    node: Node,
    code: Option<Bytes>,
    taxes: Taxes,
    shelf: Shelf,
    /// Where the next round begins.
    next: u32,
    /// Whether the node has ever done it.
    works: bool,
}

impl Trial {
    pub(super) fn new(node: Node, taxes: Taxes, shelf: Shelf) -> Self {
        Self { node, code: probe::code(), taxes, shelf, next: 0, works: false }
    }

    /// Tries out until the token is cancelled.
    pub(super) async fn run(mut self, shutdown: Shutdown) {
        let mut warned = false;
        loop {
            let pause = match self.round().await {
                Ok(_) => BEAT,
                Err(error) => {
                    if !std::mem::replace(&mut warned, true) {
                        tracing::warn!(%error, "tokens that take a part of transfers are not recognised: \
                            name them in [[chain.tax]], or give an endpoint that knows eth_simulateV1");
                    }
                    REST
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Tries out some tokens that are due; how many.
    ///
    /// # Errors
    /// When the node cannot do that at all.
    pub(super) async fn round(&mut self) -> Result<usize, ChainError> {
        let (Some(book), Some(code)) = (self.shelf.newest(), self.code.clone()) else {
            return Ok(0);
        };
        let tokens = self.due(&book);
        let (client, block) = (&self.node.client, book.block.hash);
        let trials = tokens.into_iter().map(|(token, holder)| {
            let code = code.clone();
            async move { (token, try_out(client, &code, token, holder, block).await) }
        });
        let outcomes: Vec<_> = stream::iter(trials).buffer_unordered(AT_ONCE).collect().await;
        self.works |= outcomes.iter().any(|(_, outcome)| outcome.is_ok());
        let mut tried = 0;
        for (token, outcome) in outcomes {
            match outcome {
                Ok(verdict) => {
                    if matches!(verdict, Verdict::Taxed | Verdict::Refuses) {
                        tracing::info!(%token, ?verdict, "pools of this token are not quoted");
                    }
                    self.taxes.note(token, verdict);
                    tried += 1;
                }
                // a node that does it for others cannot do it for this one: that must not keep others waiting
                Err(ChainError::Refused(_)) if self.works => {
                    self.taxes.note(token, Verdict::Untried);
                }
                Err(error @ ChainError::Refused(_)) => return Err(error),
                // what did not come about is no fact: the next round asks again
                Err(error) => tracing::debug!(%token, %error, "a transfer could not be tried out"),
            }
        }
        Ok(tried)
    }

    /// Tokens that are due, and who holds some.
    fn due(&mut self, book: &Book) -> Vec<(Address, Address)> {
        let count = u32::try_from(book.names.token_count()).unwrap_or(u32::MAX);
        let wanted = self.taxes.wanted(EACH).into_iter().filter_map(|token| {
            let number = book.names.token_number(token)?;
            Some((token, self.taxes.is_due(token).then(|| self.holder(book, number))??))
        });
        let mut found: Vec<_> = wanted.collect();
        for _ in 0..count.min(LOOKED_AT) {
            if found.len() >= EACH {
                break;
            }
            self.next = if self.next + 1 < count { self.next + 1 } else { 0 };
            let token = TokenIx(self.next);
            let Some(name) = book.names.token(token) else { continue };
            if !self.taxes.is_due(name.address) {
                continue;
            }
            match self.holder(book, token) {
                Some(holder) => found.push((name.address, holder)),
                None => self.taxes.note(name.address, Verdict::Untried),
            }
        }
        found
    }

    /// A pair before other pools: where there is a tax, it is there.
    fn holder(&self, book: &Book, token: TokenIx) -> Option<Address> {
        let mut other = None;
        for pool in book.market.holding(token) {
            let (venue, name) = (book.market.pool(pool)?, book.names.pool(pool)?);
            let holder = match name.id {
                PoolId::Contract(address) => Some(address),
                PoolId::Key(_) => self.node.managers.get(&*name.dex).copied(),
            };
            if matches!(venue.liquidity, Liquidity::Reserves { .. }) {
                return holder;
            }
            if venue.protocol == Protocol::V2 || other.is_none() {
                other = holder.or(other);
            }
        }
        other
    }
}

async fn try_out(
    client: &Client,
    code: &Bytes,
    token: Address,
    holder: Address,
    block: alloy_primitives::B256,
) -> Result<Verdict, ChainError> {
    // an account that nobody has, another one for each token
    let account = Address::from_word(keccak256(token));
    let from = Address::from_word(keccak256(account));
    let pretended = || Pretended { code: Some(code.clone()), ..Pretended::default() };
    let pretended = BTreeMap::from([(holder, pretended()), (account, pretended())]);
    let input = probe::call(token, account, PART);
    let call = TrialCall { from, to: holder, value: U256::ZERO, input };
    let tried = client.try_out(&[call], &pretended, block).await?;
    let Some(tried) = tried.first().filter(|tried| tried.success) else {
        return Ok(Verdict::Refuses);
    };
    Ok(match probe::read(&tried.data) {
        Some(Probed { sent, .. }) if sent.is_zero() => Verdict::Untried,
        Some(Probed { sent, arrived, returned }) if arrived == sent && returned == sent => {
            Verdict::Plain
        }
        Some(_) => Verdict::Taxed,
        None => Verdict::Untried,
    })
}
