//! Values of clients as refusals show them: as the reference's own notation.

use std::fmt;

use async_graphql_value::ConstValue;

/// A value in a message.
pub(crate) struct Shown<'a>(pub(crate) &'a ConstValue);

/// So much of a value is shown.
const SHOWN: usize = 1_000;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        write(self.0, &mut text);
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}…", text.get(..end).unwrap_or_default()),
            None => f.write_str(&text),
        }
    }
}

fn write(value: &ConstValue, out: &mut String) {
    if out.len() > SHOWN * 4 {
        return;
    }
    match value {
        ConstValue::Null => out.push_str("Null"),
        ConstValue::Number(number) if number.is_f64() => out.push_str(&format!("Float({number})")),
        ConstValue::Number(number) => out.push_str(&format!("Int({number})")),
        ConstValue::String(text) => out.push_str(&format!("String({text:?})")),
        ConstValue::Boolean(value) => out.push_str(&format!("Boolean({value})")),
        ConstValue::Enum(name) => out.push_str(&format!("Enum({:?})", name.as_str())),
        ConstValue::Binary(_) => out.push_str("Binary"),
        ConstValue::List(items) => {
            out.push_str("List([");
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push_str("])");
        }
        ConstValue::Object(members) => {
            out.push_str("Object({");
            for (place, (name, member)) in members.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                out.push_str(&format!("{:?}: ", name.as_str()));
                write(member, out);
            }
            out.push_str("})");
        }
    }
}
