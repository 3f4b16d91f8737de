//! What is refused, and in which words: clients look for parts of them.

use anyhow::{Result, ensure};
use tests::process::Services;

use super::told;

const DEX: &str = "uniswap-v3";

pub(super) async fn what_cannot_be_is_refused_as_clients_know_it(
    services: &Services,
    head: u64,
) -> Result<()> {
    let above = format!("{{ pools(block: {{ number: {} }}) {{ id }} }}", head + 1);
    let unknown_hash =
        format!("{{ pools(block: {{ hash: \"0x{}\" }}) {{ id }} }}", "ab".repeat(32));
    let nested = "{ pools(where: { token0_: { tokenDayData_: { date: 1 } } }) { id } }";
    let mixed = "{ pools(where: { tick: 1, or: [{ tick: 2 }] }) { id } }";
    let cases = [
        (above.as_str(), "has only indexed up to block number"),
        ("{ pools(block: { number: 0 }) { id } }", "only has data starting at block number"),
        (unknown_hash.as_str(), "no block with that hash found"),
        (
            "{ pools(first: 1001) { id } }",
            "The `first` argument must be between 0 and 1000, but is 1001",
        ),
        ("{ pools(first: 0) { id } }", "The `first` argument must be between 0 and 1000, but is 0"),
        ("{ pools(skip: -1) { id } }", "The `skip` argument must be between 0 and 5000, but is -1"),
        ("{ pools { nonsense } }", "Type `Pool` has no field `nonsense`"),
        ("{ pools(where: { nonsense_gt: 1 }) { id } }", "nonsense_gt"),
        (nested, "Child filter nesting not supported"),
        (mixed, "Cannot mix column filters with 'or' operator at the same level"),
        (
            "{ pools(block: { number: null }) { id } }",
            "Invalid value provided for argument `block`",
        ),
        ("query A { pools { id } } query B { pools { id } }", "Operation name required"),
        ("mutation { x }", "Mutations are not supported"),
    ];
    for (query, words) in cases {
        let answer = told(services, DEX, query).await?;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        ensure!(message.contains(words), "{query}: {answer}");
        ensure!(answer.get("data").is_none(), "{query}: {answer}");
    }
    let unknown = told(services, "nobody", "{ pools { id } }").await?;
    let message = unknown["errors"][0]["message"].as_str().unwrap_or_default();
    ensure!(message == "deployment `uniswap/nobody` does not exist", "{unknown}");
    Ok(())
}
