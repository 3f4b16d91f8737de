//! Values to ask with: true ones that answers gave, and what people and attackers write instead.

use std::collections::BTreeSet;

use devchain::Dice;
use serde_json::Value;

/// What is no value of anything, or hardly.
const ODD: [&str; 24] = [
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "NaN",
    "0x",
    "0xzz",
    "0x0000000000000000000000000000000000000000",
    "0xffffffffffffffffffffffffffffffffffffffff",
    "115792089237316195423570985008687907853269984665640564039457584007913129639936",
    "99999999999999999999",
    "18446744073709551616",
    "\u{0}",
    "a\u{0}b",
    "\u{202e}drawkcab",
    "\u{1f980}",
    "'; drop table pools; --",
    "{\"$gt\": \"\"}",
    "$where",
    "../../etc/passwd",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z",
    "%00%ff",
];

/// Longest text that is taken over from an answer.
const LONGEST: usize = 400;
/// True values that are remembered.
const MOST: usize = 4_000;

/// The values.
#[derive(Debug, Clone, Default)]
pub struct Words {
    known: Vec<String>,
    seen: BTreeSet<String>,
}

impl Words {
    /// Takes over what an answer says.
    pub fn learn(&mut self, answer: &Value) {
        match answer {
            Value::String(text) if text.len() <= LONGEST && self.known.len() < MOST => {
                if self.seen.insert(text.clone()) {
                    self.known.push(text.clone());
                }
            }
            Value::Number(number) if self.known.len() < MOST / 2 => {
                let text = number.to_string();
                if self.seen.insert(text.clone()) {
                    self.known.push(text);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.learn(value)),
            Value::Object(values) => values.values().for_each(|value| self.learn(value)),
            _ => {}
        }
    }

    /// A text: a true one as a rule, a true one with something wrong, an odd one, and now and then a long one.
    pub fn text(&self, dice: &mut Dice) -> String {
        match dice.below(20) {
            0..=12 => self.known(dice),
            13..=14 => {
                let mut text: Vec<char> = self.known(dice).chars().collect();
                let at = dice.index(text.len());
                if dice.chance(1, 2) {
                    text.truncate(at);
                } else if let Some(letter) = text.get_mut(at) {
                    *letter = char::from(b'0' + u8::try_from(dice.below(40)).unwrap_or(0));
                }
                text.into_iter().collect()
            }
            15 => "a".repeat(dice.index(5_000)),
            _ => dice.pick(&ODD).copied().unwrap_or_default().to_owned(),
        }
    }

    /// A number as text.
    pub fn number(&self, dice: &mut Dice) -> String {
        const EDGES: [&str; 12] = [
            "0",
            "1",
            "2",
            "31",
            "100",
            "500",
            "501",
            "1000000000",
            "2147483647",
            "2147483648",
            "-1",
            "-2147483648",
        ];
        if dice.chance(1, 2) {
            return dice.pick(&EDGES).copied().unwrap_or("0").to_owned();
        }
        let known = self.known(dice);
        if known.parse::<i64>().is_ok() { known } else { dice.below(400).to_string() }
    }

    fn known(&self, dice: &mut Dice) -> String {
        dice.pick(&self.known).cloned().unwrap_or_default()
    }
}
