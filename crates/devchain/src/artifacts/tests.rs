//! Tests of the reading of compiled contracts.

use super::*;

#[test]
fn own_contracts_have_creation_code() {
    for (name, _) in OWN {
        assert!(own(name).unwrap().len() > 300, "{name}");
    }
    assert!(matches!(own("Nobody"), Err(DevchainError::Artifact { .. })));
}

#[test]
fn a_missing_package_is_named_with_the_remedy() {
    let error = package(Path::new("/nowhere"), V2_FACTORY).unwrap_err().to_string();
    assert!(error.contains("UniswapV2Factory.json"), "{error}");
    assert!(error.contains("cargo xtask setup"), "{error}");
}

#[test]
fn wrapped_code_is_ten_bytes_longer() {
    let code = returning(&[0xaa; 300]);
    assert_eq!(code.len(), 310);
    assert_eq!(code[..3], [0x61, 0x01, 0x2c]);
}
