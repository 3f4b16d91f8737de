//! The cheaper way is taken, and taken back when things change.

use super::*;

fn brought(planner: &Planner, plan: Plan, kept: usize, strangers: usize) {
    let (blocks, time) = (planner.steer(plan).blocks(), Duration::from_millis(20));
    let refused = false;
    planner.brought(Brought { plan, blocks, kept, strangers, time, refused });
}

#[test]
fn one_query_is_asked_by_address_without_a_look_at_strangers() {
    let planner = Planner::new(2_000);
    for _ in 0..500 {
        assert_eq!(planner.next(MOST_ADDRESSES), (Plan::ByAddress, 2_000));
    }
    assert_eq!(planner.at_head(MOST_ADDRESSES), Plan::ByAddress);
}

#[test]
fn many_contracts_among_many_strangers_are_asked_by_address_after_one_small_look() {
    let planner = Planner::new(2_000);
    assert_eq!(planner.next(100_000), (Plan::ByTopic, FIRST_PROBE));
    assert_eq!(planner.next(100_000).0, Plan::ByAddress, "one look is enough");
    brought(&planner, Plan::ByTopic, 16, 16 * 150);
    for _ in 3..PROBE_EVERY {
        assert_eq!(planner.next(100_000).0, Plan::ByAddress);
        brought(&planner, Plan::ByAddress, 2_000, 0);
    }
    let (plan, blocks) = planner.next(100_000);
    assert_eq!(plan, Plan::ByTopic, "things may have changed");
    assert!(blocks <= 2 * FIRST_PROBE, "{blocks}");
}

#[test]
fn few_strangers_are_cheaper_than_many_queries() {
    let planner = Planner::new(2_000);
    planner.next(100_000);
    brought(&planner, Plan::ByTopic, 160, 20);
    for _ in 0..500 {
        assert_eq!(planner.next(100_000).0, Plan::ByTopic);
        brought(&planner, Plan::ByTopic, 160, 20);
    }
    // strangers come: by address again
    for _ in 0..20 {
        brought(&planner, Plan::ByTopic, 100, 40_000);
    }
    assert_eq!(planner.next(100_000).0, Plan::ByAddress);
    // and by topics where there are so many contracts that their queries cost more
    assert_eq!(planner.next(100_000_000).0, Plan::ByTopic);
}

#[test]
fn contracts_that_become_known_late_cost_requests_by_address() {
    let planner = Planner::new(2_000);
    planner.next(2_000);
    planner.measured(Plan::ByTopic, 1, 10, 2);
    for _ in 0..20 {
        assert_eq!(planner.next(2_000).0, Plan::ByAddress);
        planner.late(0);
    }
    for _ in 0..20 {
        planner.late(60);
    }
    assert_eq!(planner.next(2_000).0, Plan::ByTopic);
}

#[test]
fn an_endpoint_that_takes_few_blocks_makes_many_queries_dear() {
    let planner = Planner::new(2_000);
    planner.next(20_000);
    planner.measured(Plan::ByTopic, 1, 1, 60);
    assert_eq!(planner.next(20_000).0, Plan::ByAddress);
    // of results it may refuse what it likes: that says nothing of other blocks
    planner.steer(Plan::ByAddress).refused(2_000, Some(10));
    assert_eq!(planner.next(20_000).0, Plan::ByAddress);
    planner.steer(Plan::ByAddress).is_limited_to(10);
    assert_eq!(planner.next(20_000).0, Plan::ByTopic);
}

#[test]
fn a_single_block_is_asked_by_topics_unless_strangers_outweigh_the_queries() {
    let planner = Planner::new(2_000);
    assert_eq!(planner.at_head(5_000), Plan::ByTopic, "nothing is known");
    planner.measured(Plan::ByTopic, 1, 3, 200);
    assert_eq!(planner.at_head(5_000), Plan::ByTopic);
    planner.measured(Plan::ByTopic, 1, 3, 20_000);
    assert_eq!(planner.at_head(5_000), Plan::ByAddress);
    assert_eq!(planner.at_head(500_000), Plan::ByTopic);
}

#[test]
fn the_number_of_addresses_halves_when_refused_and_is_tried_again_much_later() {
    let planner = Planner::new(2_000);
    planner.addresses_refused(1_000);
    planner.addresses_refused(1_000);
    assert_eq!(planner.addresses(), 500, "both asked for the same");
    planner.addresses_refused(500);
    assert_eq!(planner.addresses(), 250);
    for _ in 1..TRIED_AGAIN_AFTER {
        planner.addresses_taken(250);
        planner.addresses_taken(7);
    }
    assert_eq!(planner.addresses(), 250);
    planner.addresses_taken(250);
    assert_eq!(planner.addresses(), 500);
    planner.addresses_refused(1);
    assert_eq!(planner.addresses(), 1, "one is the least");
}

#[test]
fn a_choice_made_beforehand_stays() {
    for (asking, plan) in [(Asking::ByAddress, Plan::ByAddress), (Asking::ByTopic, Plan::ByTopic)] {
        let planner = Planner::new(50).only(asking, 50);
        for emitters in [0, 1, 100_000] {
            assert_eq!(planner.next(emitters), (plan, 50));
            assert_eq!(planner.at_head(emitters), plan);
        }
    }
}
