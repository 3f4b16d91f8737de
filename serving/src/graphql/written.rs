//! Answers as text. What rows wrote ([`super::rows`]) is copied, not read again.

use std::string::FromUtf8Error;

use async_graphql::{Name, Response, Value, indexmap::IndexMap};
use serde_json::Error;

use crate::raw::MEMBER;

/// JSON as a value of the library.
pub(super) fn raw(json: Vec<u8>) -> Result<Value, FromUtf8Error> {
    let json = String::from_utf8(json)?;
    let member = (Name::new(MEMBER), Value::String(json));
    Ok(Value::Object(IndexMap::from_iter([member])))
}

/// A whole answer.
pub(super) fn text(response: &Response) -> Result<Vec<u8>, Error> {
    let mut out = br#"{"data":"#.to_vec();
    value(&response.data, &mut out)?;
    if !response.extensions.is_empty() {
        out.extend_from_slice(br#","extensions":"#);
        serde_json::to_writer(&mut out, &response.extensions)?;
    }
    if !response.errors.is_empty() {
        out.extend_from_slice(br#","errors":"#);
        serde_json::to_writer(&mut out, &response.errors)?;
    }
    out.push(b'}');
    Ok(out)
}

/// A part of an answer.
pub(super) fn value(value: &Value, out: &mut Vec<u8>) -> Result<(), Error> {
    match value {
        Value::Object(members) => object(members, out),
        Value::List(items) => {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                self::value(item, out)?;
            }
            out.push(b']');
            Ok(())
        }
        other => serde_json::to_writer(out, other),
    }
}

fn object(members: &IndexMap<Name, Value>, out: &mut Vec<u8>) -> Result<(), Error> {
    if members.len() == 1
        && let Some(Value::String(json)) = members.get(MEMBER)
    {
        out.extend_from_slice(json.as_bytes());
        return Ok(());
    }
    out.push(b'{');
    for (place, (name, member)) in members.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        serde_json::to_writer(&mut *out, name.as_str())?;
        out.push(b':');
        value(member, out)?;
    }
    out.push(b'}');
    Ok(())
}
