//! Each answer that a service may give, and none.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

use super::*;

/// A service that answers one request with this, and tells what the request's first line was.
async fn answers(status: &'static str, body: &'static str) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        String::from_utf8(request).unwrap().lines().next().unwrap_or_default().to_owned()
    });
    (address, asked)
}

fn serving_at(address: SocketAddr) -> Config {
    let mut config = Config::default();
    config.serving.listen = address;
    config
}

#[tokio::test]
async fn a_service_that_says_yes_is_well() {
    for (question, line) in
        [(Question::Alive, "GET /healthz HTTP/1.1"), (Question::Ready, "GET /readyz HTTP/1.1")]
    {
        let (address, asked) = answers("200 OK", "ok\n").await;
        run(&serving_at(address), &[Service::Serving], question).await.unwrap();
        assert_eq!(asked.await.unwrap(), line);
    }
}

#[tokio::test]
async fn a_refusal_is_shown_with_its_reason() {
    let (address, asked) =
        answers("503 Service Unavailable", r#"{"code":"NOT_READY","detail":"no block yet"}"#).await;
    let error = run(&serving_at(address), &[Service::Serving], Question::Ready).await.unwrap_err();
    asked.await.unwrap();
    assert!(matches!(error, Error::Unwell { status: 503, .. }), "{error}");
    assert!(error.to_string().contains("no block yet"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_not_running() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = run(&serving_at(address), &[Service::Serving], Question::Alive).await.unwrap_err();
    assert!(matches!(error, Error::NotRunning { .. }), "{error}");
}

#[tokio::test]
async fn one_of_several_that_is_away_is_told() {
    let (address, asked) = answers("200 OK", "ok\n").await;
    let mut config = serving_at(address);
    config.nft_api.listen = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let services = [Service::Serving, Service::NftApi];
    let error = run(&config, &services, Question::Alive).await.unwrap_err();
    asked.await.unwrap();
    assert!(matches!(error, Error::NotRunning { .. }), "{error}");
}

#[test]
fn who_listens_everywhere_is_asked_at_home() {
    let at = |text: &str| reachable(text.parse().unwrap()).to_string();
    assert_eq!(at("0.0.0.0:8080"), "127.0.0.1:8080");
    assert_eq!(at("[::]:8080"), "[::1]:8080");
    assert_eq!(at("10.0.0.7:8080"), "10.0.0.7:8080");
}
