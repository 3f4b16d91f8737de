//! What a swap would give, for those who trade: no fees are accounted for, and stops that are known are not walked again.

use alloy_primitives::U256;

use super::{
    Ladder, Pool, check, far_end,
    run::{At, Run, Unwritten},
};
use crate::amm::{AmmError, Amount, PIPS};

#[cfg(test)]
mod tests;

/// What a swap would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted {
    /// Input, fees included.
    pub amount_in: U256,
    /// Output.
    pub amount_out: U256,
    /// What of the exact amount could not be swapped, because the pool's range of prices ends.
    pub remaining: U256,
    /// Initialised ticks that the price crosses.
    pub crossed: usize,
    /// Steps that were computed for this.
    pub steps: u32,
    /// Steps from the pool's price to the end, those included that were known.
    pub length: u32,
}

/// Why there is no answer, and how far that was to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Why.
    pub error: AmmError,
    /// Steps from the pool's price to where that shows, those included that were known.
    pub length: u32,
}

/// The amounts of [`super::swap`] without a price limit. The ladder is that of this state of the pool.
///
/// # Errors
/// As there.
pub fn quote(
    pool: &Pool<'_>,
    ladder: &Ladder,
    zero_for_one: bool,
    amount: Amount,
) -> Result<Quoted, AmmError> {
    quote_within(pool, ladder, zero_for_one, amount, u32::MAX).map_err(|stopped| stopped.error)
}

/// The same in at most so many steps from the pool's price, known ones included: neither the answer nor its length depends
/// on what was asked before.
///
/// # Errors
/// As there; [`AmmError::Steps`] when it would take more.
pub fn quote_within(
    pool: &Pool<'_>,
    ladder: &Ladder,
    zero_for_one: bool,
    amount: Amount,
    most: u32,
) -> Result<Quoted, Stopped> {
    let stopped = |length| move |error| Stopped { error, length };
    let fee = pool.fee.directed(zero_for_one).map_err(stopped(0))?;
    let limit = far_end(zero_for_one);
    check(pool, zero_for_one, amount, limit, fee).map_err(stopped(0))?;
    let mut run = Run::<Unwritten>::new(pool, zero_for_one, amount, limit, fee);
    let has_ladder = fee.pips < PIPS;
    let entry = has_ladder.then(|| ladder.enter(zero_for_one, amount));
    let entered = entry.as_ref().and_then(|entry| entry.at);
    if let Some(at) = entered {
        if at.steps > most {
            // the amount passes that stop, so it is still on its way after `most` steps
            return Err(Stopped { error: AmmError::Steps(most), length: most });
        }
        run.pass(at);
    }
    let is_news = entry.is_some_and(|entry| entry.is_summit);
    let begun = run.at.steps;
    let mut passed = Vec::new();
    let walked = walk(&mut run, most, |at| {
        if is_news {
            passed.push(at);
        }
    });
    if !passed.is_empty() {
        // also when the way ends in an error: the next one need not walk it again
        ladder.extend(zero_for_one, entered, &passed);
    }
    walked.and_then(|()| run.check_amounts()).map_err(stopped(run.at.steps))?;
    let steps = run.at.steps - begun;
    Ok(Quoted {
        amount_in: run.at.amount_in,
        amount_out: run.at.amount_out,
        remaining: run.left,
        crossed: run.crossed().len(),
        steps,
        length: run.at.steps,
    })
}

/// Walks to the end; tells every stop that is passed.
fn walk(
    run: &mut Run<'_, Unwritten>,
    most: u32,
    mut passed: impl FnMut(At),
) -> Result<(), AmmError> {
    while run.is_going() {
        if run.at.steps >= most {
            return Err(AmmError::Steps(most));
        }
        run.advance()?;
        // a step that left something was full
        if !run.left.is_zero() {
            passed(run.at);
        }
    }
    Ok(())
}
