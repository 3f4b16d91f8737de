//! The shapes that readers check: all that has to be there, and nothing else.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// What a member has to be.
#[derive(Clone, Copy)]
enum Is {
    /// A whole number, 0 or above.
    Int,
    /// A text that is not empty.
    Text,
    /// A checksummed address.
    Address,
    /// A checksummed address, or a lowercase V4 id.
    Pool,
    /// 0x and 64 lowercase digits.
    Hash,
    /// A plain decimal.
    Decimal,
    /// A plain decimal above 0 of at most 50 digits after the point.
    Price,
    /// A decimal with a fraction: `^\d+(?:\.\d+)$`.
    Fraction,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// An object.
    Object(&'static [Member]),
    /// A list.
    List(&'static Self),
}

/// Name, whether it has to be there, and what it is.
type Member = (&'static str, bool, Is);

const BLOCK: Is = Is::Object(&[("blockNumber", true, Is::Int), ("blockTimestamp", true, Is::Int)]);
const BLOCK_ANSWER: Is = Is::Object(&[("block", true, BLOCK)]);

/// DEX Screener 1.1 with what GeckoTerminal asks beyond it: `decimals`, and `reserves` of the last event of a block.
const SCREENER_ASSET: Is = Is::Object(&[(
    "asset",
    true,
    Is::Object(&[
        ("id", true, Is::Address),
        ("name", true, Is::Text),
        ("symbol", true, Is::Text),
        ("decimals", true, Is::Int),
        ("totalSupply", false, Is::Decimal),
        ("circulatingSupply", false, Is::Decimal),
    ]),
)]);
const SCREENER_PAIR: Is = Is::Object(&[(
    "pair",
    true,
    Is::Object(&[
        ("id", true, Is::Pool),
        ("dexKey", true, Is::Text),
        ("asset0Id", true, Is::Address),
        ("asset1Id", true, Is::Address),
        ("createdAtBlockNumber", false, Is::Int),
        ("createdAtBlockTimestamp", false, Is::Int),
        ("createdAtTxnId", false, Is::Hash),
        ("creator", false, Is::Address),
        ("feeBps", false, Is::Int),
    ]),
)]);
const SCREENER_EVENTS: Is = Is::Object(&[(
    "events",
    true,
    Is::List(&Is::Object(&[
        ("block", true, BLOCK),
        ("eventType", true, Is::OneOf(&["swap", "join", "exit"])),
        ("txnId", true, Is::Hash),
        ("txnIndex", true, Is::Int),
        ("eventIndex", true, Is::Int),
        ("maker", true, Is::Address),
        ("pairId", true, Is::Pool),
        ("asset0In", false, Is::Decimal),
        ("asset1In", false, Is::Decimal),
        ("asset0Out", false, Is::Decimal),
        ("asset1Out", false, Is::Decimal),
        ("amount0", false, Is::Decimal),
        ("amount1", false, Is::Decimal),
        ("priceNative", false, Is::Price),
        (
            "reserves",
            false,
            Is::Object(&[("asset0", true, Is::Decimal), ("asset1", true, Is::Decimal)]),
        ),
    ])),
)]);

const TOOLS_ASSET: Is = Is::Object(&[(
    "asset",
    true,
    Is::Object(&[
        ("id", true, Is::Address),
        ("name", true, Is::Text),
        ("symbol", true, Is::Text),
        ("totalSupply", false, Is::Fraction),
        ("circulatingSupply", false, Is::Fraction),
        ("holdersCount", false, Is::Int),
    ]),
)]);
const TOOLS_HOLDERS: Is = Is::Object(&[(
    "asset",
    true,
    Is::Object(&[
        ("id", true, Is::Address),
        ("totalHoldersCount", true, Is::Int),
        (
            "holders",
            true,
            Is::List(&Is::Object(&[("address", true, Is::Address), ("quantity", true, Is::Int)])),
        ),
    ]),
)]);
const TOOLS_EXCHANGE: Is = Is::Object(&[(
    "exchange",
    true,
    Is::Object(&[
        ("factoryAddress", true, Is::Address),
        ("name", true, Is::Text),
        ("logoURL", false, Is::Text),
    ]),
)]);
const TOOLS_PAIR: Is = Is::Object(&[(
    "pair",
    true,
    Is::Object(&[
        ("id", true, Is::Pool),
        ("asset0Id", true, Is::Address),
        ("asset1Id", true, Is::Address),
        ("createdAtBlockNumber", true, Is::Int),
        ("createdAtBlockTimestamp", true, Is::Int),
        ("createdAtTxnId", true, Is::Hash),
        ("factoryAddress", true, Is::Address),
    ]),
)]);
const TOOLS_EVENTS: Is = Is::Object(&[(
    "events",
    true,
    Is::List(&Is::Object(&[
        ("block", true, BLOCK),
        ("txnId", true, Is::Hash),
        ("txnIndex", true, Is::Int),
        ("eventIndex", true, Is::Int),
        ("maker", true, Is::Address),
        ("pairId", true, Is::Pool),
        ("eventType", true, Is::OneOf(&["creation", "swap", "join", "exit"])),
        ("asset0In", false, Is::Fraction),
        ("asset1In", false, Is::Fraction),
        ("asset0Out", false, Is::Fraction),
        ("asset1Out", false, Is::Fraction),
        ("amount0", false, Is::Fraction),
        ("amount1", false, Is::Fraction),
        (
            "reserves",
            false,
            Is::Object(&[("asset0", true, Is::Fraction), ("asset1", true, Is::Fraction)]),
        ),
    ])),
)]);
const TOOLS_FAULT: Is = Is::Object(&[
    ("code", true, Is::Text),
    ("message", true, Is::Text),
    (
        "issues",
        false,
        Is::List(&Is::Object(&[
            ("code", true, Is::Text),
            ("param", true, Is::Text),
            ("message", true, Is::Text),
        ])),
    ),
]);

/// Checks an answer of a feed's path (`fault`: an error).
pub(super) fn check(feed: &str, path: &str, answer: &Value) -> Result<()> {
    let shape = match (feed, path) {
        (_, "latest-block") | ("dextools", "block") => BLOCK_ANSWER,
        ("dexscreener", "asset") => SCREENER_ASSET,
        ("dexscreener", "pair") => SCREENER_PAIR,
        ("dexscreener", "events") => SCREENER_EVENTS,
        ("dextools", "asset") => TOOLS_ASSET,
        ("dextools", "asset/holders") => TOOLS_HOLDERS,
        ("dextools", "exchange") => TOOLS_EXCHANGE,
        ("dextools", "pair") => TOOLS_PAIR,
        ("dextools", "events") => TOOLS_EVENTS,
        ("dextools", "fault") => TOOLS_FAULT,
        _ => bail!("{feed} has no {path}"),
    };
    fits(shape, answer)?;
    let mut last = BTreeMap::new();
    for event in answer["events"].as_array().into_iter().flatten() {
        combination(feed, event).with_context(|| event.to_string())?;
        if event["eventType"] != "creation" {
            last.insert((event["pairId"].as_str(), event["block"]["blockNumber"].as_u64()), event);
        }
    }
    // of several events of a block the last has to have them
    for event in last.values() {
        ensure!(event.get("reserves").is_some(), "no reserves: {event}");
    }
    Ok(())
}

/// Exactly the amounts that an event of its kind has.
fn combination(feed: &str, event: &Value) -> Result<()> {
    const AMOUNTS: [&str; 7] =
        ["asset0In", "asset1In", "asset0Out", "asset1Out", "amount0", "amount1", "priceNative"];
    let there: Vec<&str> = AMOUNTS.into_iter().filter(|name| event.get(name).is_some()).collect();
    let priced = feed == "dexscreener";
    let there: Vec<&str> = match (there.as_slice(), priced) {
        ([amounts @ .., "priceNative"], true) => amounts.to_vec(),
        _ => there,
    };
    let fine = match event["eventType"].as_str() {
        Some("swap") => {
            let one_way =
                ["asset0In", "asset1Out"] == *there || ["asset1In", "asset0Out"] == *there;
            one_way && event.get("priceNative").is_some() == priced
        }
        Some("creation") => there.is_empty(),
        _ => ["amount0", "amount1"] == *there && event.get("priceNative").is_none(),
    };
    ensure!(fine, "it has {there:?}");
    Ok(())
}

fn fits(is: Is, value: &Value) -> Result<()> {
    let text = || value.as_str().with_context(|| format!("{value} is no text"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let decimal = |text: &str| match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    };
    match is {
        Is::Int => ensure!(value.as_u64().is_some(), "{value} is no whole number"),
        Is::Text => ensure!(!text()?.trim().is_empty(), "an empty text"),
        Is::Address => {
            let address: Address = text()?.parse()?;
            ensure!(address.to_checksum(None) == text()?, "{value} has no checksum");
        }
        Is::Pool if text()?.len() == 66 => fits(Is::Hash, value)?,
        Is::Pool => fits(Is::Address, value)?,
        Is::Hash => {
            let digits = text()?.strip_prefix("0x").context("no 0x")?;
            let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            ensure!(digits.len() == 64 && digits.bytes().all(lower), "{value} is no hash");
        }
        Is::Decimal => ensure!(decimal(text()?), "{value} is no plain decimal"),
        Is::Price => {
            fits(Is::Decimal, value)?;
            ensure!(text()?.bytes().any(|byte| (b'1'..=b'9').contains(&byte)), "a price of 0");
            let places = text()?.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            ensure!(places <= 50, "{value} has {places} places");
        }
        Is::Fraction => {
            ensure!(decimal(text()?) && text()?.contains('.'), "{value} has no fraction");
        }
        Is::OneOf(texts) => ensure!(texts.contains(&text()?), "{value} is none of {texts:?}"),
        Is::List(of) => {
            for one in value.as_array().context("no list")? {
                fits(*of, one)?;
            }
        }
        Is::Object(members) => {
            let object = value.as_object().context("no object")?;
            for (name, needed, is) in members {
                match object.get(*name) {
                    Some(member) => fits(*is, member).with_context(|| format!("`{name}`"))?,
                    None => ensure!(!needed, "{value} lacks `{name}`"),
                }
            }
            for name in object.keys() {
                ensure!(members.iter().any(|member| member.0 == name), "`{name}` is unknown");
            }
        }
    }
    Ok(())
}
