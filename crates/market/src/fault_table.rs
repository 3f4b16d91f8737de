//! Every fault of an answer, and what an adapter makes of it: asked for the prices of two feeds, of which the first in
//! the answer is the one that suffers.

use std::{sync::Arc, time::Duration};

use market_fixture::{Api, Fault, PriceServer};

use crate::{MarketError, PriceSource, Said, quick_clock::QuickClock};

/// Seconds that no answer of this machine takes.
const LONG: u64 = 60;

/// What becomes of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Becomes {
    /// Both come, as if nothing had been.
    Both,
    /// Only the second comes.
    Second,
    /// None comes, and that is no error.
    Nothing,
    /// The error of this kind.
    Wait,
    Unavailable,
    Refused,
    Odd,
}

fn faults() -> Vec<(Fault, Becomes)> {
    let wait = |text: &str| Some(text.to_owned());
    vec![
        (Fault::Status(429, wait("30")), Becomes::Wait),
        (Fault::Status(429, wait("Mon, 01 Jan 2024 00:02:00 GMT")), Becomes::Wait),
        (Fault::Status(429, None), Becomes::Wait),
        (Fault::Status(418, wait("120")), Becomes::Wait),
        (Fault::Status(403, None), Becomes::Wait),
        (Fault::Status(502, None), Becomes::Unavailable),
        (Fault::Slow(Duration::from_secs(9)), Becomes::Unavailable),
        (Fault::Cut, Becomes::Unavailable),
        (Fault::Status(401, None), Becomes::Refused),
        (Fault::EchoesKey, Becomes::Refused),
        (Fault::Redirect("http://127.0.0.1:1/".into()), Becomes::Refused),
        (Fault::Html, Becomes::Odd),
        (Fault::Body("[]".into()), Becomes::Odd),
        (Fault::Body("{\"truncated\":".into()), Becomes::Odd),
        (Fault::Long(11 << 20, false), Becomes::Odd),
        (Fault::Long(50 << 20, true), Becomes::Odd),
        (Fault::CutGzip, Becomes::Odd),
        (Fault::UnitsTurned, Becomes::Odd),
        (Fault::OddNumber("NaN".into()), Becomes::Odd),
        (Fault::Gzip, Becomes::Both),
        (Fault::QuotesTurned, Becomes::Both),
        (Fault::Reversed, Becomes::Both),
        (Fault::Doubled, Becomes::Both),
        (Fault::Empty, Becomes::Nothing),
        (Fault::NullNumber, Becomes::Second),
        (Fault::OddNumber("\"NaN\"".into()), Becomes::Second),
        (Fault::OddNumber("\"Infinity\"".into()), Becomes::Second),
        (Fault::OddNumber("1e400".into()), Becomes::Second),
        (Fault::OddNumber("7".repeat(10_000)), Becomes::Second),
        (Fault::OddNumber("[]".into()), Becomes::Second),
    ]
}

/// Asks a fresh adapter under each fault. `make` puts two feeds into the server and gives their ids and the adapter with
/// this deadline in seconds.
pub(crate) async fn each<S: PriceSource>(
    api: Api,
    key: &str,
    make: impl Fn(&PriceServer, Arc<QuickClock>, u64) -> (Vec<Arc<str>>, S),
) {
    // 2024-01-01 00:00:00
    let clock = || QuickClock::at(1_704_067_200_000);
    let good = {
        let server = PriceServer::start().await.unwrap();
        let (ids, source) = make(&server, clock(), LONG);
        source.now(&ids).await.unwrap()
    };
    assert_eq!(good.len(), 2, "{good:?}");
    let without_hash = |said: &Said| Said { raw: Default::default(), ..said.clone() };
    for (fault, expected) in faults() {
        let server = PriceServer::start().await.unwrap();
        let is_slow = matches!(fault, Fault::Slow(_));
        let (ids, source) = make(&server, clock(), if is_slow { 1 } else { LONG });
        server.always(api, [fault.clone()]);
        let outcome = source.now(&ids).await;
        let told = format!("{outcome:?}");
        assert!(!told.contains(key), "{fault:?}: {told}");
        let became = match outcome {
            Ok(said) => {
                for (one, right) in said.iter().rev().zip(good.iter().rev()) {
                    assert_eq!(without_hash(one), without_hash(right), "{fault:?}");
                }
                match said.len() {
                    0 => Becomes::Nothing,
                    1 => Becomes::Second,
                    _ => Becomes::Both,
                }
            }
            Err(MarketError::Wait { .. }) => Becomes::Wait,
            Err(MarketError::Unavailable { .. }) => Becomes::Unavailable,
            Err(MarketError::Refused { .. }) => Becomes::Refused,
            Err(_) => Becomes::Odd,
        };
        assert_eq!(became, expected, "{fault:?}: {told}");
    }
}
