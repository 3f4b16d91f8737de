//! Keys as texts, scopes as sets, and what headers carry.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    KeyScope, NewKey, Scopes, SecretKey,
    sent::{self, X_API_KEY},
};

#[test]
fn a_key_is_read_as_it_was_shown_and_fits_its_own_record_alone() {
    let make = || NewKey::make("a".to_owned(), Scopes::OPEN, None).unwrap();
    let (one, other) = (make(), make());
    let text = one.key.reveal();
    let read = SecretKey::parse(&text).unwrap();
    assert_eq!(read, one.key);
    assert!(read.fits(&one.record.hash) && !read.fits(&other.record.hash));
    assert_eq!((text.len(), read.id()), (91, one.record.id.as_str()));
    let shown = format!("{one:?}");
    let secret = text.rsplit('_').next().unwrap();
    assert!(!shown.contains(secret), "a key is not shown by accident: {shown}");
    assert_eq!(one.record.scopes, ["read", "feeds", "export", "simulate"]);
}

#[test]
fn what_cannot_be_a_key_is_none() {
    let key = NewKey::make("a".to_owned(), Scopes::OPEN, None).unwrap().key.reveal();
    let cut = &key[..key.len() - 1];
    let upper = key.replace("sooho_key_", "SOOHO_KEY_");
    let shifted = format!("sooho_key_{}", &key["sooho_key_0".len()..]);
    for text in ["", "sooho_key_", "sooho_key__", cut, &upper, &shifted, &format!("{key}0")] {
        assert_eq!(SecretKey::parse(text), None, "{text}");
    }
    let with_capitals = key.replacen("sooho_key_", "", 1).to_ascii_uppercase();
    if with_capitals.bytes().any(|byte| byte.is_ascii_uppercase()) {
        assert_eq!(SecretKey::parse(&format!("sooho_key_{with_capitals}")), None);
    }
}

#[test]
fn scopes_are_named_and_admin_is_nobodys() {
    for scope in KeyScope::ALL {
        assert_eq!(scope.name().parse(), Ok(scope));
        let only: Scopes = [scope].into_iter().collect();
        assert!(KeyScope::ALL.into_iter().all(|other| only.has(other) == (other == scope)));
        assert!(!Scopes::OPEN.and(only).without(scope).has(scope));
    }
    assert!(!Scopes::OPEN.has(KeyScope::Admin));
    let error = "root".parse::<KeyScope>().unwrap_err();
    assert_eq!(error, "there is no scope `root`: give one of read, feeds, export, simulate, admin");
    let stored = ["read".to_owned(), "of tomorrow".to_owned()];
    assert_eq!(Scopes::known(&stored).iter().collect::<Vec<_>>(), [KeyScope::Read]);
    let text = serde_json::to_string(&Scopes::OPEN).unwrap();
    assert_eq!(text, r#"["read","feeds","export","simulate"]"#);
    assert_eq!(serde_json::from_str::<Scopes>(&text).unwrap(), Scopes::OPEN);
    let error = serde_json::from_str::<Scopes>(r#"["raed"]"#).unwrap_err().to_string();
    assert!(error.contains("`read`, `feeds`, `export`, `simulate`, `admin`"), "{error}");
}

#[test]
fn a_key_is_sent_in_one_of_two_ways() {
    let headers = |pairs: &[(HeaderName, &str)]| -> HeaderMap {
        let value = |text: &str| HeaderValue::from_bytes(text.as_bytes()).unwrap();
        pairs.iter().map(|(name, text)| (name.clone(), value(text))).collect()
    };
    let bearer = header::AUTHORIZATION;
    for (sent, expected) in [
        (headers(&[]), Ok(None)),
        (headers(&[(bearer.clone(), "Bearer abc")]), Ok(Some("abc"))),
        (headers(&[(bearer.clone(), "bEARER   abc ")]), Ok(Some("abc"))),
        (headers(&[(X_API_KEY, " abc ")]), Ok(Some("abc"))),
        (headers(&[(bearer.clone(), "Bearer abc"), (X_API_KEY, "abc")]), Ok(Some("abc"))),
        (headers(&[(bearer.clone(), "Basic abc")]), Ok(None)),
        (headers(&[(bearer.clone(), "Basic abc"), (X_API_KEY, "abd")]), Ok(Some("abd"))),
        (headers(&[(bearer.clone(), "Bearer")]), Ok(None)),
        (headers(&[(bearer.clone(), "Digest ä")]), Ok(None)),
        (headers(&[(bearer.clone(), "Bearer ä")]), Err("KEY_INVALID")),
        (headers(&[(X_API_KEY, "ä")]), Err("KEY_INVALID")),
        (headers(&[(bearer, "Bearer abc"), (X_API_KEY, "abd")]), Err("KEY_AMBIGUOUS")),
    ] {
        let found = sent::key(&sent).map_err(|problem| problem.code());
        assert_eq!(found, expected, "{sent:?}");
    }
    let mut twice = headers(&[(X_API_KEY, "abc")]);
    twice.append(X_API_KEY, HeaderValue::from_static("abc"));
    assert_eq!(sent::key(&twice).unwrap_err().code(), "KEY_AMBIGUOUS");
    assert_eq!((sent::of_text("Bearer abc"), sent::of_text(" abc ")), ("abc", "abc"));
}
