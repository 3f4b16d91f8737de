//! Reading what clients write: addresses, pool ids, amounts. Every refusal names the field.

use alloy_primitives::{Address, U256};
use domain::{ids::PoolId, iso, market::Millis};

use crate::problem::Problem;

#[cfg(test)]
mod tests;

/// At most this many characters of a wrong value are repeated in the answer.
const SHOWN: usize = 80;

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// An address: `0x` and 40 hex digits; a mixed-case one must carry the right EIP-55 checksum.
///
/// # Errors
/// `ADDRESS_INVALID`.
pub fn address(field: &str, text: &str) -> Result<Address, Problem> {
    address_as("ADDRESS_INVALID", field, text)
}

/// [`address()`] with a code of the caller's.
///
/// # Errors
/// A problem with that code.
pub fn address_as(code: &'static str, field: &str, text: &str) -> Result<Address, Problem> {
    let invalid =
        |why: &str| Problem::bad_request(code, format!("`{field}`: `{}` {why}", shown(text)));
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 40);
    let (Some(digits), Ok(address)) = (digits, text.parse::<Address>()) else {
        return Err(invalid("is no address: give 0x and 40 hex digits"));
    };
    let mixed = digits.contains(|c: char| c.is_ascii_lowercase())
        && digits.contains(|c: char| c.is_ascii_uppercase());
    if mixed && address.to_checksum(None) != text {
        return Err(invalid(
            "has a wrong checksum (EIP-55): a character is mistyped; all lowercase is taken unchecked",
        ));
    }
    Ok(address)
}

/// A pool id: an address (V2, V3) or 64 hex digits (V4).
///
/// # Errors
/// `POOL_ID_INVALID`.
pub fn pool_id(field: &str, text: &str) -> Result<PoolId, Problem> {
    text.parse()
        .map_err(|error| Problem::bad_request("POOL_ID_INVALID", format!("`{field}`: {error}")))
}

/// A whole number of 256 bits, in decimal digits.
///
/// # Errors
/// A problem with the caller's code.
pub fn uint256(code: &'static str, field: &str, text: &str) -> Result<U256, Problem> {
    let digits =
        !text.is_empty() && text.len() <= 78 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| U256::from_str_radix(text, 10).ok()).flatten();
    number.ok_or_else(|| {
        let given = shown(text);
        Problem::bad_request(
            code,
            format!("`{field}`: `{given}` is no whole number from 0 to 2^256-1 in decimal digits"),
        )
    })
}

/// A whole number of 64 bits.
///
/// # Errors
/// A problem with the caller's code.
pub fn uint64(code: &'static str, field: &str, text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| {
        Problem::bad_request(code, format!("`{field}`: `{}` is no whole number", shown(text)))
    })
}

/// Smaller numbers are no Unix milliseconds of this century, but seconds, except for 0, the beginning of all.
const FIRST_MILLIS: Millis = 100_000_000_000;

/// A moment in Unix milliseconds, given as such or as ISO 8601 writes it (`2024-01-05`, `2024-01-05T12:00:00Z`).
///
/// # Errors
/// `TIME_INVALID`, also for what looks like Unix seconds.
pub fn moment(field: &str, text: &str) -> Result<Millis, Problem> {
    let invalid = |why: &str| {
        Problem::bad_request("TIME_INVALID", format!("`{field}`: `{}` {why}", shown(text)))
    };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let wanted = "is no time: give Unix milliseconds, or 2024-01-05T12:00:00Z, or 2024-01-05";
        return iso::parse(text).ok_or_else(|| invalid(wanted));
    }
    match text.parse() {
        Ok(millis) if millis == 0 || millis >= FIRST_MILLIS => Ok(millis),
        Ok(_) => Err(invalid("looks like Unix seconds: give milliseconds")),
        Err(_) => Err(invalid("is more than any time")),
    }
}
