//! Tables as they are printed.

use super::{Row, text};

#[test]
fn a_title_and_its_figures_are_a_table() {
    let rows = [
        Row::head("5 events"),
        Row::new("events", "/s", 63_512.4),
        Row::new("ratio", "", 0.5),
        Row::new("of both", "s", 1.25).and(12.34),
    ];
    let expected = "| 5 events | |\n|---|---|\n| events | 63512 /s |\n| ratio | 0.500  |\n| of both | 1.25, 12.3 s |\n";
    assert_eq!(text(&rows), expected);
}
