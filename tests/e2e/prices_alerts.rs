//! The alert rules: each names metrics that the program has, has its page in the runbooks, and fires when it should.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use indexer::market::PriceMetrics;
use market::Metrics;
use observe::Registry;
use prometheus::IntGauge;

const RULES: &str = include_str!("../../alerts/prices.yml");
const TRIED: &str = include_str!("../../alerts/prices.test.yml");
const SECTIONS: [&str; 3] = ["## What it means", "## What to look at", "## What to do"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What follows a word on its lines.
fn after<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("- "));
    lines.filter_map(|line| line.strip_prefix(word)).map(str::trim).collect()
}

/// All names of metrics in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter| !is_part(letter));
    words.filter(|word| word.starts_with("sooho_")).collect()
}

/// Whether a metric of this name is registered: another one cannot be.
fn is_known(registry: &Registry, name: &str) -> Result<bool> {
    let whole = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
    for name in [Some(name), whole].into_iter().flatten() {
        if registry.register(Box::new(IntGauge::new(name, "whether it is there")?)).is_err() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn rules_and_pages_name_metrics_that_the_program_has() -> Result<()> {
    let registry = Registry::new();
    PriceMetrics::new(&registry)?;
    Metrics::new(&registry)?;
    ensure!(!is_known(&registry, "sooho_no_such_metric")?);
    let mut texts = vec![("alerts/prices.yml".to_owned(), RULES.to_owned())];
    for page in after(RULES, "runbook:") {
        texts.push((
            page.to_owned(),
            std::fs::read_to_string(root().join(page)).context(page.to_owned())?,
        ));
    }
    let named = metrics(RULES);
    ensure!(named.len() > 8, "{named:?}");
    for (place, text) in &texts {
        for name in metrics(text) {
            ensure!(is_known(&registry, name)?, "{place} names {name}, which nobody registers");
        }
    }
    Ok(())
}

#[test]
fn each_alert_has_its_page_and_is_tried_both_ways() -> Result<()> {
    let (alerts, pages) = (after(RULES, "alert:"), after(RULES, "runbook:"));
    ensure!(alerts.len() >= 8 && alerts.len() == pages.len(), "{alerts:?} {pages:?}");
    for (alert, page) in alerts.iter().zip(&pages) {
        let text = std::fs::read_to_string(root().join(page)).with_context(|| page.to_string())?;
        ensure!(text.starts_with(&format!("# {alert}\n")), "{page} is not of {alert}");
        for section in SECTIONS {
            let body = text.split_once(section).map(|(_, rest)| rest.trim_start());
            ensure!(
                body.is_some_and(|body| !body.starts_with('#') && body.len() > 40),
                "{page}: {section}"
            );
        }
        let silent = format!("alertname: {alert}, exp_alerts: []");
        let fires = format!("alertname: {alert}\n        exp_alerts:\n          - exp_labels:");
        ensure!(
            TRIED.contains(&silent) && TRIED.contains(&fires),
            "{alert} is not tried both ways"
        );
    }
    // and no page of an alert that is gone
    let known: BTreeSet<PathBuf> = pages.iter().map(|page| root().join(page)).collect();
    for file in std::fs::read_dir(root().join("docs/runbooks"))? {
        let file = file?.path();
        let of_prices =
            file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("price-"));
        ensure!(!of_prices || known.contains(&file), "{} has no alert", file.display());
    }
    Ok(())
}

/// By the tool of Prometheus itself, where the set-up could bring it.
#[test]
fn each_alert_fires_when_it_should_and_only_then() -> Result<()> {
    let Some(promtool) = observe::config::variable("SOOHO_PROMTOOL") else {
        // then only the two tests above have looked at the rules
        return Ok(());
    };
    for arguments in
        [["check", "rules", "alerts/prices.yml"], ["test", "rules", "alerts/prices.test.yml"]]
    {
        let output = Command::new(&promtool).args(arguments).current_dir(root()).output()?;
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() && said.contains("SUCCESS"), "{arguments:?}: {said}");
    }
    Ok(())
}
