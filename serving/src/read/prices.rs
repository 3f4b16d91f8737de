//! Market prices as of a moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy_primitives::Address;
pub(crate) use api_kit::clock::millis as now;
use api_kit::{parse, problem::Problem};
use domain::{
    ids::ChainId,
    market::{Millis, Price},
};
use store::market::{Known, Sheet};

use crate::{deps::Deps, view::price::MarketPrice};

/// Most tokens of one request.
pub(crate) const MOST_TOKENS: usize = 500;
/// A client's clock may be ahead by this much, in milliseconds: such a moment is now.
const AHEAD: Millis = 60_000;

/// Of when prices are wanted, and as known when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment {
    /// Of this time. What is older than a price may be is none at that time.
    pub(crate) at: Millis,
    /// As it was known at this time; `None`: with all later corrections.
    pub(crate) known_at: Option<Millis>,
    /// Where nothing was known then: as it became known first.
    pub(crate) or_first: bool,
}

impl Moment {
    /// The newest.
    pub(crate) const fn newest(now: Millis) -> Self {
        Self { at: now, known_at: None, or_first: false }
    }

    /// What was known at a time of that time, or became known of it first: later corrections change neither.
    pub(crate) const fn then(at: Millis) -> Self {
        Self { at, known_at: Some(at), or_first: true }
    }

    /// As a request says it; what is left out is now.
    pub(crate) fn parse(
        now: Millis,
        at: Option<&str>,
        known_at: Option<&str>,
    ) -> Result<Self, Problem> {
        let past = |field, text: Option<&str>| {
            text.map(|text| match parse::moment(field, text)? {
                time if time <= now => Ok(time),
                time if time - now <= AHEAD => Ok(now),
                _ => {
                    let detail = format!("`{field}` is in the future: no price is known of then");
                    Err(Problem::bad_request("TIME_INVALID", detail))
                }
            })
            .transpose()
        };
        let (at, known_at) = (past("at", at)?.unwrap_or(now), past("known_at", known_at)?);
        Ok(Self { at, known_at, or_first: false })
    }

    fn known(self) -> Known {
        self.known_at.map_or(Known::Newest, Known::At)
    }
}

/// The addresses of a list.
pub(crate) fn tokens<'a>(
    field: &str,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Address>, Problem> {
    let mut tokens = Vec::new();
    for text in texts {
        if tokens.len() == MOST_TOKENS {
            let detail = format!("`{field}`: give at most {MOST_TOKENS} addresses at once");
            return Err(Problem::bad_request("TOKENS_INVALID", detail));
        }
        tokens.push(parse::address(field, text)?);
    }
    Ok(tokens)
}

/// The prices of tokens, in their order, by one read of the store.
pub(crate) async fn prices(
    deps: &Deps,
    chain: ChainId,
    moment: Moment,
    tokens: &[Address],
) -> Result<Vec<MarketPrice>, Problem> {
    let market = deps.reader.market();
    let sheet = market.prices(chain, moment.at, moment.known(), tokens).await?;
    Ok(tokens.iter().map(|token| of_sheet(deps, sheet.as_ref(), moment, *token)).collect())
}

/// The same of several moments, each with its tokens: two reads of the store, however many, and three more where anything is
/// wanted as it became known first.
pub(crate) async fn prices_of(
    deps: &Deps,
    chain: ChainId,
    moments: &BTreeMap<Moment, BTreeSet<Address>>,
) -> Result<Vec<((Moment, Address), MarketPrice)>, Problem> {
    let market = deps.reader.market();
    let of_all: BTreeSet<Address> = moments.values().flatten().copied().collect();
    let of_all: Vec<Address> = of_all.into_iter().collect();
    let sheets = if let Some(moment) = moments.keys().next().filter(|_| moments.len() == 1) {
        // most often it is now
        vec![market.prices(chain, moment.at, moment.known(), &of_all).await?.map(Arc::new)]
    } else {
        let asked: Vec<_> = moments.keys().map(|moment| (moment.at, moment.known())).collect();
        market.prices_at(chain, &asked, &of_all).await?
    };
    let mut all = Vec::new();
    for ((moment, tokens), sheet) in moments.iter().zip(sheets) {
        let price = |token: &Address| of_sheet(deps, sheet.as_deref(), *moment, *token);
        all.extend(tokens.iter().map(|token| ((*moment, *token), price(token))));
    }
    let unknown = |((moment, _), price): &&mut ((Moment, Address), MarketPrice)| {
        moment.or_first && price.value.is_none()
    };
    let mut missing: Vec<_> = all.iter_mut().filter(unknown).collect();
    let times: Vec<Millis> = missing.iter().map(|((moment, _), _)| moment.at).collect();
    let tokens: BTreeSet<Address> = missing.iter().map(|((_, token), _)| *token).collect();
    let tokens: Vec<Address> = tokens.into_iter().collect();
    let first = market.prices_first(chain, &times, &tokens).await?;
    for (((moment, token), price), sheet) in missing.iter_mut().zip(first) {
        let found = of_sheet(deps, sheet.as_deref(), *moment, *token);
        if found.value.is_some() {
            *price = found;
        }
    }
    Ok(all)
}

/// What a sheet says of a token at a moment: the sheet may be older, and then so are its prices.
pub(crate) fn of_sheet(
    deps: &Deps,
    sheet: Option<&Sheet>,
    moment: Moment,
    token: Address,
) -> MarketPrice {
    let max_age = Millis::try_from(deps.max_price_age.as_millis()).unwrap_or(Millis::MAX);
    let price = match sheet.map(|sheet| sheet.price(token)) {
        None => Price::none("no market prices were known then".to_owned()),
        Some(None) => Price::none("no source is configured for this token".to_owned()),
        Some(Some(price)) => price.clone().seen_at(moment.at, max_age),
    };
    MarketPrice::new(token, &price, moment.at, sheet.map(|sheet| sheet.known_at))
}
