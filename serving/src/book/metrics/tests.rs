//! Every metric has a help text, and books of two chains stand beside each other.

use std::time::Duration;

use prometheus::Registry;

use super::{super::Shelf, register};

#[test]
fn books_of_two_chains_share_a_registry() {
    let registry = Registry::new();
    let (shelf, publisher) = Shelf::new(0);
    register(&registry, "one", &shelf).unwrap();
    register(&registry, "other", &shelf).unwrap();
    assert!(register(&registry, "one", &shelf).is_err());
    publisher.took(true, 7, Duration::from_millis(1_500));
    publisher.took(false, 2, Duration::from_millis(20));
    publisher.failed();
    let text = prometheus::TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
    for line in [
        r#"sooho_quote_seconds{chain="one",of="load"} 1.5"#,
        r#"sooho_quote_seconds{chain="other",of="refresh"} 0.02"#,
        r#"sooho_quote_counts_total{chain="one",of="pools_read"} 9"#,
        r#"sooho_quote_counts_total{chain="one",of="failures"} 1"#,
        r#"sooho_quote_searches_under_way{chain="one"} 0"#,
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let families = registry.gather();
    assert!(families.iter().all(|family| family.help().ends_with('.')), "{text}");
}
