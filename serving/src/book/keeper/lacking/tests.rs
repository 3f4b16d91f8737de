//! Who waits comes round, however fast blocks come.

use alloy_primitives::Address;

use super::*;

fn pools(count: u64) -> BTreeSet<PoolId> {
    let address = |number: u64| Address::left_padding_from(&number.to_be_bytes());
    (1..=count).map(|number| PoolId::Contract(address(number))).collect()
}

/// What is read within this time, with a block at each of these pauses.
fn read(lacking: &BTreeSet<PoolId>, every: Duration, within: Duration) -> Vec<PoolId> {
    let (mut rounds, begun, mut read) = (Rounds::default(), Instant::now(), Vec::new());
    rounds.read_all(begun);
    let mut now = begun;
    while now - begun < within {
        now += every;
        let due = rounds.due(lacking, now);
        assert!(due.len() <= EACH, "{}", due.len());
        rounds.read(&due, now);
        read.extend(due);
    }
    read
}

#[test]
fn blocks_do_not_put_off_what_waits() {
    let lacking = pools(3);
    for every in [50, 250, 1_900, 2_000, 12_000].map(Duration::from_millis) {
        let found = read(&lacking, every, Duration::from_secs(24));
        // at the first block after each pause
        let every_look = PAUSE.as_millis().div_ceil(every.as_millis()) * every.as_millis();
        let looks = 24_000 / every_look;
        assert!(found.len() >= 3 * usize::try_from(looks).unwrap() - 3, "{every:?}: {found:?}");
    }
}

#[test]
fn all_come_round_where_there_are_many() {
    let lacking = pools(650);
    for every in [100, 12_000].map(Duration::from_millis) {
        let found = read(&lacking, every, Duration::from_secs(8 * 12));
        assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), lacking, "{every:?}");
        // one after the other: nobody comes twice before the last came once
        assert_eq!(found[..650].iter().copied().collect::<BTreeSet<_>>().len(), 650);
    }
}

#[test]
fn nobody_waits_where_all_are_whole() {
    assert_eq!(Rounds::default().due(&BTreeSet::new(), Instant::now()), []);
}
