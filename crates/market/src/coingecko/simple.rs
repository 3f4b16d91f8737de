//! `/simple/price` and `/simple/token_price`: what coins and contracts cost now.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{CoinGecko, contract, wire};
use crate::{
    client::{Call, batches},
    error::MarketError,
    json::{self, Batch, Entries},
    source::Said,
};

/// A comma, as it is written in a query.
const SEPARATOR: usize = 3;

/// A feed, and the name that its price has in the answer.
type Named = (String, Arc<str>);

impl CoinGecko {
    pub(super) async fn simple(&self, ids: &[Arc<str>]) -> Result<Vec<Said>, MarketError> {
        let mut coins = Vec::<Named>::new();
        let mut platforms = BTreeMap::<&str, Vec<Named>>::new();
        for id in ids {
            match contract(id) {
                Some((platform, address)) => {
                    platforms.entry(platform).or_default().push((address, Arc::clone(id)));
                }
                None => coins.push((id.to_string(), Arc::clone(id))),
            }
        }
        let mut questions = Vec::new();
        self.questions(&Call::new("simple/price"), "ids", &coins, &mut questions);
        for (platform, contracts) in &platforms {
            let call = Call::new("simple/token_price").segment(*platform);
            self.questions(&call, "contract_addresses", contracts, &mut questions);
        }
        let (mut said, mut failed) = (Vec::new(), None);
        for (call, feeds) in questions {
            match self.prices(&call, feeds).await {
                Ok(more) => said.extend(more),
                Err(error) => failed = Some(error),
            }
        }
        self.http.partly(said, failed)
    }

    /// As few calls as the length of a URL allows.
    fn questions<'a>(
        &self,
        call: &Call,
        name: &str,
        feeds: &'a [Named],
        questions: &mut Vec<(Call, &'a [Named])>,
    ) {
        let call = call
            .clone()
            .query("vs_currencies", "usd")
            .query("include_24hr_vol", "true")
            .query("include_last_updated_at", "true")
            .query("precision", "full");
        let beside = self.http.url_length(&call.clone().query(name, ""));
        let room = self.longest_url.saturating_sub(beside);
        for feeds in batches(feeds, room, self.ids_per_call, SEPARATOR, |(name, _)| name) {
            let names: Vec<&str> = feeds.iter().map(|(name, _)| name.as_str()).collect();
            questions.push((call.clone().query(name, names.join(",")), feeds));
        }
    }

    async fn prices(&self, call: &Call, feeds: &[Named]) -> Result<Vec<Said>, MarketError> {
        let answer = self.http.get(call).await?;
        let entries: Entries<'_> = json::read(self.http.source(), &answer.body)?;
        let entries: HashMap<_, _> =
            entries.0.into_iter().map(|(name, raw)| (name.to_lowercase(), raw)).collect();
        let raw = answer.raw();
        let mut batch = Batch::new();
        for (name, id) in feeds {
            // what it does not know is not in the answer
            let Some(entry) = entries.get(&name.to_lowercase()) else { continue };
            batch.take(wire::coin(entry).map(|coin| {
                let (value, volume, time) = coin?;
                let time = time.unwrap_or(answer.fetched_at);
                Some(Said { liquidity: volume, ..Said::plain(id, value, time, raw) })
            }));
        }
        self.http.readable(batch)
    }
}
