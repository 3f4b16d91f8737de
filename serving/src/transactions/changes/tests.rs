//! What is moved adds up, and nothing is counted twice.

use alloy_primitives::B256;

use super::*;

const TOKEN: Address = Address::repeat_byte(0x10);
const WRAPPED: Address = Address::repeat_byte(0x20);
const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);

fn transfer(emitter: Address, from: Address, to: Address, value: U256) -> (Address, LogData) {
    (emitter, Transfer { from, to, value }.encode_log_data())
}

/// `Deposit` or `Withdrawal` of the wrapped coin.
fn wrap(signature: &str, account: Address, value: u64) -> (Address, LogData) {
    let topics = vec![alloy_primitives::keccak256(signature), account.into_word()];
    let data = B256::from(U256::from(value)).0.into();
    (WRAPPED, LogData::new_unchecked(topics, data))
}

fn changes(logs: &[(Address, LogData)]) -> Vec<(Address, Address, String)> {
    of(&Glossary::new(), Some(WRAPPED), logs)
        .into_iter()
        .map(|change| (change.account, change.token, change.change))
        .collect()
}

#[test]
fn tokens_and_native_coins_add_up() {
    let logs = [
        transfer(TOKEN, ALICE, BOB, U256::from(10)),
        transfer(TOKEN, BOB, ALICE, U256::from(3)),
        transfer(native_transfers(), ALICE, BOB, U256::from(5)),
        // comes from nowhere
        transfer(TOKEN, Address::ZERO, BOB, U256::from(2)),
        // goes in a circle
        transfer(WRAPPED, ALICE, ALICE, U256::from(9)),
    ];
    assert_eq!(
        changes(&logs),
        [
            (ALICE, Address::ZERO, "-5".into()),
            (ALICE, TOKEN, "-7".into()),
            (BOB, Address::ZERO, "5".into()),
            (BOB, TOKEN, "9".into()),
        ]
    );
}

#[test]
fn wrapping_counts_once_however_it_is_told() {
    let deposit = wrap("Deposit(address,uint256)", ALICE, 4);
    assert_eq!(changes(std::slice::from_ref(&deposit)), [(ALICE, WRAPPED, "4".into())]);
    let both = [transfer(WRAPPED, Address::ZERO, ALICE, U256::from(4)), deposit.clone()];
    assert_eq!(changes(&both), [(ALICE, WRAPPED, "4".into())]);
    let withdrawal = wrap("Withdrawal(address,uint256)", BOB, 6);
    assert_eq!(changes(&[withdrawal]), [(BOB, WRAPPED, "-6".into())]);
    // another token's transfer of as much, and one of two that are told both ways
    let other = transfer(TOKEN, Address::ZERO, ALICE, U256::from(4));
    let both = [deposit.clone(), other];
    assert_eq!(changes(&both), [(ALICE, TOKEN, "4".into()), (ALICE, WRAPPED, "4".into())]);
    let mint = transfer(WRAPPED, Address::ZERO, ALICE, U256::from(4));
    let twice = [mint, deposit.clone(), deposit];
    assert_eq!(changes(&twice), [(ALICE, WRAPPED, "8".into())]);
    // only the configured one is believed
    let (_, other) = wrap("Deposit(address,uint256)", ALICE, 4);
    assert_eq!(changes(&[(TOKEN, other)]), []);
}

#[test]
fn numbers_that_no_token_has_do_not_overflow() {
    let logs = vec![transfer(TOKEN, ALICE, BOB, U256::MAX); 3];
    let three = (U512::from(U256::MAX) * U512::from(3)).to_string();
    assert_eq!(changes(&logs), [(ALICE, TOKEN, format!("-{three}")), (BOB, TOKEN, three)]);
}

#[test]
fn nobody_pushes_out_what_the_sender_has() {
    let (sender, called) = (Address::repeat_byte(0xff), Address::repeat_byte(0xfe));
    let crowd = (1..1_000_u32).map(|n| Address::left_padding_from(&n.to_be_bytes()));
    let mut logs: Vec<_> =
        crowd.map(|account| transfer(TOKEN, called, account, U256::from(1))).collect();
    logs.push(transfer(TOKEN, sender, called, U256::from(7_000)));
    logs.push(transfer(native_transfers(), sender, called, U256::from(5)));
    let mut changes = of(&Glossary::new(), Some(WRAPPED), &logs);
    put_first(&mut changes, [sender, called]);
    let told = changes.iter().take(4).map(|change| (change.account, change.change.as_str()));
    let expected = [(sender, "-5"), (sender, "-7000"), (called, "5"), (called, "6001")];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert!(changes[4..].windows(2).all(|pair| pair[0].account < pair[1].account));
    // who sends to itself is told once
    put_first(&mut changes, [called, called]);
    assert_eq!((changes[0].account, changes.len()), (called, 4 + 999));
}
