//! What counts as another configuration, and what does not.

use super::{abi, address, erc20, event, of_factory, spec};
use crate::dynamic::{Contracts, Spec};

fn compile(specs: &[Spec]) -> Contracts {
    Contracts::compile(specs).unwrap()
}

#[test]
fn differences_are_named_and_only_those_that_change_what_is_stored() {
    let transfers = Spec { events: vec!["Transfer".into()], ..spec("token", erc20()) };
    let old = compile(&[transfers.clone(), of_factory("PairCreated", "pair")]);
    assert!(old.differences(&old).is_empty());

    // another order, and an event in the ABI that nobody asked for
    let only =
        abi(&[event("Transfer", &["from address indexed", "to address indexed", "value uint256"])]);
    let same = Spec { abi: only, ..transfers.clone() };
    let same = compile(&[of_factory("PairCreated", "pair"), same]);
    assert!(old.differences(&same).is_empty(), "{:?}", old.differences(&same));

    let moved = Spec { addresses: vec![address(2)], ..transfers.clone() };
    let more = Spec { events: Vec::new(), ..transfers };
    for (new, wanted) in [
        (vec![of_factory("PairCreated", "pair")], "removed contract `token`"),
        (vec![moved, of_factory("PairCreated", "pair")], "changed addresses of contract `token`"),
        (
            vec![more.clone(), of_factory("PairCreated", "pair")],
            "changed events of contract `token`",
        ),
        (
            vec![same_as(&old), of_factory("PairCreated", "token0")],
            "changed factory of contract `pairs`",
        ),
        (
            vec![
                same_as(&old),
                of_factory("PairCreated", "pair"),
                Spec { name: "b".into(), ..more },
            ],
            "added contract `b`",
        ),
    ] {
        assert_eq!(old.differences(&compile(&new)), [wanted]);
    }
}

fn same_as(old: &Contracts) -> Spec {
    old.specs()[0].clone()
}

#[test]
fn contracts_come_again_from_what_they_were_made_of() {
    let old = compile(&[spec("token", erc20()), of_factory("PairCreated", "pair")]);
    let text = serde_json::to_string(old.specs()).unwrap();
    let specs: Vec<Spec> = serde_json::from_str(&text).unwrap();
    assert_eq!(compile(&specs), old);
    assert!(serde_json::from_str::<Vec<Spec>>(&text.replace("\"event\"", "\"error\"")).is_err());
}
