//! Pages of tokens.

use std::sync::Arc;

use alloy_primitives::{Address, hex};
use api_kit::{
    cursor::List,
    page::{Rows, Slice},
    problem::Problem,
};
use domain::{entity::Token, fold::Key};
use store::{SymbolQuery, TokenQuery};

use super::as_of::At;

/// Longest text that is searched for, in characters.
const LONGEST: usize = 64;

/// Which tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Filter {
    /// All, by address.
    #[default]
    All,
    /// With exactly this symbol, by address.
    Symbol(String),
    /// Whose symbol begins like this, in these letters, in capitals or in small ones, by symbol and address; or whose
    /// address does, by address.
    Search(String),
}

impl Filter {
    /// As a request says it.
    pub(crate) fn of(symbol: Option<String>, search: Option<String>) -> Result<Self, Problem> {
        let invalid = |detail: &str| Err(Problem::bad_request("SEARCH_INVALID", detail));
        match (symbol, search) {
            (None, None) => Ok(Self::All),
            (Some(symbol), None) if symbol.chars().count() <= LONGEST => Ok(Self::Symbol(symbol)),
            (Some(_), None) => invalid("`symbol`: none has more than 64 characters"),
            (None, Some(text)) if (1..=LONGEST).contains(&text.chars().count()) => {
                Ok(Self::Search(text))
            }
            (None, Some(_)) => invalid("`search`: give 1 to 64 characters"),
            (Some(_), Some(_)) => invalid("give `symbol` or `search`, not both"),
        }
    }
}

pub(crate) async fn page(
    at: &At,
    filter: Filter,
    slice: Slice<'_>,
) -> Result<Rows<Token>, Problem> {
    at.only_now("lists of tokens are of now; ask for single tokens, or through pools by creation")?;
    let snapshot = at.snapshot();
    let list = List::new("tokens", snapshot.chain(), format!("{filter:?}"));
    let limit = slice.size.limit();
    let after = || list.after(slice.after, |bytes| Address::try_from(bytes).ok());
    let found = match filter {
        Filter::All => {
            snapshot.tokens(&TokenQuery { symbol: None, after: after()?, limit }).await?
        }
        Filter::Symbol(symbol) => {
            snapshot.tokens(&TokenQuery { symbol: Some(symbol), after: after()?, limit }).await?
        }
        Filter::Search(text) => match addresses(&text) {
            Some((from, to)) => {
                let from = after()?.map_or(Some(from), next).unwrap_or(to);
                snapshot.tokens_between(from, to, limit).await?
            }
            None => {
                let found = by_symbol(at, &text, list.after(slice.after, place)?, limit).await?;
                return Ok(Rows::new(found, slice.size, &list, placed));
            }
        },
    };
    Ok(Rows::new(found, slice.size, &list, |token| token.address.to_vec()))
}

/// These tokens, those that exist.
pub(crate) async fn by_addresses(
    at: &At,
    addresses: &[Address],
) -> Result<Vec<Arc<Token>>, Problem> {
    let Some(block) = at.past() else {
        return Ok(at.hot().tokens_by_addresses(at.snapshot(), addresses).await?);
    };
    let keys: Vec<Key> = addresses.iter().copied().map(Key::Token).collect();
    let then = at.then::<Token>(&keys, block).await?;
    Ok(then.into_iter().flatten().map(Arc::new).collect())
}

/// Where a page by symbol ended: the symbol and the address of its last token, whatever became of that since.
fn place(bytes: &[u8]) -> Option<(String, Address)> {
    let (address, symbol) = bytes.split_first_chunk::<20>()?;
    Some((str::from_utf8(symbol).ok()?.to_owned(), Address::from(address)))
}

/// The same of a token that ends a page.
fn placed(token: &Token) -> Vec<u8> {
    let symbol = token.symbol.as_deref().unwrap_or_default();
    [token.address.as_slice(), symbol.as_bytes()].concat()
}

/// How symbols that are searched for may begin, in the order of such symbols. None of them begins with another.
pub(crate) fn prefixes(text: &str) -> Vec<String> {
    let mut prefixes = vec![text.to_owned(), text.to_uppercase(), text.to_lowercase()];
    prefixes.sort_unstable();
    prefixes.dedup();
    prefixes
}

/// One way to write the text after the other, in the order of their symbols.
async fn by_symbol(
    at: &At,
    text: &str,
    last: Option<(String, Address)>,
    limit: u32,
) -> Result<Vec<Token>, Problem> {
    let snapshot = at.snapshot();
    let mut found = Vec::new();
    for prefix in prefixes(text) {
        let rest = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        let begun = last.as_ref().is_some_and(|(symbol, _)| symbol.starts_with(&prefix));
        let done = !begun && last.as_ref().is_some_and(|(symbol, _)| *symbol > prefix);
        if rest == 0 || done {
            continue;
        }
        let after = last.clone().filter(|_| begun);
        found.extend(snapshot.tokens_by_prefix(&SymbolQuery { prefix, after, limit: rest }).await?);
    }
    Ok(found)
}

/// The first and the last address that begin with these digits.
pub(crate) fn addresses(text: &str) -> Option<(Address, Address)> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    if digits.len() > 40 {
        return None;
    }
    let [from, to] = [hex::decode(format!("{digits:0<40}")), hex::decode(format!("{digits:f<40}"))];
    Some((Address::try_from(&*from.ok()?).ok()?, Address::try_from(&*to.ok()?).ok()?))
}

/// The address behind another.
fn next(address: Address) -> Option<Address> {
    let number = alloy_primitives::U160::from_be_bytes(address.into_array());
    let next = number.checked_add(alloy_primitives::U160::from(1))?;
    Some(Address::from(next.to_be_bytes::<20>()))
}
