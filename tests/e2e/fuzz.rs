//! Whatever is asked, the answer is an answer or a refusal that says why: no defect, nothing without a bound.

mod graphql;

/// Questions of a test, unless `SOOHO_FUZZ` says how many.
const QUESTIONS: u64 = 3_000;

/// How many questions are asked.
fn questions() -> u64 {
    let told = observe::config::variable("SOOHO_FUZZ").and_then(|told| told.parse().ok());
    told.unwrap_or(QUESTIONS)
}
