//! What contracts and nodes may answer, and what becomes of it.

use alloy_primitives::{Address, Bytes, U256};
use chain::ChainError;
use domain::entity::NftStandard;

use super::{
    live::{Live, read},
    request::Check,
};

fn check(standard: NftStandard, token_id: Option<u64>) -> Check {
    Check {
        chain: 1,
        wallet: Address::repeat_byte(1),
        collection: Address::repeat_byte(2),
        standard,
        token_id: token_id.map(U256::from),
        min_balance: U256::from(2),
    }
}

fn word(value: U256) -> Bytes {
    value.to_be_bytes::<32>().into()
}

fn reverted(data: &'static [u8], message: &str) -> ChainError {
    ChainError::Reverted { data: Bytes::from_static(data), message: message.into() }
}

#[test]
fn the_owner_owns_and_nobody_else() {
    let check = check(NftStandard::Erc721, Some(7));
    let owner = |byte| word(U256::from_be_slice(Address::repeat_byte(byte).as_slice()));
    for (byte, verdict) in [(1, true), (3, false)] {
        assert_eq!(read(&check, Ok(owner(byte))).unwrap().verdict(&check), verdict);
    }
    assert_eq!(read(&check, Ok(word(U256::ZERO))).unwrap(), Live::Owner(None));
}

#[test]
fn a_balance_must_reach_the_least_amount() {
    for (standard, token_id) in [(NftStandard::Erc721, None), (NftStandard::Erc1155, Some(7))] {
        let check = check(standard, token_id);
        for (balance, verdict) in [(0, false), (1, false), (2, true), (3, true)] {
            assert_eq!(
                read(&check, Ok(word(U256::from(balance)))).unwrap().verdict(&check),
                verdict
            );
        }
    }
}

#[test]
fn a_reverting_owner_of_means_no_such_token() {
    let check = check(NftStandard::Erc721, Some(7));
    for error in [reverted(b"1234", ""), reverted(b"", "execution reverted")] {
        assert_eq!(read(&check, Err(error)).unwrap(), Live::Owner(None));
    }
}

#[test]
fn a_failing_node_is_never_a_no() {
    let check = check(NftStandard::Erc721, Some(7));
    for error in [ChainError::Unavailable("down".into()), ChainError::Missing("block".into())] {
        let problem = read(&check, Err(error)).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (503, "CHAIN_UNAVAILABLE"));
    }
    let problem = read(&check, Err(reverted(b"", "out of gas"))).unwrap_err();
    assert_eq!(problem.code(), "COLLECTION_BROKEN");
}

#[test]
fn a_contract_that_answers_rubbish_is_named() {
    let check = check(NftStandard::Erc1155, Some(7));
    for result in [Ok(Bytes::new()), Err(reverted(b"", "execution reverted"))] {
        assert_eq!(read(&check, result).unwrap_err().code(), "COLLECTION_BROKEN");
    }
}
