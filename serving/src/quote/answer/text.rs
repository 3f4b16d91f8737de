//! Routes for people: `[V3] 60% = WETH -- 0.05% [0x88e6…] --> USDC, [V2] 40% = …`.

use std::fmt::Write as _;

use domain::{
    entity::Protocol,
    route::{self, SHARES, TokenIx},
};

use crate::{book::Book, view::address};

/// All routes of a quote.
pub(super) fn routes(book: &Book, routes: &[route::Route]) -> String {
    let mut text = String::with_capacity(160 * routes.len());
    for (number, route) in routes.iter().enumerate() {
        if number > 0 {
            text.push_str(", ");
        }
        push_route(&mut text, book, route);
    }
    text
}

fn push_route(text: &mut String, book: &Book, route: &route::Route) {
    push_protocols(text, book, route);
    // writing into a text does not fail
    let _ = write!(text, "{}% = ", route.share * 100 / SHARES);
    if let Some(leg) = route.legs.first() {
        push_token(text, book, leg.token_in);
    }
    for leg in &route.legs {
        if let Some(name) = book.names.pool(leg.pool) {
            let _ = write!(text, " -- {}% [{}] --> ", Percent(name.fee_pips), name.id);
            push_token(text, book, leg.token_out);
        }
    }
}

/// Each once, in the order of the way.
fn push_protocols(text: &mut String, book: &Book, route: &route::Route) {
    let mut seen: Vec<Protocol> = Vec::with_capacity(3);
    for leg in &route.legs {
        let protocol = book.market.pool(leg.pool).map(|venue| venue.protocol);
        seen.extend(protocol.filter(|protocol| !seen.contains(protocol)));
    }
    text.push('[');
    for (number, protocol) in seen.iter().enumerate() {
        text.push_str(if number > 0 { " + " } else { "" });
        text.push_str(match protocol {
            Protocol::V2 => "V2",
            Protocol::V3 => "V3",
            Protocol::V4 => "V4",
        });
    }
    text.push_str("] ");
}

fn push_token(text: &mut String, book: &Book, token: TokenIx) {
    let Some(name) = book.names.token(token) else { return };
    match name.symbol {
        Some(symbol) => text.push_str(&symbol),
        None => text.push_str(&address(name.address)),
    }
}

/// Pips as percent.
struct Percent(u32);

impl std::fmt::Display for Percent {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        write!(to, "{whole}")?;
        if rest > 0 {
            write!(to, ".{}", format!("{rest:04}").trim_end_matches('0'))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
