//! Equal questions at once.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{body::to_bytes, response::IntoResponse as _};
use futures::{FutureExt as _, future::join_all};
use tokio::{sync::Notify, time::timeout};

use super::*;
use crate::by_block::once::{Once, Standing};

const MANY: usize = 50;

/// A handler that answers when it is let.
#[derive(Default)]
struct Handler {
    once: Once,
    asked: AtomicUsize,
    go: Arc<Notify>,
}

impl Handler {
    fn standing(&self, number: u64, room: usize) -> Standing {
        let (block, begun) = (block(number, 0), self.once.kept.begin());
        Standing { chain: CHAIN, block, room, hold: Duration::ZERO, begun }
    }

    /// Asks at a block for what turns out to be of another one; `None` for a refusal.
    async fn get(&self, standing: Standing, read: Option<u64>) -> Response {
        let ask = async {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.go.notified().await;
            // the next one, too
            self.go.notify_one();
            let Some(read) = read else {
                return Made::alone(StatusCode::NOT_FOUND.into_response());
            };
            let answer = Answer { body: format!("of {read}").into(), ..said("") };
            Made::lasting(answer.response(), answer, Of::Newest(block(read, 0)))
        };
        self.once.answered(&HeaderMap::new(), &standing, "/a", ask).await
    }

    fn count(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn texts(responses: Vec<Response>) -> Vec<String> {
    join_all(responses.into_iter().map(async |response| {
        assert!(response.headers().contains_key(header::ETAG));
        assert!(response.headers().contains_key(header::CACHE_CONTROL));
        let body = to_bytes(response.into_body(), 100).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }))
    .await
}

/// All at once; the handlers answer when everybody has come.
async fn all(handler: &Handler, standing: Standing, read: Option<u64>) -> Vec<Response> {
    // what was let go before
    let _ = handler.go.notified().now_or_never();
    let mut all = pin!(join_all((0..MANY).map(|_| handler.get(standing, read))));
    assert!(all.as_mut().now_or_never().is_none());
    handler.go.notify_one();
    timeout(Duration::from_secs(30), all).await.expect("somebody waits for ever")
}

#[tokio::test]
async fn of_many_who_ask_the_same_at_a_new_block_one_asks() {
    let handler = Handler::default();
    for number in [1, 2] {
        let answers = all(&handler, handler.standing(number, ROOM), Some(number)).await;
        assert_eq!(texts(answers).await, vec![format!("of {number}"); MANY]);
        assert_eq!(handler.count() as u64, number);
    }
    // nor is it asked again
    let again = handler.get(handler.standing(2, ROOM), Some(2)).await;
    assert_eq!((texts(vec![again]).await, handler.count()), (vec!["of 2".to_owned()], 2));
}

#[tokio::test]
async fn an_answer_that_is_too_large_to_be_kept_is_shared_all_the_same() {
    let handler = Handler::default();
    let answers = all(&handler, handler.standing(1, 1), Some(1)).await;
    assert_eq!((texts(answers).await.len(), handler.count()), (MANY, 1));
    // where nothing is to be kept, nothing is shared
    let answers = all(&handler, handler.standing(1, 0), Some(1)).await;
    assert_eq!((texts(answers).await.len(), handler.count()), (MANY, MANY + 1));
}

#[tokio::test]
async fn who_goes_away_leaves_the_question_to_one_of_the_others() {
    let handler = Handler::default();
    let standing = handler.standing(1, ROOM);
    let mut first = Box::pin(handler.get(standing, Some(1)));
    assert!(first.as_mut().now_or_never().is_none());
    let mut others = pin!(join_all((0..MANY).map(|_| handler.get(standing, Some(1)))));
    assert!(others.as_mut().now_or_never().is_none());
    assert_eq!(handler.count(), 1);
    drop(first);
    handler.go.notify_one();
    let others = timeout(Duration::from_secs(30), others).await.expect("they wait for ever");
    assert_eq!((texts(others).await, handler.count()), (vec!["of 1".to_owned(); MANY], 2));
}

#[tokio::test]
async fn what_is_no_answer_of_the_block_is_not_shared() {
    let handler = Handler::default();
    let refusals = all(&handler, handler.standing(1, ROOM), None).await;
    assert!(refusals.iter().all(|refusal| refusal.status() == StatusCode::NOT_FOUND));
    assert_eq!(handler.count(), MANY);

    // the store is a block ahead: what was kept of the block before is not given any more
    let before = handler.get(handler.standing(1, ROOM), Some(1)).await;
    assert_eq!(texts(vec![before]).await, ["of 1"]);
    let ahead = handler.standing(1, ROOM);
    handler.once.kept.saw_lately(CHAIN, &block(2, 0), handler.once.kept.begin(), Duration::ZERO);
    let count = handler.count();
    let answers = all(&handler, ahead, Some(2)).await;
    assert_eq!(texts(answers).await, vec!["of 2".to_owned(); MANY]);
    assert_eq!(handler.count(), count + MANY);
    // and when it is known here, too, what was read of it
    let now = all(&handler, handler.standing(2, ROOM), Some(2)).await;
    assert_eq!((texts(now).await.len(), handler.count()), (MANY, count + MANY + 1));
}

/// However the answer comes, who reads ahead of what is known ends what is known.
#[tokio::test]
async fn nothing_goes_back_after_an_answer_of_the_next_block() {
    let handler = Handler::default();
    handler.go.notify_one();
    let one = handler.get(handler.standing(1, ROOM), Some(1)).await;
    let known = handler.once.kept.get(CHAIN, &block(1, 0), "/a");
    assert!(known.is_some() && texts(vec![one]).await == ["of 1"]);
    let other = async {
        let answer = Answer { body: "of 2".into(), ..said("") };
        Made::lasting(answer.response(), answer, Of::Newest(block(2, 0)))
    };
    let standing = handler.standing(1, ROOM);
    let two = handler.once.answered(&HeaderMap::new(), &standing, "/b", other).await;
    assert_eq!(texts(vec![two]).await, ["of 2"]);
    let again = handler.get(handler.standing(1, ROOM), Some(2)).await;
    assert_eq!(texts(vec![again]).await, ["of 2"]);
    // one who read the block before ends late
    let late = handler.get(standing, Some(1)).await;
    assert_eq!(texts(vec![late]).await, ["of 1"]);
    assert!(handler.once.kept.get(CHAIN, &block(1, 0), "/a").is_none());
}
