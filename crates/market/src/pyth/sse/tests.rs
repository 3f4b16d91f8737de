//! Events come out the same wherever the bytes are cut.

use super::{Event, Reader, Unreadable};

const STREAM: &str = ":keep-alive\n\ndata:{\"a\":1}\n\nevent: error\ndata: lagged\n\ndata: one\r\ndata: two\r\n\r\nid: 7\n\ndata\n\ndata: open";

fn event(name: &str, data: &str) -> Event {
    Event { name: name.to_owned(), data: data.to_owned() }
}

#[test]
fn events_do_not_depend_on_the_cuts() {
    let expected =
        [event("", "{\"a\":1}"), event("error", "lagged"), event("", "one\ntwo"), event("", "")];
    for size in 1..STREAM.len() {
        let mut reader = Reader::new(100);
        let events: Vec<Event> =
            STREAM.as_bytes().chunks(size).flat_map(|chunk| reader.push(chunk).unwrap()).collect();
        assert_eq!(events, expected, "in pieces of {size}");
    }
}

#[test]
fn an_endless_line_is_refused() {
    let mut reader = Reader::new(100);
    assert_eq!(reader.push(&[b'x'; 101]), Err(Unreadable));
    // many lines of one event count together
    let mut reader = Reader::new(100);
    let line = [b"data: ".as_slice(), &[b'x'; 40], b"\n"].concat();
    assert_eq!(reader.push(&line), Ok(Vec::new()));
    assert_eq!(reader.push(&line), Ok(Vec::new()));
    assert_eq!(reader.push(&line), Err(Unreadable));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(Reader::new(100).push(b"data: \xff\xfe\n"), Err(Unreadable));
}
