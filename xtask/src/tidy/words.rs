//! What the files of a room must not say.

use super::Check;
use super::files::Source;
use super::lexer::{code_of, hex_constants, says};
use super::rules::{HEX_ROOMS, PRICE_HOSTS, PRICE_ROOMS, UNSAID, Unsaid, Where};

/// Every check on words.
pub fn checks(sources: &[Source]) -> Vec<Check> {
    let mut checks: Vec<Check> = UNSAID.iter().map(|rule| unsaid(rule, sources)).collect();
    checks.push(constants(sources));
    checks.push(hosts(sources));
    checks
}

fn unsaid(rule: &Unsaid, sources: &[Source]) -> Check {
    let searched = sources.iter().filter(|source| {
        let here = match rule.files {
            Where::In(rooms) => rooms.contains(&source.room.as_str()),
            Where::OutsideOf(rooms) => !rooms.contains(&source.room.as_str()),
        };
        here && (rule.tests_too || !source.is_test)
    });
    let mut breaches = Vec::new();
    for source in searched {
        for (number, line) in source.text.lines().enumerate() {
            let code = code_of(line, false);
            if let Some(word) = rule.words.iter().find(|word| says(&code, word)) {
                breaches.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    Check { wall: rule.wall, breaches }
}

/// A selector has 4 bytes, a topic 32; both belong into `abis`. Masks of one repeated digit mean something else.
fn constants(sources: &[Source]) -> Check {
    let mut breaches = Vec::new();
    for source in sources
        .iter()
        .filter(|source| !source.is_test && !HEX_ROOMS.contains(&source.room.as_str()))
    {
        for (number, line) in source.text.lines().enumerate() {
            for digits in hex_constants(&code_of(line, true)) {
                let mask = digits.chars().all(|c| digits.starts_with(c));
                if matches!(digits.len(), 8 | 64) && !mask {
                    breaches.push(format!("{}:{}: 0x{digits}", source.path, number + 1));
                }
            }
        }
    }
    Check { wall: "only abis writes selectors and topics", breaches }
}

/// Hosts stand between quotes, where words of code are not looked for.
fn hosts(sources: &[Source]) -> Check {
    let mut breaches = Vec::new();
    let elsewhere =
        |source: &&Source| !source.is_test && !PRICE_ROOMS.contains(&source.room.as_str());
    for source in sources.iter().filter(elsewhere) {
        for (number, line) in source.text.lines().enumerate() {
            let code = code_of(line, true);
            if let Some(host) = PRICE_HOSTS.iter().find(|host| code.contains(**host)) {
                breaches.push(format!("{}:{}: {host}", source.path, number + 1));
            }
        }
    }
    Check { wall: "only market names a price API", breaches }
}
