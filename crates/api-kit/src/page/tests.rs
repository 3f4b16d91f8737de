//! Limits of page sizes.

use super::PageSize;

#[test]
fn sizes_in_range_are_taken_and_fifty_is_the_default() {
    for (given, rows) in [(None, 50), (Some("1"), 1), (Some("500"), 500)] {
        assert_eq!(PageSize::parse(given).unwrap().rows(), rows);
    }
}

#[test]
fn sizes_out_of_range_are_refused_by_name() {
    for given in ["0", "-1", "501", "99999999999999999999", "ten", "", "1.5", " 5"] {
        let problem = PageSize::parse(Some(given)).unwrap_err();
        assert_eq!(problem.code(), "PAGE_SIZE_INVALID");
        assert!(problem.detail().contains("1 to 500"), "{problem:?}");
    }
}

#[test]
fn the_extra_row_announces_the_next_page() {
    let size = PageSize::new(Some(2)).unwrap();
    let mut rows = vec![1, 2, 3];
    assert!(size.cut(&mut rows));
    assert_eq!(rows, [1, 2]);
    assert!(!size.cut(&mut rows));
    assert_eq!(rows, [1, 2]);
}
