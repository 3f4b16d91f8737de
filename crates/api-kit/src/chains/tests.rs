//! Which chain a request means.

use super::Chains;

#[test]
fn one_chain_needs_no_name() {
    let chains = Chains::new(vec![(31_337, "local")]);
    assert_eq!(chains.resolve(None).unwrap(), (31_337, &"local"));
    assert_eq!(chains.parse(Some("31337")).unwrap().0, 31_337);
    for wrong in ["1", "x", "-1", ""] {
        assert_eq!(chains.parse(Some(wrong)).unwrap_err().code(), "CHAIN_UNSUPPORTED");
    }
}

#[test]
fn of_several_one_must_be_named() {
    let chains = Chains::new(vec![(1, "a"), (10, "b")]);
    let problem = chains.resolve(None).unwrap_err();
    assert_eq!(problem.code(), "CHAIN_REQUIRED");
    assert!(problem.detail().contains("1, 10"));
    assert_eq!(chains.resolve(Some(10)).unwrap().1, &"b");
}
