//! Who goes apart, and for how long.

use alloy_primitives::Bytes;

use super::*;

fn ask(n: u32) -> Ask {
    Ask::Call(contract(n), Bytes::new())
}

fn contract(n: u32) -> Address {
    Address::left_padding_from(&n.to_be_bytes())
}

#[test]
fn who_is_not_heard_twice_goes_apart_for_a_while() {
    let (mut silent, start) = (Silent::default(), Instant::now());
    assert_eq!(silent.way(&ask(1), start), Way::Wild);
    silent.note(contract(1), start);
    assert_eq!(silent.way(&ask(1), start), Way::Wild);
    let later = start + REMEMBERED / 2;
    silent.note(contract(1), later);
    assert_eq!(silent.way(&ask(1), later), Way::Slow);
    // nobody else does, and pools never
    assert_eq!(silent.way(&ask(2), later), Way::Wild);
    assert_eq!(silent.way(&Ask::Pool(contract(1), Bytes::new()), later), Way::Tame);
    assert_eq!(silent.way(&Ask::Native(contract(1)), later), Way::Tame);
    // after that it begins anew
    let over = later + REMEMBERED;
    assert_eq!(silent.way(&ask(1), over), Way::Wild);
    silent.note(contract(1), over);
    assert_eq!(silent.way(&ask(1), over), Way::Wild);
}

#[test]
fn so_many_are_remembered_and_no_more() {
    let (mut silent, start) = (Silent::default(), Instant::now());
    let most = u32::try_from(MOST).unwrap();
    let at = |n: u32| start + Duration::from_millis(u64::from(n));
    for n in 0..=most {
        silent.note(contract(n), at(n));
        silent.note(contract(n), at(n));
    }
    assert_eq!(silent.0.len(), MOST);
    assert_eq!(silent.way(&ask(0), at(most)), Way::Wild);
    assert!((1..=most).all(|n| silent.way(&ask(n), at(most)) == Way::Slow));
}
