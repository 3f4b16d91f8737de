//! A room keeps to its size and its time, and drops what was not asked for longest.

use std::time::Duration;

use super::*;

#[derive(Debug, Clone, PartialEq)]
struct Thing(usize);

impl Weigh for Thing {
    fn weight(&self) -> usize {
        self.0
    }
}

fn room(things: usize) -> Room<u32, Thing> {
    Room::new(things * (OVERHEAD + 100))
}

#[test]
fn what_was_not_asked_for_longest_goes() {
    let (mut room, now) = (room(8), Instant::now());
    for key in 0..8 {
        room.put(key, Thing(100), now);
    }
    assert!(room.get(&0, now).is_some());
    room.put(8, Thing(100), now);
    assert!(room.get(&1, now).is_none() && room.get(&0, now).is_some());
    assert_eq!(room.bytes(), 8 * (OVERHEAD + 100));
    room.put(8, Thing(100), now);
    assert_eq!(room.bytes(), 8 * (OVERHEAD + 100));
    room.clear();
    assert!(room.is_empty() && room.bytes() == 0);
}

#[test]
fn what_is_too_large_or_too_old_is_not_kept() {
    let (mut room, now) = (room(8), Instant::now());
    room.put(1, Thing(100), now);
    // what is there stays
    room.put(1, Thing(10_000), now);
    assert!(room.get(&1, now) == Some(&Thing(100)) && room.bytes() == OVERHEAD + 100);
    assert!(room.has(&1, now) && !room.has(&1, now + LIFE) && !room.has(&2, now));
    room.air(now);
    assert!(!room.is_empty());
    room.air(now + LIFE);
    assert!(room.is_empty() && room.bytes() == 0);
    room.put(1, Thing(100), now);
    assert!(room.get(&1, now + LIFE - Duration::from_millis(1)).is_some());
    assert!(room.get(&1, now + LIFE).is_none() && room.bytes() == 0);
}

#[test]
fn what_is_changed_weighs_what_it_became() {
    let (mut room, now) = (room(8), Instant::now());
    room.put(1, Thing(100), now);
    room.change(&1, |thing| {
        thing.0 = 150;
        true
    });
    assert_eq!(room.bytes(), OVERHEAD + 150);
    room.change(&1, |_| false);
    assert!(room.is_empty() && room.bytes() == 0);
    room.change(&1, |_| true);
}

/// What grows pushes others out, too.
#[test]
fn what_grows_takes_room() {
    let (mut room, now) = (room(4), Instant::now());
    for key in 0..4 {
        room.put(key, Thing(100), now);
    }
    room.change(&3, |thing| {
        thing.0 = 250;
        true
    });
    assert!(room.bytes() <= 4 * (OVERHEAD + 100), "{}", room.bytes());
    assert!(room.get(&3, now).is_some() && room.get(&0, now).is_none());
}
