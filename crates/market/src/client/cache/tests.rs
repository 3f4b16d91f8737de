//! Bounds.

use alloy_primitives::bytes::Bytes;
use reqwest::header::HeaderValue;

use super::{BYTES, Cache, ENTRIES, Kept};

fn kept(length: usize) -> Kept {
    Kept { etag: HeaderValue::from_static("\"1\""), body: Bytes::from(vec![b' '; length]) }
}

#[test]
fn what_is_kept_is_bounded_in_number_and_bytes() {
    let mut cache = Cache::default();
    for number in 0..2 * ENTRIES {
        cache.put(&format!("{number}"), kept(10));
    }
    assert_eq!(
        (cache.kept.len(), cache.order.len(), cache.bytes),
        (ENTRIES, ENTRIES, 10 * ENTRIES)
    );
    assert!(cache.get("0").is_none() && cache.get("511").is_some());

    cache.put("511", kept(BYTES / 4 + 1));
    assert!(cache.get("511").is_none(), "too large, and the old one is wrong now");
    for number in 0..20 {
        cache.put(&format!("large {number}"), kept(BYTES / 4));
    }
    assert_eq!((cache.kept.len(), cache.bytes), (4, BYTES));
    cache.put("large 19", kept(1));
    assert_eq!((cache.kept.len(), cache.bytes), (4, BYTES / 4 * 3 + 1));
}
