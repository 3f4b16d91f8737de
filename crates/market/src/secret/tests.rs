//! Texts of servers that know the key.

use super::{Key, presentable};

#[test]
fn a_key_is_hidden_however_it_is_written() {
    let key = Key::new("CG-a/b+c=9 z");
    for text in [
        "bad key CG-a/b+c=9 z!",
        "bad key cg-A/B+C=9 Z!",
        "bad key CG-a%2Fb%2Bc%3D9%20z!",
        "bad key CG%2Da%2Fb%2Bc%3D9%20z!",
        "bad key cg-a%2fb%2bc%3d9%20z!",
    ] {
        assert_eq!(presentable(text, Some(&key)), "bad key ***!");
    }
    assert_eq!(presentable("nothing to hide", Some(&Key::new(""))), "nothing to hide");
    assert_eq!(format!("{key:?}"), "***");
}

#[test]
fn a_text_is_one_short_line() {
    assert_eq!(presentable(" a\r\n\tb\u{1b}[31mc ", None), "a b [31mc");
    let long = presentable(&"ü".repeat(500), None);
    assert_eq!(long, format!("{}…", "ü".repeat(200)));
}
