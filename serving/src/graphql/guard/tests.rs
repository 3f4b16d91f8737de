//! Documents that are small to write and large to run.

use super::*;

fn refused(query: &str) -> Option<String> {
    check(&mut Request::new(query)).err().map(|error| error.message)
}

/// Fragments that each spread the next one twice: `2^depth` fields.
fn doubling(depth: usize) -> String {
    let fragments =
        (0..depth).map(|i| format!("fragment F{i} on Query {{ ...F{0} ...F{0} }} ", i + 1));
    format!(
        "{{ ...F0 }} {} fragment F{depth} on Query {{ __typename }}",
        fragments.collect::<String>()
    )
}

#[test]
fn fragments_that_multiply_are_refused_at_once() {
    assert_eq!(refused(&doubling(4)), None);
    for depth in [6, 12, 30, 300] {
        assert!(
            refused(&doubling(depth)).is_some_and(|text| text.contains("at its root")),
            "{depth}"
        );
    }
    let nested = doubling(30).replacen("{ ...F0 }", "{ pools { nodes { ...F0 } } }", 1);
    assert!(refused(&nested).is_some_and(|text| text.contains("fragments written out")));
}

#[test]
fn a_fragment_in_itself_is_refused() {
    let query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    assert_eq!(refused(query).as_deref(), Some("fragment `A` contains itself"));
}

#[test]
fn aliases_and_long_documents_are_refused() {
    let aliases = (0..60).map(|i| format!("a{i}: block {{ number }} ")).collect::<String>();
    assert!(refused(&format!("{{ {aliases} }}")).is_some_and(|text| text.contains("at its root")));
    let long = format!("{{ block {{ number }} }} #{}", "x".repeat(DOCUMENT));
    assert!(refused(&long).is_some_and(|text| text.contains("bytes")));
    assert_eq!(refused("{ pools(first: 3) { nodes { id } } block { number } }"), None);
}

#[test]
fn a_subscription_follows_one_thing() {
    for two in [
        "subscription { chain { added { number } } price(token: \"0x\") { value } }",
        "subscription { a: chain { added { number } } b: chain { added { number } } }",
        "subscription { ...A } fragment A on Subscription { chain { added { number } } ... { swaps { swaps { id } } } }",
        "query Q { block { number } } subscription S { __typename chain { added { number } } }",
    ] {
        assert!(refused(two).is_some_and(|text| text.contains("one field at its root")), "{two}");
    }
    for one in [
        "subscription { chain { added { number } retracted { number } } }",
        "query Q { a: block { number } b: block { number } } subscription S { ...A } \
         fragment A on Subscription { chain { added { number } } }",
    ] {
        assert_eq!(refused(one), None, "{one}");
    }
}

#[test]
fn errors_do_not_grow_with_the_request() {
    let error = ServerError::new("é".repeat(10_000), None);
    let mut response = Response::from_errors(vec![error; 100]);
    bound(&mut response);
    assert_eq!(response.errors.len(), ERRORS);
    assert_eq!(response.errors[0].message.chars().count(), MESSAGE + 1);
}
