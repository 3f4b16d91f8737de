//! Who is known, since when, and who became known since.

use serde_json::json;

use super::*;

fn log(address: u8, block: u64, data: &str) -> WireLog {
    serde_json::from_value(json!({
        "address": Address::repeat_byte(address), "topics": [B256::repeat_byte(1)], "data": data,
        "blockNumber": format!("{block:#x}"), "blockHash": B256::ZERO,
        "transactionHash": B256::ZERO, "transactionIndex": "0x0", "logIndex": "0x0",
    }))
    .unwrap()
}

/// Contract 9 announces whose byte it writes.
fn emitters() -> Emitters {
    Emitters::new(|address, _, data| {
        let is_factory = address == Address::repeat_byte(9);
        if is_factory { vec![Address::repeat_byte(data[0])] } else { Vec::new() }
    })
}

fn bytes(emitters: &[Emitter]) -> Vec<(u8, u64)> {
    emitters.iter().map(|one| (one.address[0], one.since)).collect()
}

#[test]
fn announcements_are_learned_with_their_block_and_only_from_the_factory() {
    let emitters = emitters();
    emitters.learn(&[log(9, 20, "0x03"), log(8, 20, "0x04"), log(9, 30, "0x05")]);
    let (all, mark) = emitters.from(0, 25);
    assert_eq!((bytes(&all), mark, emitters.count()), (vec![(3, 20)], 2, 2));
    let (ours, others) = emitters.split(vec![
        log(3, 19, "0x"),
        log(3, 20, "0x"),
        log(4, 50, "0x"),
        log(5, 30, "0x"),
    ]);
    let places = |logs: &[WireLog]| logs.iter().map(|log| log.place().0).collect::<Vec<_>>();
    assert_eq!((places(&ours), places(&others)), (vec![20, 30], vec![19, 50]));
}

#[test]
fn a_mark_gives_what_became_known_later_also_what_turned_out_to_be_older() {
    let emitters = emitters();
    emitters.know([Address::repeat_byte(1)]);
    emitters.learn(&[log(9, 20, "0x03")]);
    let (_, mark) = emitters.from(0, 100);
    assert!(emitters.from(mark, 100).0.is_empty());
    // another branch announced it earlier; what is known already is nothing new
    emitters.learn(&[log(9, 18, "0x03"), log(9, 25, "0x03"), log(9, 40, "0x01")]);
    assert_eq!(bytes(&emitters.from(mark, 100).0), [(3, 18)]);
    emitters.know([Address::repeat_byte(3)]);
    assert_eq!(emitters.count(), 2);
    assert_eq!(bytes(&emitters.from(mark, 0).0), [(3, 0)]);
}
