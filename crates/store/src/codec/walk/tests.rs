//! What is read is what was written; what cannot be read is named.

use bson::{Bson, Document, RawBsonRef, RawDocumentBuf, doc};
use proptest::prelude::*;

use super::{Field, walked};
use crate::codec::{Num, Pid, Uint};

walked! {
    /// Of each kind one.
    #[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    struct Sample {
        count: Num,
        pair: [Uint; 2],
        index: i32,
        name: Option<String>,
        #[serde(default)]
        inner: Option<Inner>,
    }
}

walked! {
    /// In a field of another.
    #[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    struct Inner {
        c: i64,
        decimals: Option<u8>,
    }
}

fn read(document: &Document) -> Result<Sample, String> {
    let raw = RawDocumentBuf::try_from(document).unwrap();
    Sample::read(RawBsonRef::Document(&raw))
}

fn document() -> Document {
    let uint = |value: u64| Uint(alloy_primitives::U256::from(value));
    doc! { "count": 7_i64, "pair": [uint(1), uint(2)], "index": -5, "name": Bson::Null, "inner": { "c": 1_i64 } }
}

#[test]
fn fields_stand_in_any_order_among_others_and_optional_ones_may_lack() {
    let expected = read(&document()).unwrap();
    assert_eq!((expected.count, expected.index), (Num(7), -5));
    assert_eq!(expected.inner, Some(Inner { c: 1, decimals: None }));
    let fields: Vec<_> = document().into_iter().collect();
    let mut turned: Document = fields.into_iter().rev().collect();
    turned.insert("stranger", 1);
    turned.remove("name");
    assert_eq!(read(&turned).unwrap(), expected);
}

#[test]
fn what_cannot_be_read_is_named_with_its_path() {
    let with = |name: &str, value: Bson| {
        let mut document = document();
        document.insert(name, value);
        read(&document).unwrap_err()
    };
    assert_eq!(with("count", Bson::Int64(-1)), "`count`: -1 is negative");
    assert_eq!(with("index", Bson::Int64(1 << 40)), "`index`: 1099511627776 is no i32");
    assert_eq!(with("index", "1".into()), "`index`: String is no i32");
    assert_eq!(with("pair", Bson::Array(vec![])), "`pair`: a list that is not of two is no pair");
    let short = Bson::from(Pid(domain::ids::PoolId::Contract(alloy_primitives::Address::ZERO)));
    assert_eq!(
        with("pair", Bson::Array(vec![short.clone(), short])),
        "`pair`: a binary of 20 bytes is no Uint"
    );
    assert_eq!(with("inner", doc! { "c": "x" }.into()), "`inner`: `c`: String is no i64");
    let mut document = document();
    document.remove("pair");
    assert_eq!(read(&document).unwrap_err(), "`pair` is missing");
}

proptest! {
    /// Bytes that are no document, or another one, are refused and never a panic.
    #[test]
    fn broken_bytes_are_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = RawDocumentBuf::try_from(&document()).unwrap().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(raw) = RawDocumentBuf::from_bytes(bytes) {
            let _ = Sample::read(RawBsonRef::Document(&raw));
        }
    }

    /// What is written by serde is read by the walk as serde reads it.
    #[test]
    fn it_reads_what_serde_reads(
        count in 0_u64..1 << 63, pair in any::<[[u8; 32]; 2]>(), index in any::<i32>(), name in any::<Option<String>>(),
        inner in any::<Option<(i64, Option<u8>)>>(),
    ) {
        let pair = pair.map(|bytes| Uint(alloy_primitives::U256::from_be_bytes(bytes)));
        let inner = inner.map(|(c, decimals)| Inner { c, decimals });
        let sample = Sample { count: Num(count), pair, index, name, inner };
        let raw = bson::serialize_to_raw_document_buf(&sample).unwrap();
        let by_serde: Sample = bson::deserialize_from_slice(raw.as_bytes()).unwrap();
        prop_assert_eq!(&by_serde, &sample);
        prop_assert_eq!(Sample::read(RawBsonRef::Document(&raw)).unwrap(), sample);
    }
}
