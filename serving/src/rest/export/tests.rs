//! What is asked for, and what stands in a cell.

use api_kit::page::Rows;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use serde_json::json;

use super::{
    Format, Table,
    cells::{cell, harmless},
    encode::Encoder,
    negotiate::{accepted, take_format},
};

#[test]
fn a_format_is_taken_out_of_the_address() {
    let take = |text: &str| take_format(&text.parse::<Uri>().unwrap());
    for (asked, left, format) in [
        ("/v1/swaps?format=csv", "/v1/swaps", Some(Some(Format::Csv))),
        ("/v1/swaps?format=ndjson&pool=0x1", "/v1/swaps?pool=0x1", Some(Some(Format::Ndjson))),
        ("/v1/swaps?pool=a%26format=csv", "/v1/swaps?pool=a%26format=csv", None),
        ("/v1/swaps?a=1&format=json&b=2", "/v1/swaps?a=1&b=2", Some(None)),
        ("http://x:8/v1/swaps?format=csv&a=1", "http://x:8/v1/swaps?a=1", Some(Some(Format::Csv))),
        ("/v1/swaps", "/v1/swaps", None),
    ] {
        let (uri, named) = take(asked).unwrap();
        assert_eq!((uri.to_string().as_str(), named), (left, format), "{asked}");
    }
    for asked in ["?format", "?format=", "?format=CSV", "?format=xml", "?format=csv;q=1"] {
        assert_eq!(take(&format!("/v1/swaps{asked}")).unwrap_err().code(), "FORMAT_INVALID");
    }
    let twice = take("/v1/swaps?format=csv&format=json").unwrap_err();
    assert_eq!(twice.code(), "QUERY_INVALID");
}

#[test]
fn the_best_of_what_is_accepted_is_given() {
    let said = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        accepted(&headers)
    };
    for json in [
        "*/*",
        "application/json",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json, text/csv",
        "text/csv;q=0.5, application/json;q=0.6",
        "text/csv;q=0",
        "text/csv;q=0.3, */*",
        "text/csv;q=x",
        "",
    ] {
        assert_eq!(said(&[json]), None, "{json}");
    }
    assert_eq!(said(&[]), None);
    for csv in ["text/csv", "TEXT/CSV", "text/csv, */*", "text/csv;header=present;q=0.7, */*;q=0.1"]
    {
        assert_eq!(said(&[csv]), Some(Format::Csv), "{csv}");
    }
    let both = "text/csv;q=0.8, application/x-ndjson;q=0.9, application/json;q=0.85";
    assert_eq!(said(&[both]), Some(Format::Ndjson));
    assert_eq!(said(&["application/json;q=0.1", "application/ndjson"]), Some(Format::Ndjson));
}

#[test]
fn no_cell_is_a_formula() {
    for text in
        ["=1+1", "+1", "-1+1", "-", "--1", "@SUM(A1)", "\t=1", "\r1", "\n=1", "＝1", "-1.", "-.5"]
    {
        assert_eq!(harmless(text), format!("'{text}"));
    }
    for text in ["-1", "-0.000000000000000000000000000000000001", "1e-7", "WETH", "", " =1", "a=1"]
    {
        assert_eq!(harmless(text), text);
    }
}

#[test]
fn nested_values_have_paths() {
    let row = json!({"a": {"b": {"c": "x"}}, "n": null, "i": -3, "l": ["=1"], "t": true});
    let cells = ["a.b.c", "a.b.d", "a.b.c.d", "n", "i", "l", "t", "a.b", "z.z"];
    let found: Vec<_> = cells.iter().map(|path| cell(&row, path).into_owned()).collect();
    assert_eq!(found, ["x", "", "", "", "-3", "[\"=1\"]", "true", "{\"c\":\"x\"}", ""]);
}

#[test]
fn rows_are_written_as_the_standard_says() {
    let table = Table { name: "x".to_owned(), columns: vec!["s".to_owned(), "n".to_owned()] };
    let rows = vec![
        json!({"s": "say \"hi\", all\r\nof you", "n": 1}),
        json!({"s": "=cmd|' /C calc'!A0", "n": null}),
    ];
    let rows = Rows::by(rows, false, |row| if row["n"].is_null() { "c2" } else { "c1" }.to_owned());
    let csv = Encoder::new(Format::Csv, &table);
    assert_eq!(csv.head().unwrap(), "s,n,cursor\r\n");
    let text = csv.rows(&rows).unwrap();
    assert_eq!(text, "\"say \"\"hi\"\", all\r\nof you\",1,c1\r\n'=cmd|' /C calc'!A0,,c2\r\n");
    let mut read = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_ref());
    let fields: Vec<_> = read.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(fields, ["say \"hi\", all\r\nof you", "'=cmd|' /C calc'!A0"]);

    let lines = Encoder::new(Format::Ndjson, &table);
    let text = lines.rows(&rows).unwrap();
    let text = std::str::from_utf8(&text).unwrap();
    assert_eq!(text.lines().count(), 2);
    for (line, row) in text.lines().zip(&rows.rows) {
        assert_eq!(serde_json::from_str::<serde_json::Value>(line).unwrap(), *row);
    }
}
