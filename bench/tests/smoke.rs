//! The bench itself does not rot: a small chain, made, indexed and compared, by the real executable.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

fn bench(arguments: &[&str], folder: &Path) -> Result<(String, Value), Box<dyn Error>> {
    let json = folder.join("figures.json");
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(arguments)
        .arg("--folder")
        .arg(folder)
        .arg("--json")
        .arg(&json)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let figures = serde_json::from_str(&std::fs::read_to_string(json)?)?;
    Ok((String::from_utf8(output.stdout)?, figures))
}

#[test]
fn index_prints_figures_and_leaves_only_the_recording() -> Outcome {
    let folder = tempfile::tempdir()?;
    let arguments =
        ["index", "--events", "900", "--against", "300", "--runs", "1", "--cache-mb", "300"];
    let (table, figures) = bench(&arguments, folder.path())?;
    for line in ["ratio to the slower limit", "peak memory of sooho", "index keys stored"] {
        assert!(table.contains(line), "no {line} in\n{table}");
    }
    let number = |pointer: &str| figures.pointer(pointer).and_then(Value::as_u64);
    // some events of the chain are none of a DEX's own, such as transfers of shares
    let (short, long) = (number("/chains/0/run/events"), number("/chains/1/run/events"));
    assert!(short >= Some(200) && long >= Some(700) && short < long, "{short:?} {long:?}");
    assert_eq!(number("/chains/1/insert/items"), number("/chains/1/stored/documents"));
    assert_eq!(number("/chains/1/fetch/items"), long);
    assert!(number("/chains/1/stored/keys") > number("/chains/1/stored/documents"));
    assert!(number("/chains/1/run/indexer/peak_rss") > Some(1_000_000));
    let mut left = Vec::new();
    for entry in folder.path().read_dir()? {
        left.push(entry?.file_name().into_string().unwrap_or_default());
    }
    left.sort();
    assert_eq!(left, ["chain-1-1-24-300.jsonl", "chain-1-1-24-900.jsonl", "figures.json"]);
    Ok(())
}

#[test]
fn head_prints_delays() -> Outcome {
    let folder = tempfile::tempdir()?;
    let arguments = ["head", "--blocks", "8", "--beat-ms", "100"];
    let (table, figures) = bench(&arguments, folder.path())?;
    assert!(table.contains("mined to seen by a reader"), "{table}");
    assert!(figures["blocks"].as_u64() >= Some(8), "{figures}");
    Ok(())
}

#[test]
fn quote_prints_a_ratio() -> Outcome {
    let folder = tempfile::tempdir()?;
    let arguments =
        ["quote", "--seconds", "1", "--pools", "60", "--routes", "20", "--large", "1000"];
    let (table, figures) = bench(&arguments, folder.path())?;
    for line in [
        "asked of QuoterV2",
        "with up to 7 splits",
        "readers hold older versions",
        "ratio in batches",
        "loaded from MongoDB",
    ] {
        assert!(table.contains(line), "no {line} in\n{table}");
    }
    let number = |pointer: &str| figures.pointer(pointer).and_then(Value::as_f64);
    assert!(number("/compared/deep/quotes") > Some(20.0), "{figures}");
    assert!(number("/compared/deep/ours") > number("/compared/deep/contract"), "{figures}");
    assert!(number("/compared/http/in_batches") > Some(0.0), "{figures}");
    assert!(number("/load/items") == Some(1_000.0), "{figures}");
    Ok(())
}

#[test]
fn prices_prints_ratios() -> Outcome {
    let folder = tempfile::tempdir()?;
    let arguments = [
        "prices",
        "--candles",
        "3000",
        "--runs",
        "1",
        "--tokens",
        "20",
        "--sheets",
        "5",
        "--rate",
        "20",
        "--seconds",
        "1",
    ];
    let (table, figures) = bench(&arguments, folder.path())?;
    for line in ["ratio to the bare insert", "over HTTP", "documents examined (IXSCAN"] {
        assert!(table.contains(line), "no {line} in\n{table}");
    }
    let number = |pointer: &str| figures.pointer(pointer).and_then(Value::as_u64);
    assert_eq!(number("/fill/candles"), Some(3_000));
    assert_eq!((number("/plan/documents"), number("/plan/commands")), (Some(1), Some(1)));
    assert_eq!((number("/http/questions"), number("/store/questions")), (Some(20), Some(20)));
    Ok(())
}

#[test]
fn serve_prints_rates_and_delays() -> Outcome {
    let folder = tempfile::tempdir()?;
    let arguments = [
        "serve",
        "--events",
        "2000",
        "--pools",
        "6",
        "--seconds",
        "1",
        "--subscribers",
        "20",
        "--blocks",
        "3",
    ];
    let (table, figures) = bench(&arguments, folder.path())?;
    assert!(table.contains("ratio to the bare loop") && table.contains("subscribers"), "{table}");
    let answered = figures["answered"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert_eq!(answered.len(), 6, "{figures}");
    for one in answered {
        for kind in ["bare", "stored", "uncached", "cached"] {
            // tickers are made once for a block, and ask the database nothing
            if (kind, &one["name"]) == ("bare", &Value::from("tickers of all pools")) {
                continue;
            }
            assert!(one[kind]["per_second"].as_f64() > Some(0.0), "{kind}: {one}");
        }
    }
    assert_eq!(figures["heard"]["subscribers"], 20, "{figures}");
    Ok(())
}
