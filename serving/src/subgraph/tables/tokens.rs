//! Tokens, with their figures within the DEX.

use std::collections::{BTreeMap, VecDeque};

use alloy_primitives::{Address, U160};
use domain::{
    entity::Token,
    figures::TokenFigures,
    fold::{EntityType as _, Key},
};
use subgraph::{QueryError, value::Value};

use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, address, addresses, integer},
    moment::{Moment, unread},
    table::{Coming, Table},
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

/// How far a look has come.
pub(in crate::subgraph) enum Look {
    /// These are left.
    These(VecDeque<Address>),
    /// All behind this one are left.
    After(Option<Address>),
    /// None is.
    Ended,
}

impl Look {
    /// All of them.
    pub(super) const fn all() -> Self {
        Self::After(None)
    }

    /// These.
    pub(super) fn these(values: &[Value]) -> Self {
        Self::These(addresses(values).into_iter().collect())
    }

    /// The next tokens of the DEX, by address, with their figures as they are now.
    pub(super) async fn next(
        &mut self,
        at: &Moment,
        limit: u32,
    ) -> Result<Vec<(Address, TokenFigures)>, QueryError> {
        let factory = at.about().factory;
        let found = match std::mem::replace(self, Self::Ended) {
            Self::These(mut these) => {
                let rest = these.split_off(these.len().min(limit as usize));
                let keys: Vec<_> = these.into_iter().map(|token| (factory, token)).collect();
                if !rest.is_empty() {
                    *self = Self::These(rest);
                }
                let found = at.snapshot().token_figures(&keys).await;
                found.map_err(|e| unread(&e))?
            }
            Self::After(after) => {
                let found = at.snapshot().token_figures_of(factory, after, limit).await;
                let found = found.map_err(|e| unread(&e))?;
                if found.len() >= limit as usize {
                    *self = Self::After(found.last().map(|((_, token), _)| *token));
                }
                found
            }
            Self::Ended => Vec::new(),
        };
        Ok(found.into_iter().map(|((_, token), figures)| (token, figures)).collect())
    }

    pub(super) const fn has_ended(&self) -> bool {
        matches!(self, Self::Ended)
    }
}

impl Table for Tokens {
    type Row = TokenRow;
    type Look = Look;

    const KNOWS_CHANGES: bool = false;

    fn look(_: &Moment, asked: &Asked) -> (Look, Coming) {
        if let Some(ids) = asked.among("id") {
            return (Look::these(ids), Coming::Anyhow);
        }
        if !asked.is_by("id", false) {
            return (Look::all(), Coming::Anyhow);
        }
        let least = asked.least("id").and_then(address);
        (Look::After(least.and_then(before)), Coming::Sorted)
    }

    async fn next(at: &Moment, look: &mut Look, limit: u32) -> Result<Vec<TokenRow>, QueryError> {
        loop {
            let found = look.next(at, limit).await?;
            let rows = rows(at, found).await?;
            if !rows.is_empty() || look.has_ended() {
                return Ok(rows);
            }
        }
    }
}

/// The address below another one.
fn before(address: Address) -> Option<Address> {
    let number = U160::from_be_bytes(address.into_array());
    number.checked_sub(U160::from(1)).map(|before| Address::from(before.to_be_bytes::<20>()))
}

async fn rows(
    at: &Moment,
    found: Vec<(Address, TokenFigures)>,
) -> Result<Vec<TokenRow>, QueryError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let addresses: Vec<Address> = found.iter().map(|(token, _)| *token).collect();
    let snapshot = at.snapshot();
    let tokens = snapshot.tokens_by_addresses(&addresses).await.map_err(|e| unread(&e))?;
    let tokens: BTreeMap<Address, Token> =
        tokens.into_iter().map(|token| (token.address, token)).collect();
    let figures = match at.past() {
        None => found.into_iter().map(|(token, figures)| (token, Some(figures))).collect(),
        Some(block) => {
            let factory = at.about().factory;
            let keys: Vec<Key> =
                addresses.iter().map(|token| Key::TokenFigures(factory, *token)).collect();
            let then = snapshot.entities_at(&keys, block).await.map_err(|e| unread(&e))?;
            let then = then.iter().map(|one| one.as_ref().and_then(TokenFigures::of).cloned());
            addresses.into_iter().zip(then).collect::<Vec<_>>()
        }
    };
    let row = |(address, figures): (Address, Option<TokenFigures>)| {
        Some(TokenRow { token: tokens.get(&address)?.clone(), figures: figures? })
    };
    Ok(figures.into_iter().filter_map(row).collect())
}
