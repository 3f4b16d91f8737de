//! Answers are told apart by their lengths, and nothing but success counts.

use super::head;

#[test]
fn the_length_is_that_of_the_header() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
    assert_eq!(head(answer).unwrap(), Some((answer.len() - 5, 5)));
    assert_eq!(head(&answer[..20]).unwrap(), None);
}

#[test]
fn other_answers_are_errors() {
    assert!(head(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n").is_err());
    assert!(head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
}
