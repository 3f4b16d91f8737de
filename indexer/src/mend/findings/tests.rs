//! No finding is lost, and none is taken twice.

use alloy_primitives::Address;

use super::*;

fn pools(numbers: &[u8]) -> BTreeSet<PoolId> {
    numbers.iter().map(|byte| PoolId::Contract(Address::repeat_byte(*byte))).collect()
}

#[test]
fn what_is_found_while_others_are_mended_is_taken_next() {
    let (sender, mut findings) = Findings::new();
    assert_eq!(findings.take(), None);
    sender.send_replace(pools(&[1]));
    assert_eq!(findings.take(), Some(pools(&[1])));
    // while those are mended
    sender.send_replace(pools(&[2]));
    assert_eq!(findings.take(), Some(pools(&[2])));
    assert_eq!(findings.take(), None);
    // that all are whole
    sender.send_replace(pools(&[]));
    assert_eq!(findings.take(), Some(pools(&[])));
    assert_eq!(findings.take(), None);
}

#[test]
fn what_could_not_be_mended_is_taken_again() {
    let (sender, mut findings) = Findings::new();
    sender.send_replace(pools(&[1]));
    assert_eq!(findings.take(), Some(pools(&[1])));
    findings.put_back();
    assert_eq!(findings.take(), Some(pools(&[1])));
    sender.send_replace(pools(&[2]));
    findings.put_back();
    assert_eq!(findings.take(), Some(pools(&[2])));
    assert_eq!(findings.take(), None);
}

#[tokio::test]
async fn who_waits_can_take() {
    let (sender, mut findings) = Findings::new();
    sender.send_replace(pools(&[]));
    findings.wait().await;
    assert_eq!(findings.take(), Some(pools(&[])));
}
