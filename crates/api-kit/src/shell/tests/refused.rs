//! Refusals reach clients that write all they have before they read.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    super::{BODY_LIMIT, serve},
    app,
};

async fn server() -> (TcpStream, CancellationToken, JoinHandle<io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(serve(app(), listener, shutdown.clone()));
    (TcpStream::connect(address).await.unwrap(), shutdown, server)
}

async fn head(client: &mut TcpStream, path: &str, length: &str) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{length}\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
}

/// In pieces with pauses: it does not fit what the system keeps.
async fn send(client: &mut TcpStream, length: usize) {
    for piece in vec![b'1'; length].chunks(BODY_LIMIT / 2) {
        client.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn told(client: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut part = [0; 4_096];
    while !text.ends_with(b"}") {
        let read = client.read(&mut part).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&part[..read]);
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn the_rest_of_a_body_is_taken_before_the_answer() {
    for (path, status) in
        [("/json", "413"), ("/nowhere", "404"), ("/things/1", "405"), ("/late", "504")]
    {
        let (mut client, shutdown, server) = server().await;
        let length = 6 * BODY_LIMIT;
        head(&mut client, path, &format!("content-length: {length}")).await;
        send(&mut client, length).await;
        let answer = told(&mut client).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
        // and the connection goes on
        client
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
        shutdown.cancel();
        server.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn nobody_waits_for_a_body_without_end() {
    // one that comes fast, and one of which no more comes
    for more in [true, false] {
        let (mut client, shutdown, server) = server().await;
        head(&mut client, "/nowhere", "transfer-encoding: chunked").await;
        let piece = format!("10000\r\n{}\r\n", "1".repeat(0x10000));
        client.write_all(piece.as_bytes()).await.unwrap();
        let mut written = 0;
        while more && client.write_all(piece.as_bytes()).await.is_ok() {
            written += piece.len();
            assert!(written < 64 * BODY_LIMIT, "it is taken for ever");
        }
        if !more {
            assert!(told(&mut client).await.starts_with("HTTP/1.1 404 "));
        }
        drop(client);
        shutdown.cancel();
        server.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn who_asks_first_need_not_send_it() {
    let (mut client, shutdown, server) = server().await;
    head(&mut client, "/nowhere", "content-length: 1000000\r\nexpect: 100-continue").await;
    // no `100 Continue` goes before it
    let answer = told(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    drop(client);
    shutdown.cancel();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_asks_first_and_is_told_to_send_it_gets_the_answer() {
    let (mut client, shutdown, server) = server().await;
    // without its length: that it is too long shows when it has come
    head(&mut client, "/json", "transfer-encoding: chunked\r\nexpect: 100-continue").await;
    let mut go_on = [0; 25];
    client.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let length = 6 * BODY_LIMIT;
    client.write_all(format!("{length:x}\r\n").as_bytes()).await.unwrap();
    send(&mut client, length).await;
    client.write_all(b"\r\n0\r\n\r\n").await.unwrap();
    let answer = told(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    drop(client);
    shutdown.cancel();
    server.await.unwrap().unwrap();
}
