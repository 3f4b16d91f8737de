//! The schema is what `schema.graphql` says.

use std::path::Path;

use super::sdl;

/// On a change on purpose: delete `schema.graphql`, run the test, look at the difference, commit it.
#[test]
fn the_schema_file_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let sdl = sdl();
    if !path.exists() {
        std::fs::write(&path, &sdl).unwrap();
        panic!("{} did not exist and was written; run the test again", path.display());
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        sdl,
        "delete {} and run this test to renew it",
        path.display()
    );
}
