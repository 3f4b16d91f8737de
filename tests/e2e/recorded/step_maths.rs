//! Every swap of a mainnet day, computed from the one before it.

use anyhow::{Result, ensure};
use tests::recorded::{
    self,
    day::{DayPool, HIGH_FEE, LOW_FEE, SET, events},
    walk::{Counts, Walk},
};

/// Walks the day twice: what was learnt late is known early the second time.
#[expect(clippy::print_stderr, reason = "how much was checked is part of the proof")]
fn walk(pool: DayPool) -> Result<Option<[Counts; 2]>> {
    let Some(folder) = recorded::set(SET)? else { return Ok(None) };
    let events = events(&folder, pool)?;
    let mut first = Walk::new(pool);
    for event in &events {
        first.event(&event.event.kind)?;
    }
    let mut second = first.again();
    for event in &events {
        second.event(&event.event.kind)?;
    }
    eprintln!("{} pips, first {:?}, then {:?}", pool.fee_pips, first.counts, second.counts);
    Ok(Some([first.counts, second.counts]))
}

#[test]
fn the_low_fee_pool() -> Result<()> {
    let Some([first, second]) = walk(LOW_FEE)? else { return Ok(()) };
    for counts in [first, second] {
        let all = counts.within + counts.known + counts.learnt + counts.unknown;
        ensure!(all == 6045, "{counts:?}");
        ensure!(counts.within == 5372 && counts.positions == 123, "{counts:?}");
    }
    ensure!(first.learnt == 32 && first.unknown <= 20, "{first:?}");
    // several unknown ticks in one swap are more than one equation tells
    ensure!(second.known >= 660 && second.learnt == 0 && second.unknown <= 13, "{second:?}");
    Ok(())
}

#[test]
fn the_high_fee_pool() -> Result<()> {
    let Some([first, second]) = walk(HIGH_FEE)? else { return Ok(()) };
    for counts in [first, second] {
        let all = counts.within + counts.known + counts.learnt + counts.unknown;
        ensure!(all == 266 && counts.unknown == 0, "{counts:?}");
        ensure!(counts.positions == 21, "{counts:?}");
    }
    Ok(())
}
