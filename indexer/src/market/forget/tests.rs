//! The setting.

use super::Keep;

#[test]
fn what_is_kept_is_written_as_it_is_read() {
    for (text, keep) in [("all", Keep::All), ("90 days", Keep::Days(90)), ("1 days", Keep::Days(1))]
    {
        assert_eq!(text.parse::<Keep>().unwrap(), keep);
        assert_eq!(String::from(keep), text);
    }
    assert_eq!("1 day".parse::<Keep>().unwrap(), Keep::Days(1));
    for wrong in ["", "90", "0 days", "-1 days", "90 blocks", "forever", "4294967296 days"] {
        let error = wrong.parse::<Keep>().unwrap_err().to_string();
        assert!(error.contains("\"90 days\""), "{error}");
    }
}
