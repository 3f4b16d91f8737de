//! Lines are written once.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures::future::join_all;

use super::*;

#[derive(Debug, Default)]
struct Text {
    lines: OnceCell<Lines>,
    written: AtomicUsize,
}

/// Takes a while, so that others ask meanwhile.
fn slowly(text: &Text) -> Result<Lines, serde_json::Error> {
    text.written.fetch_add(1, Ordering::Relaxed);
    std::sync::mpsc::channel::<()>().1.recv_timeout(Duration::from_millis(100)).unwrap_err();
    Lines::list(["a line"])
}

fn lines(text: &Arc<Text>) -> impl Future<Output = Result<Lines, Problem>> + use<> {
    Written(Arc::clone(text)).lines(|text| &text.lines, slowly)
}

#[tokio::test]
async fn one_writes_for_all_who_ask() {
    let text = Arc::new(Text::default());
    let found = join_all((0..20).map(|_| tokio::spawn(lines(&text)))).await;
    let wanted = Lines::list(["a line"]).unwrap();
    assert!(found.into_iter().all(|lines| lines.unwrap().unwrap() == wanted));
    assert_eq!(lines(&text).await.unwrap(), wanted);
    assert_eq!(text.written.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn it_is_written_to_its_end_when_the_first_leaves() {
    let text = Arc::new(Text::default());
    let first = tokio::time::timeout(Duration::from_millis(20), lines(&text)).await;
    assert!(first.is_err(), "left while it was written");
    lines(&text).await.unwrap();
    assert_eq!(text.written.load(Ordering::Relaxed), 1);
}
