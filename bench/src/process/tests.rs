//! The kernel's lines are read right.

use super::{Usage, cpu_ticks, peak_rss};

#[test]
fn a_name_with_brackets_does_not_shift_the_fields() {
    let stat = "12 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0 1";
    assert_eq!(cpu_ticks(stat), Some(175));
}

#[test]
fn the_peak_is_in_bytes() {
    assert_eq!(peak_rss("Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"), Some(2_097_152));
    assert_eq!(peak_rss("Name:\tx\n"), None);
}

#[test]
fn work_and_memory_show() {
    let before = Usage::own().unwrap();
    let mut numbers: Vec<u64> = (0..4_000_000).collect();
    for round in 0..40 {
        for number in &mut numbers {
            *number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round);
        }
    }
    assert!(numbers.iter().any(|number| number % 2 == 1));
    let used = Usage::own().unwrap().since(before);
    assert!(used.cpu.as_millis() >= 10, "{used:?}");
    assert!(used.peak_rss >= 32_000_000, "{used:?}");
}
