//! How the setting is written.

use super::Retention;

#[test]
fn the_setting_is_read_and_shown() {
    let good = [
        ("all", Retention::All),
        ("1000000 blocks", Retention::Blocks(1_000_000)),
        ("1 blocks", Retention::Blocks(1)),
        ("90 days", Retention::Days(90)),
    ];
    for (text, retention) in good {
        assert_eq!(text.parse::<Retention>().unwrap(), retention);
        assert_eq!(String::from(retention), text);
    }
    assert_eq!("1 day".parse::<Retention>().unwrap(), Retention::Days(1));
    for text in [
        "",
        "none",
        "0 days",
        "0 blocks",
        "90",
        "90d",
        "-1 days",
        "1 year",
        "5000000000 days",
        "1  days",
    ] {
        let said = text.parse::<Retention>().unwrap_err().to_string();
        assert!(said.contains("\"90 days\""), "{said}");
    }
}
