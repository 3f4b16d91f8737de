//! Values to ask with: true ones that answers gave, and what people and attackers write instead.

use std::collections::{BTreeMap, BTreeSet};

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

/// What an argument of this name may mean, by names in answers.
const MEANT: [(&str, &[&str]); 16] = [
    ("id", &["id", "poolId"]),
    ("pool", &["id", "poolId"]),
    ("pools", &["id", "poolId"]),
    ("token", &["address"]),
    ("tokens", &["address"]),
    ("tokenIn", &["address"]),
    ("tokenOut", &["address"]),
    ("address", &["address", "sender", "recipient"]),
    ("account", &["sender", "recipient", "owner"]),
    ("owner", &["owner", "sender"]),
    ("after", &["endCursor", "cursor", "next"]),
    ("dex", &["dex"]),
    ("symbol", &["symbol"]),
    ("chain", &["chainId"]),
    ("block", &["blockNumber", "number", "createdBlock"]),
    ("resolution", &["resolution"]),
];

/// The values.
#[derive(Debug, Clone, Default)]
pub struct Words {
    known: Vec<String>,
    seen: BTreeSet<String>,
    /// By the names they have in answers.
    named: BTreeMap<String, Vec<String>>,
}

impl Words {
    /// Takes over what an answer says.
    pub fn learn(&mut self, answer: &Value) {
        self.take("", answer);
    }

    /// A value of an argument of this name.
    pub fn note(&mut self, name: &str, value: &str) {
        self.known.push(value.to_owned());
        self.named.entry(name.to_owned()).or_default().push(value.to_owned());
    }

    fn take(&mut self, name: &str, answer: &Value) {
        match answer {
            Value::String(text)
                if text.len() <= LONGEST
                    && self.known.len() < MOST
                    && self.seen.insert(text.clone()) =>
            {
                self.note(name, text);
            }
            Value::Number(number) if self.known.len() < MOST / 2 => {
                let text = number.to_string();
                if self.seen.insert(format!("{name} {text}")) {
                    self.note(name, &text);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.take(name, value)),
            Value::Object(values) => values.iter().for_each(|(name, value)| self.take(name, value)),
            _ => {}
        }
    }

    /// A text: a true one as a rule, a true one with something wrong, an odd one, and now and then a long one.
    pub fn text(&self, name: &str, dice: &mut Dice) -> String {
        match dice.below(40) {
            0..=33 => self.meant(name, dice),
            34..=35 => self.known(dice),
            36 => {
                let mut text: Vec<char> = self.known(dice).chars().collect();
                let at = dice.index(text.len());
                if dice.chance(1, 2) {
                    text.truncate(at);
                } else if let Some(letter) = text.get_mut(at) {
                    *letter = char::from(b'0' + u8::try_from(dice.below(40)).unwrap_or(0));
                }
                text.into_iter().collect()
            }
            37 => "a".repeat(dice.index(5_000)),
            _ => dice.pick(&ODD).copied().unwrap_or_default().to_owned(),
        }
    }

    /// A number as text.
    pub fn number(&self, name: &str, dice: &mut Dice) -> String {
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
        if dice.chance(1, 8) {
            return dice.pick(&EDGES).copied().unwrap_or("0").to_owned();
        }
        let known = self.meant(name, dice);
        let is_number = known.parse::<u32>().is_ok();
        if is_number { known } else { dice.between(1, 60).to_string() }
    }

    fn meant(&self, name: &str, dice: &mut Dice) -> String {
        let names = MEANT.iter().find(|(meant, _)| *meant == name).map(|(_, names)| *names);
        let name = names.and_then(|names| dice.pick(names)).copied().unwrap_or(name);
        let named = self.named.get(name).and_then(|named| dice.pick(named));
        named.cloned().unwrap_or_else(|| self.known(dice))
    }

    fn known(&self, dice: &mut Dice) -> String {
        dice.pick(&self.known).cloned().unwrap_or_default()
    }
}
