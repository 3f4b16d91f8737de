//! What is too much is refused with what would help, and counted.

use super::*;

const MOST: usize = 100;

fn spent(rows: usize, stored: usize, is_in_order: bool) -> Spent {
    Spent { rows, stored, is_in_order, is_named: false }
}

fn counts(meter: &Meter) -> (u64, u64) {
    (meter.served.get(), meter.exhausted.get())
}

fn meter() -> Meter {
    Meters::new(&Registry::new()).unwrap().of("some/name")
}

#[test]
fn lists_without_an_index_are_counted_when_they_are_there() {
    let meter = meter();
    let mut budget = Budget::new(MOST, &meter);
    budget.spend([spent(5, 5, true)].into_iter(), false).unwrap();
    budget.close();
    assert_eq!(counts(&meter), (0, 0));
    let mut budget = Budget::new(MOST, &meter);
    budget.spend([spent(5, 5, true)].into_iter(), false).unwrap();
    budget.spend([spent(5, 5, true), spent(MOST, MOST, false)].into_iter(), true).unwrap();
    budget.close();
    assert_eq!(counts(&meter), (1, 0));
}

#[test]
fn too_much_is_refused_with_what_would_help() {
    let meter = meter();
    let cases = [
        (spent(MOST + 1, MOST + 1, false), "no index has this order"),
        (spent(20 * MOST + 1, 20 * MOST + 1, true), "few fit `where`"),
        (spent(0, 20 * MOST + 1, false), "no index has this order"),
        (Spent { is_named: true, ..spent(9, TOGETHER + 1, false) }, "together"),
    ];
    for (number, (spent, words)) in (1..).zip(cases) {
        let mut budget = Budget::new(MOST, &meter);
        let error = budget.spend([spent].into_iter(), true).unwrap_err().to_string();
        assert!(error.starts_with("query is too expensive: ") && error.contains(words), "{error}");
        drop(budget);
        assert_eq!(counts(&meter), (0, number));
    }
    let mut budget = Budget::new(MOST, &meter);
    for _ in 0..TURNS {
        budget.spend(std::iter::empty(), false).unwrap();
    }
    budget.spend(std::iter::empty(), false).unwrap_err();
    // rows that are named are as many as are asked for
    let mut budget = Budget::new(MOST, &meter);
    let named = Spent { is_named: true, ..spent(50 * MOST, 50 * MOST, false) };
    budget.spend([named].into_iter(), false).unwrap();
    budget.close();
}

#[test]
fn what_ends_with_its_request_ran_out_of_time() {
    let meter = meter();
    let mut budget = Budget::new(MOST, &meter);
    budget.spend([spent(5, 5, false)].into_iter(), true).unwrap();
    drop(budget);
    assert_eq!(counts(&meter), (0, 1));
    // what an index serves and the store does not answer is something else
    let mut budget = Budget::new(MOST, &meter);
    budget.spend([spent(5, 5, true)].into_iter(), false).unwrap();
    drop(budget);
    assert_eq!(counts(&meter), (0, 1));
}
