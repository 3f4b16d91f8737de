//! Ids of rounds, and answers that are none.

use alloy_sol_types::SolValue;

use super::*;

#[test]
fn a_rounds_id_holds_its_phase_above_64_bits() {
    let id = RoundId { phase: 6, round: 24_321 };
    assert_eq!(id.packed().to_string(), "110680464442257334017");
    assert_eq!(RoundId::unpacked(U256::from(id.packed())), Some(id));
    let first = RoundId { phase: 7, round: 1 };
    assert!(id < first, "a new phase starts again at 1 and is later");
    assert_eq!(RoundId::unpacked(U256::ONE << 80), None);
    let greatest = RoundId { phase: u16::MAX, round: u64::MAX };
    assert_eq!(RoundId::unpacked(U256::from(greatest.packed())), Some(greatest));
}

#[test]
fn a_round_is_read_with_its_sign_and_not_from_less_than_four_words() {
    let id = RoundId { phase: 1, round: 2 };
    let words = (U256::from(id.packed()), I256::MINUS_ONE, U256::from(3), U256::from(4), U256::ONE);
    let answer = words.abi_encode();
    let found = round(&answer).unwrap();
    assert_eq!((found.id, found.answer), (id, I256::MINUS_ONE));
    assert_eq!((found.started_at, found.updated_at), (U256::from(3), U256::from(4)));
    assert_eq!(round(&answer[..4 * 32]), Some(found), "the last word is not looked at");
    assert_eq!(round(&answer[..4 * 32 - 1]), None);
    assert_eq!(decimals(&U256::from(256).to_be_bytes::<32>()), None);
    assert_eq!(address(&[0; 32]), None);
    assert_eq!(address(&[]), None, "what an account without code answers");
}

#[test]
fn only_the_log_of_an_answer_is_one() {
    let event = AggregatorV3::AnswerUpdated {
        current: I256::unchecked_from(-5),
        roundId: U256::from(9),
        updatedAt: U256::from(77),
    };
    let log = event.encode_log_data();
    let (answer, round) = (I256::unchecked_from(-5), U256::from(9));
    let expected = Answer { answer, round, updated_at: U256::from(77) };
    assert_eq!(answer_updated(&log), Some(expected));
    assert_eq!(log_bytes(&log).len(), 4 * 32);
    let begun = AggregatorV3::NewRound {
        roundId: U256::from(9),
        startedBy: Address::ZERO,
        startedAt: U256::from(77),
    };
    assert_eq!(answer_updated(&begun.encode_log_data()), None);
}
