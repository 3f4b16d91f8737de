//! Tokens, with their figures within the DEX.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U160};
use domain::{
    entity::Token,
    figures::TokenFigures,
    fold::{EntityType as _, Key},
};
use subgraph::{QueryError, value::Value};

use super::gathered::{Gathered, parts, those};
use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, integer},
    moment::{Moment, unread},
    table::{Coming, Portions, Table, Ways},
};

/// All tokens that pools of the DEX hold.
pub(in crate::subgraph) struct Tokens;

/// A token within the DEX.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct TokenRow {
    token: Token,
    figures: TokenFigures,
}

impl Cells for TokenRow {
    type Figures = TokenFigures;

    fn figures(&self) -> &TokenFigures {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::Bytes(row.token.address.into())),
            ("symbol", |row| text(row.token.symbol.as_deref())),
            ("name", |row| text(row.token.name.as_deref())),
            ("decimals", |row| {
                row.token.decimals.map_or(Value::Null, |decimals| integer(u64::from(decimals)))
            }),
            ("totalSupply", |row| {
                Value::Integer(row.token.total_supply.unwrap_or_default().into())
            }),
            ("poolCount", |row| integer(row.token.pool_count)),
            ("zero", |_| integer(0_u64)),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

/// What the reference says of tokens that do not tell.
fn text(said: Option<&str>) -> Value {
    Value::text(said.unwrap_or("unknown"))
}

/// Where tokens are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::subgraph) enum Way {
    /// These.
    These(Vec<Address>),
    /// All behind this one.
    After(Option<Address>),
}

impl Way {
    /// All of them.
    pub(super) const fn all() -> Self {
        Self::After(None)
    }

    /// These.
    pub(super) fn these(values: &[Value]) -> Self {
        Self::These(addresses(values).into_iter().collect())
    }
}

/// Tokens with their figures as they are now.
type Figures = (Address, TokenFigures);

/// The next tokens of the DEX on each way, by address, and what is left of it.
async fn figures(
    at: &Moment,
    ways: &[Way],
    limit: u32,
) -> Result<Vec<(Vec<Figures>, Option<Way>)>, QueryError> {
    let (factory, snapshot) = (at.about().factory, at.snapshot());
    let these = ways.iter().filter_map(|way| match way {
        Way::These(these) => Some(these),
        Way::After(_) => None,
    });
    let mut named = BTreeMap::new();
    for some in parts(these.flatten()) {
        let keys: Vec<_> = some.into_iter().map(|token| (factory, token)).collect();
        let found = snapshot.token_figures(&keys).await.map_err(|e| unread(&e))?;
        named.extend(found.into_iter().map(|((_, token), figures)| (token, figures)));
    }
    let mut all = Vec::with_capacity(ways.len());
    for way in ways {
        all.push(match way {
            Way::These(these) => (those(these, &named), None),
            Way::After(after) => {
                let found = snapshot.token_figures_of(factory, *after, limit).await;
                let found = found.map_err(|e| unread(&e))?;
                let last = found.last().filter(|_| found.len() >= limit as usize);
                let rest = last.map(|((_, token), _)| Way::After(Some(*token)));
                (found.into_iter().map(|((_, token), figures)| (token, figures)).collect(), rest)
            }
        });
    }
    Ok(all)
}

/// Tokens of which something else is looked for.
const OF_OTHERS: u32 = 1_000;

/// The next tokens of a way, for what is looked for token by token, and what is left of it.
pub(super) async fn found(
    at: &Moment,
    way: Way,
) -> Result<(Vec<Address>, Option<Way>), QueryError> {
    let (found, rest) = figures(at, &[way], OF_OTHERS).await?.pop().unwrap_or_default();
    Ok((found.into_iter().map(|(token, _)| token).collect(), rest))
}

impl Table for Tokens {
    type Row = TokenRow;
    type Way = Way;

    const KNOWS_CHANGES: bool = false;

    fn ways(_: &Moment, asked: &Asked) -> Ways<Way> {
        if let Some(ids) = asked.among("id") {
            return Ways::named([Way::these(ids)]);
        }
        if !asked.is_by("id", false) {
            return Ways::new([Way::all()], Coming::Anyhow);
        }
        let least = asked.least("id").and_then(address);
        Ways::new([Way::After(least.and_then(before))], Coming::Sorted)
    }

    async fn read(
        at: &Moment,
        ways: Vec<Way>,
        limit: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        let mut gathered = Gathered::new(ways.len());
        for (place, (found, rest)) in figures(at, &ways, limit).await?.into_iter().enumerate() {
            gathered.add(place, found, rest);
        }
        gathered.rows(|found| rows(at, found)).await
    }
}

/// The address below another one.
fn before(address: Address) -> Option<Address> {
    let number = U160::from_be_bytes(address.into_array());
    number.checked_sub(U160::from(1)).map(|before| Address::from(before.to_be_bytes::<20>()))
}

/// With what the tokens say of themselves, as they were.
async fn rows(at: &Moment, found: Vec<Figures>) -> Result<Vec<Option<TokenRow>>, QueryError> {
    let snapshot = at.snapshot();
    let mut tokens = BTreeMap::new();
    for some in parts(found.iter().map(|(token, _)| token)) {
        let found = snapshot.tokens_by_addresses(&some).await.map_err(|e| unread(&e))?;
        tokens.extend(found.into_iter().map(|token| (token.address, token)));
    }
    let row = |address: Address, figures: TokenFigures| {
        Some(TokenRow { token: tokens.get(&address).cloned()?, figures })
    };
    let Some(block) = at.past() else {
        return Ok(found.into_iter().map(|(token, figures)| row(token, figures)).collect());
    };
    let factory = at.about().factory;
    let keys: Vec<Key> =
        found.iter().map(|(token, _)| Key::TokenFigures(factory, *token)).collect();
    let then = snapshot.entities_at(&keys, block).await.map_err(|e| unread(&e))?;
    let then = then.iter().map(|one| one.as_ref().and_then(TokenFigures::of).cloned());
    Ok(found.into_iter().zip(then).map(|((token, _), then)| row(token, then?)).collect())
}
