//! Whatever goes in comes out; whatever else comes in does no harm.

use alloy_primitives::{Address, I256, U256};
use domain::{
    decimal::Decimal,
    figures::{PoolInterval, TokenFigures},
    ids::PoolId,
    record::{Kind, Record, Value},
};
use proptest::prelude::*;

use super::{Decoder, Encoder, Input, Output, PackedError};

fn interval() -> impl Strategy<Value = PoolInterval> {
    (any::<u128>(), any::<[u8; 32]>(), any::<Option<i32>>(), any::<i64>(), any::<u64>()).prop_map(
        |(liquidity, price, tick, volume, tx_count)| PoolInterval {
            liquidity,
            sqrt_price: U256::from_be_bytes(price),
            tick,
            volume_usd: Decimal::from(volume).safe_div(Decimal::from(7)),
            tx_count,
            ..PoolInterval::default()
        },
    )
}

fn decoded<R: Record + Default + Clone>(
    bytes: &[u8],
) -> Result<Vec<(u64, Option<R>)>, PackedError> {
    let mut decoder = Decoder::<R>::new(bytes)?;
    let mut found = Vec::new();
    while let Some((gap, exists)) = decoder.step()? {
        found.push((gap, exists.then(|| decoder.record().clone())));
    }
    Ok(found)
}

proptest! {
    #[test]
    fn a_sequence_comes_back(elements in prop::collection::vec((any::<u64>(), prop::option::of(interval())), 0..20)) {
        let mut encoder = Encoder::<PoolInterval>::new();
        for (gap, record) in &elements {
            encoder.push(*gap, record.as_ref());
        }
        prop_assert_eq!(encoder.count() as usize, elements.len());
        prop_assert_eq!(decoded::<PoolInterval>(&encoder.finish()).unwrap(), elements);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = bytes;
        let _ = decoded::<PoolInterval>(&bytes);
        bytes.insert(0, 1);
        let _ = decoded::<PoolInterval>(&bytes);
        let _ = decoded::<TokenFigures>(&bytes);
    }

    #[test]
    fn numbers_come_back(unsigned in any::<[u8; 32]>(), int in any::<i64>(), shift in 0usize..256) {
        let unsigned = U256::from_be_bytes(unsigned) >> shift;
        let values = [
            (Kind::Uint, Value::Uint(unsigned)),
            (Kind::Signed, Value::Signed(I256::from_raw(unsigned))),
            (Kind::Signed, Value::Signed(I256::from_raw(unsigned).wrapping_neg())),
            (Kind::Signed, Value::Signed(I256::MIN)),
            (Kind::Int, Value::Int(int)),
            (Kind::Int, Value::Null),
            (Kind::Uint, Value::Null),
        ];
        let mut output = Output::default();
        for (kind, value) in &values {
            output.value(*kind, value);
        }
        let mut input = Input::new(output.bytes());
        for (kind, value) in values {
            prop_assert_eq!(input.value(kind).unwrap(), value);
        }
        prop_assert!(input.is_empty());
    }
}

#[test]
fn what_stays_costs_nothing() {
    let mut record = TokenFigures {
        volume: "0.3333333333333333333333333333333333".parse().unwrap(),
        whitelist_pools: vec![PoolId::Contract(Address::ZERO); 5],
        ..TokenFigures::default()
    };
    let mut encoder = Encoder::new();
    encoder.push(1, Some(&record));
    let first = encoder.size();
    record.tx_count = 1;
    encoder.push(1, Some(&record));
    assert_eq!(encoder.size() - first, 3, "gap, mask and one small number");
}

#[test]
fn bytes_of_another_version_are_refused() {
    assert_eq!(decoded::<PoolInterval>(&[9]).unwrap_err(), PackedError::Version(9));
    assert_eq!(decoded::<PoolInterval>(&[]).unwrap_err(), PackedError::Short);
    let huge = [1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    assert!(decoded::<PoolInterval>(&huge).is_err());
}
