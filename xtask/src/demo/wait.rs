//! The one place where the demo sleeps.

use std::time::Duration;

/// A moment between two looks at something.
#[expect(clippy::disallowed_methods, reason = "there is no runtime here that could be blocked")]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(100));
}
