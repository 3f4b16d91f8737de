//! Prices as bytes.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use domain::market::{Millis, Price, Source, Status};

use crate::{
    market::key::code,
    packed::{Input, Output, PackedError},
};

/// First byte.
const VERSION: u8 = 1;
const CONFIDENCE: u8 = 1;
const FRESH: u8 = 2;
/// It stays fresh for ever.
const EVER: u8 = 4;

const STATUS: [Status; 5] =
    [Status::Fresh, Status::Stale, Status::Disputed, Status::Depegged, Status::None];

/// Packs prices by address.
pub(super) fn pack(prices: &[(Address, Price)]) -> Vec<u8> {
    let mut output = Output::default();
    output.byte(VERSION);
    let time = prices.iter().filter_map(|(_, price)| price.as_of).max().unwrap_or_default();
    output.varint(u128::from(time));
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut texts: Vec<&str> = Vec::new();
    for reason in prices.iter().filter_map(|(_, price)| price.reason.as_deref()) {
        reasons.entry(reason).or_insert_with(|| {
            texts.push(reason);
            texts.len()
        });
    }
    output.varint(texts.len() as u128);
    texts.iter().for_each(|text| output.block(text.as_bytes()));
    for (address, price) in prices {
        output.raw(address.as_slice());
        output.byte(status(price.status));
        output.byte(price.sources.iter().fold(0, |bits, source| bits | 1_u8 << code(*source)));
        let reason = price.reason.as_deref().and_then(|reason| reasons.get(reason));
        output.varint(reason.copied().unwrap_or_default() as u128);
        if let Some((value, as_of)) = price.value.zip(price.as_of) {
            output.raw(&value.to_bytes());
            output.varint(u128::from(time - as_of));
            let ever = price.fresh_until == Some(Millis::MAX);
            let until = price.fresh_until.filter(|until| !ever && *until >= as_of);
            let marks =
                [(CONFIDENCE, price.confidence.is_some()), (FRESH, until.is_some()), (EVER, ever)];
            let marks = marks.iter().filter(|(_, is)| *is);
            output.byte(marks.fold(0, |marks, (mark, _)| marks | mark));
            if let Some(confidence) = price.confidence {
                output.raw(&confidence.to_bytes());
            }
            if let Some(until) = until {
                output.varint(u128::from(until - as_of));
            }
        }
    }
    output.into_bytes()
}

/// The prices that are wanted, by address as they are stored.
pub(super) fn unpack(
    bytes: &[u8],
    mut wanted: impl FnMut(Address) -> bool,
    prices: &mut Vec<(Address, Price)>,
) -> Result<(), PackedError> {
    let mut input = Input::new(bytes);
    match input.byte()? {
        VERSION => {}
        other => return Err(PackedError::Version(other)),
    }
    let time = number(&mut input)?;
    let mut reasons = Vec::new();
    for _ in 0..input.length()? {
        let text = std::str::from_utf8(input.block()?);
        reasons.push(text.map_err(|_| PackedError::Invalid("text"))?);
    }
    while !input.is_empty() {
        let address = Address::from(input.array()?);
        let price = price(&mut input, time, &reasons, wanted(address))?;
        prices.extend(price.map(|price| (address, price)));
    }
    Ok(())
}

/// One price; nothing is made of it unless it is wanted.
fn price(
    input: &mut Input<'_>,
    time: Millis,
    reasons: &[&str],
    wanted: bool,
) -> Result<Option<Price>, PackedError> {
    let status = STATUS.get(usize::from(input.byte()?)).copied();
    let status = status.ok_or(PackedError::Invalid("status"))?;
    let bits = input.byte()?;
    let reason = match usize::try_from(input.varint()?).ok() {
        Some(0) => None,
        index => {
            let text = index.and_then(|index| reasons.get(index - 1));
            Some(*text.ok_or(PackedError::Invalid("reason"))?)
        }
    };
    let (mut value, mut as_of, mut confidence, mut fresh_until) = (None, None, None, None);
    if status != Status::None {
        value = Some(input.decimal()?);
        let before = number(input)?;
        let known = time.checked_sub(before).ok_or(PackedError::Invalid("time"))?;
        as_of = Some(known);
        let marks = input.byte()?;
        if marks & CONFIDENCE != 0 {
            confidence = Some(input.decimal()?);
        }
        if marks & FRESH != 0 {
            let until = known.checked_add(number(input)?);
            fresh_until = Some(until.ok_or(PackedError::Invalid("time"))?);
        }
        if marks & EVER != 0 {
            fresh_until = Some(Millis::MAX);
        }
    }
    if !wanted {
        return Ok(None);
    }
    let sources = Source::ALL.into_iter().filter(|source| bits & 1 << code(*source) != 0).collect();
    let reason = reason.map(str::to_owned);
    Ok(Some(Price { value, status, sources, as_of, confidence, fresh_until, reason }))
}

fn number(input: &mut Input<'_>) -> Result<u64, PackedError> {
    u64::try_from(input.varint()?).map_err(|_| PackedError::Invalid("number"))
}

/// As stored. Never changed.
const fn status(status: Status) -> u8 {
    match status {
        Status::Fresh => 0,
        Status::Stale => 1,
        Status::Disputed => 2,
        Status::Depegged => 3,
        Status::None => 4,
    }
}
