//! Records keep every digit on their way through a document.

use bson::{Document, RawDocumentBuf, doc};
use domain::{
    decimal::Decimal,
    figures::{PoolFigures, PoolInterval},
};

use super::{append, read};

fn stored(document: &Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(document).unwrap()
}

#[test]
fn a_sum_of_35_digits_is_whole_beside_its_sortable_twin() {
    let drift: Decimal = "-0.66666666666666666666666666666666666".parse().unwrap();
    let figures = PoolFigures { total_value_locked_token0: drift, ..PoolFigures::default() };
    let mut document = Document::new();
    append(&mut document, &figures);
    let exact = document.get_document("exact").unwrap();
    assert_eq!(
        exact.get_str("totalValueLockedToken0").unwrap(),
        "-0.66666666666666666666666666666666666"
    );
    assert_eq!(exact.len(), 1, "only what does not fit");
    assert_eq!(read::<PoolFigures>(&stored(&document)).unwrap(), figures);
}

#[test]
fn a_field_that_an_older_version_did_not_write_has_its_default() {
    let mut document = Document::new();
    append(&mut document, &PoolInterval { tick: Some(5), tx_count: 3, ..PoolInterval::default() });
    document.remove("txCount");
    let found: PoolInterval = read(&stored(&document)).unwrap();
    assert_eq!((found.tick, found.tx_count), (Some(5), 0));
}

#[test]
fn a_field_of_another_type_is_named() {
    let error = read::<PoolInterval>(&stored(&doc! { "volumeUSD": "lots" })).unwrap_err();
    assert!(error.contains("volumeUSD"), "{error}");
}

#[test]
fn fields_may_stand_in_any_order_among_others() {
    let interval = PoolInterval { tick: Some(5), tx_count: 3, ..PoolInterval::default() };
    let mut document = doc! { "_id": 1, "stranger": "before" };
    append(&mut document, &interval);
    let fields: Vec<_> = document.clone().into_iter().collect();
    let turned: Document = fields.into_iter().rev().collect();
    for document in [document, turned] {
        assert_eq!(read::<PoolInterval>(&stored(&document)).unwrap(), interval);
    }
}
