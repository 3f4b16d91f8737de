//! What is refused, and what the message says.

use super::*;

fn parsed(text: &str) -> String {
    Abi::parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn files_that_are_no_abi() {
    assert!(parsed("{").contains("is no JSON"));
    assert!(parsed("").contains("is no JSON"));
    for text in ["3", "\"x\"", "{}", "{\"abi\": 1}", "[1]", "[{}]", "{\"contracts\": {}}", "null"] {
        assert!(parsed(text).contains("holds no ABI"), "{text}: {}", parsed(text));
    }
    assert!(parsed("[]").contains("no events"));
    assert!(parsed(r#"[{"type":"fallback"}]"#).contains("no events"));
    assert!(parsed(r#"[{"type":"event"}]"#).contains("entry 0 of the ABI"));
    assert!(parsed(r#"[{"type":"event","name":"a b","inputs":[]}]"#).contains("entry 0"));
    let deep = "[".repeat(100_000);
    assert!(parsed(&deep).contains("is no JSON"));
    let large = " ".repeat(usize::try_from(super::super::MAX_BYTES).unwrap() + 1);
    assert!(parsed(&large).contains("16777217 bytes"));
}

#[test]
fn every_shape_of_abi_file_is_read() {
    let array = serde_json::to_string(&[event("A", &[])]).unwrap();
    let text = serde_json::to_string(&array).unwrap();
    for file in [array.clone(), format!("{{\"abi\": {array}}}"), format!("{{\"abi\":{text}}}")] {
        assert_eq!(Abi::parse(file.as_bytes()).unwrap().events().len(), 1, "{file}");
    }
    let marked = [b"\xef\xbb\xbf", array.as_bytes()].concat();
    assert_eq!(Abi::parse(&marked).unwrap().events().len(), 1);
    // other entries are none of our business, whatever they look like
    let mixed = format!(r#"[{{"type":"function","nonsense":[1]}},{}]"#, event("A", &[]));
    assert_eq!(Abi::parse(mixed.as_bytes()).unwrap().events().len(), 1);
}

#[test]
fn an_event_the_abi_does_not_have_is_answered_with_the_nearest() {
    let wrong = |asked: &str| {
        let events = vec![asked.to_owned()];
        refused(&[Spec { events, ..spec("t", erc20()) }]).1.to_string()
    };
    let text = wrong("Tranfser");
    let (transfer, approval) = (text.find("Transfer(").unwrap(), text.find("Approval(").unwrap());
    assert!(transfer < approval, "{text}");
    let text = wrong("Approval(address,address)");
    assert!(text.find("Approval(address,address,uint256)") < text.find("Transfer("), "{text}");
}

#[test]
fn overloaded_names_need_a_signature() {
    let overloaded = abi(&[event("Put", &["a uint8"]), event("Put", &["a uint8", "b uint8"])]);
    let asked = |name: &str| Spec { events: vec![name.into()], ..spec("box", overloaded.clone()) };
    let text = refused(&[asked("Put")]).1.to_string();
    assert!(text.contains("Put(uint8), Put(uint8,uint8)"), "{text}");
    let one = Contracts::compile(&[asked("Put( uint8 )")]).unwrap();
    let names: Vec<&str> = one.tables().map(|table| table.event.as_str()).collect();
    assert_eq!(names.len(), 1);
    // the name does not depend on what else is asked for
    let all = Contracts::compile(&[spec("box", overloaded.clone())]).unwrap();
    let both: Vec<&str> = all.tables().map(|table| table.event.as_str()).collect();
    assert_eq!(both.len(), 2);
    assert!(both.contains(&names[0]) && both[0] != both[1], "{both:?}");
}

#[test]
fn events_that_no_log_tells_apart() {
    let mut anonymous = event("Note", &["a uint8"]);
    anonymous["anonymous"] = true.into();
    let text = refused(&[spec("x", abi(&[anonymous]))]).1.to_string();
    assert!(text.contains("Note(uint8) is anonymous"), "{text}");
    let four = ["a uint8 indexed", "b uint8 indexed", "c uint8 indexed", "d uint8 indexed"];
    let text = refused(&[spec("x", abi(&[event("Four", &four)]))]).1.to_string();
    assert!(text.contains("more than three indexed"), "{text}");
    let twice = [event("T", &["a uint8"]), event("T", &["a uint8 indexed"])];
    let text = Abi::parse(serde_json::to_string(&twice).unwrap().as_bytes()).unwrap_err();
    assert!(text.to_string().contains("T(uint8) twice"), "{text}");
    let same = [event("T", &["a uint8"]), event("T", &["other uint8"])];
    assert_eq!(abi(&same).events().len(), 1);
}

#[test]
fn addresses_have_to_be_there_and_different() {
    let case = |addresses: Vec<Address>| {
        refused(&[Spec { addresses, ..spec("t", erc20()) }]).1.to_string()
    };
    assert!(case(vec![]).contains("neither `addresses` nor a `factory`"));
    assert!(case(vec![Address::ZERO]).contains("zero address"));
    assert!(case(vec![address(3), address(4), address(3)]).contains("twice"));
    let mut zero = of_factory("PairCreated", "pair");
    zero.factory.as_mut().unwrap().address = Address::ZERO;
    assert!(refused(&[zero]).1.to_string().contains("`factory.address` names the zero address"));
}

#[test]
fn factories_need_an_event_with_an_address() {
    let case = |event, parameter| refused(&[of_factory(event, parameter)]).1.to_string();
    let text = case("PoolCreated", "pair");
    assert!(text.contains("`PoolCreated` is not in the ABI, which has PairCreated("), "{text}");
    let text = case("PairCreated", "pear");
    assert!(text.contains("no parameter `pear`, it has pair, "), "{text}");
    let text = case("PairCreated", "arg3");
    assert!(text.contains("is of type `uint256`"), "{text}");
    assert!(Contracts::compile(&[of_factory("PairCreated", "pair")]).is_ok());
    assert!(Contracts::compile(&[of_factory("PairCreated", "token0")]).is_ok());
}

#[test]
fn names_are_different_and_so_are_collections() {
    let (index, error) = refused(&[spec("a", erc20()), spec("b", erc20()), spec("a", erc20())]);
    assert_eq!((index, error.to_string().contains("called `a`")), (2, true));
    for name in ["", " ", &"x".repeat(65)] {
        assert_eq!(refused(&[spec(name, erc20())]).1, ContractError::Name);
    }
    let (first, second) =
        (spec("a_b", abi(&[event("c", &[])])), spec("a", abi(&[event("b_c", &[])])));
    let text = refused(&[first, second]).1.to_string();
    assert!(text.contains("contract_a_b_c would hold both c() of contract `a_b` and"), "{text}");
    // names that look alike once they are cleaned stay apart
    let clean = Contracts::compile(&[spec("my token", erc20()), spec("my-token", erc20())]);
    let collections: std::collections::BTreeSet<String> =
        clean.unwrap().tables().map(|table| table.collection.clone()).collect();
    assert_eq!(collections.len(), 4);
    let fine = |name: &String| {
        name.len() <= 120 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    assert!(collections.iter().all(fine), "{collections:?}");
}

#[test]
fn chains_share_a_collection_only_for_the_same_event() {
    let one = |abi| Contracts::compile(&[spec("token", abi)]).unwrap();
    let parts = ["from address indexed", "to address indexed", "tokenId uint256 indexed"];
    let nft = abi(&[event("Transfer", &parts)]);
    assert!(Contracts::check_together([&one(erc20()), &one(erc20())]).is_ok());
    let error = Contracts::check_together([&one(erc20()), &one(nft)]).unwrap_err().to_string();
    assert!(error.contains("contract_token_Transfer would hold both"), "{error}");
}

#[test]
fn types_that_could_not_be_stored() {
    let case = |ty: &str| refused(&[spec("x", abi(&[event("E", &[&format!("v {ty}")])]))]).1;
    for (ty, reason) in [
        ("uint256[][][][][][][][][]", "nests deeper"),
        ("uint256[5000]", "larger than what can be indexed"),
        ("uint256[18446744073709551615][9]", "larger than what can be indexed"),
    ] {
        let text = case(ty).to_string();
        assert!(text.contains(reason) && text.contains("`v` of event E"), "{ty}: {text}");
    }
    // refused by the ABI parser itself or by us, never followed
    for ty in ["uint7", "uint256[0]", &"[]".repeat(5_000), &"(".repeat(5_000)] {
        let text = serde_json::to_string(&[event("E", &[&format!("v {ty}")])]).unwrap();
        if let Ok(abi) = Abi::parse(text.as_bytes()) {
            assert!(Contracts::compile(&[spec("x", abi)]).is_err(), "{ty}");
        }
    }
    let mut nested = serde_json::json!({ "name": "v", "type": "uint8" });
    for _ in 0..40 {
        nested = serde_json::json!({ "name": "v", "type": "tuple", "components": [nested] });
    }
    let mut deep = event("E", &[]);
    deep["inputs"] = serde_json::json!([nested]);
    assert!(refused(&[spec("x", abi(&[deep]))]).1.to_string().contains("nests deeper"));
}

#[test]
fn parameters_become_safe_and_different_fields() {
    let names = ["$a uint8", "a_ uint8", " uint8", "_a uint8", "arg2 uint8", "_a uint8"];
    let contracts = Contracts::compile(&[spec("x", abi(&[event("E", &names)]))]).unwrap();
    let table = contracts.tables().next().unwrap();
    let names: Vec<&str> = table.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["_a", "a_", "arg2", "_a_2", "arg2_2", "_a_3"]);
}
