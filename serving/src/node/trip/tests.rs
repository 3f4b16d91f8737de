//! Whose silence it is.

use alloy_primitives::{Address, Bytes};

use super::{Ask, SILENT, blame, too_late};

#[test]
fn a_contract_is_blamed_only_where_the_node_answers_others() {
    let ask = |byte| Ask::Call(Address::repeat_byte(byte), Bytes::new());
    let failed = || Some(Err(too_late().with("of", "the node")));
    for (beside, is_well, expected) in [
        (Some(Ok(Some(Bytes::new()))), false, SILENT),
        (Some(Ok(None)), false, SILENT),
        (failed(), false, too_late().code()),
        (None, false, too_late().code()),
        (failed(), true, SILENT),
    ] {
        let told = blame(vec![(ask(1), None), (ask(2), beside.clone())], is_well);
        assert_eq!(told[&ask(1)].as_ref().unwrap_err().code(), expected, "{beside:?} {is_well}");
        // what was answered stays as it is
        if let Some(answer) = beside {
            assert_eq!(told[&ask(2)], answer);
        }
    }
}
