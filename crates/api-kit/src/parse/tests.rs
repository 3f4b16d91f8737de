//! What is read and what is refused.

use alloy_primitives::U256;

use super::{address, moment, pool_id, uint256};

const CHECKSUMMED: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

#[test]
fn addresses_are_read_in_every_case() {
    for text in [
        CHECKSUMMED,
        &CHECKSUMMED.to_lowercase(),
        &format!("0x{}", CHECKSUMMED[2..].to_uppercase()),
    ] {
        assert_eq!(address("token", text).unwrap().to_checksum(None), CHECKSUMMED);
    }
}

#[test]
fn wrong_addresses_are_refused_by_field_name() {
    let mistyped = CHECKSUMMED.replace("aA", "aa");
    for text in [
        "",
        "0x",
        "USDC",
        &CHECKSUMMED[2..],
        &CHECKSUMMED[..41],
        &mistyped,
        "0xzz",
        &"x".repeat(100_000),
    ] {
        let problem = address("token", text).unwrap_err();
        assert_eq!(problem.code(), "ADDRESS_INVALID");
        assert!(problem.detail().contains("`token`"));
        assert!(problem.detail().len() < 300);
    }
}

#[test]
fn pool_ids_are_addresses_or_keys() {
    assert!(pool_id("pool", CHECKSUMMED).is_ok());
    assert!(pool_id("pool", &format!("0x{}", "ab".repeat(32))).is_ok());
    assert_eq!(pool_id("pool", "0x12").unwrap_err().code(), "POOL_ID_INVALID");
}

#[test]
fn amounts_are_plain_digits() {
    assert_eq!(uint256("AMOUNT_INVALID", "amount", &U256::MAX.to_string()).unwrap(), U256::MAX);
    for text in [
        "",
        "-1",
        "+1",
        "1e18",
        "0x10",
        "1.0",
        " 1",
        "1_000",
        &format!("{}0", U256::MAX),
        &format!("{}6", &U256::MAX.to_string()[..77]),
    ] {
        assert_eq!(
            uint256("AMOUNT_INVALID", "amount", text).unwrap_err().code(),
            "AMOUNT_INVALID",
            "{text}"
        );
    }
}

#[test]
fn moments_are_milliseconds_or_iso() {
    for (text, expected) in [
        ("0", 0),
        ("1704412800000", 1_704_412_800_000),
        ("2024-01-05", 1_704_412_800_000),
        ("2024-01-05T00:00:00.5Z", 1_704_412_800_500),
        ("18446744073709551615", u64::MAX),
    ] {
        assert_eq!(moment("at", text).unwrap(), expected, "{text}");
    }
    let long = "9".repeat(1_000);
    for text in
        ["", " ", "-1", "1e12", "now", "1704412800", "18446744073709551616", "2024-1-5", &long]
    {
        let problem = moment("at", text).unwrap_err();
        assert_eq!(problem.code(), "TIME_INVALID", "{text}");
        assert!(problem.detail().starts_with("`at`:") && problem.detail().len() < 200);
    }
}
