//! The ticks of a pool that carry liquidity, sorted, and the walk over them (`Tick`, `TickBitmap`).

use super::{
    AmmError,
    tick_math::{MAX_TICK, MIN_TICK},
};

#[cfg(test)]
mod tests;

/// A tick that a position starts or ends at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickLiquidity {
    /// Tick.
    pub index: i32,
    /// All liquidity that references it.
    pub gross: u128,
    /// Liquidity added when it is crossed upwards.
    pub net: i128,
}

/// The initialised ticks of a pool: 48 bytes each, in one piece, so that a swap reads on where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickMap {
    spacing: i32,
    /// Ascending by index.
    ticks: Vec<TickLiquidity>,
}

/// The next stop of a swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Tick.
    pub index: i32,
    /// Net liquidity when the tick is initialised.
    pub net: Option<i128>,
}

impl TickMap {
    /// A map without ticks.
    ///
    /// # Errors
    /// [`AmmError::TickMap`] when the spacing is no positive 15-bit number.
    pub fn new(spacing: i32) -> Result<Self, AmmError> {
        Self::from_ticks(spacing, [])
    }

    /// A map of these ticks, in any order. One that no liquidity references is not initialised and left out.
    ///
    /// # Errors
    /// [`AmmError::TickMap`] for a tick twice or between the usable ones, [`AmmError::Tick`] beyond the range.
    pub fn from_ticks(
        spacing: i32,
        ticks: impl IntoIterator<Item = TickLiquidity>,
    ) -> Result<Self, AmmError> {
        if !(1..=i32::from(i16::MAX)).contains(&spacing) {
            return Err(AmmError::TickMap { tick: 0, spacing });
        }
        let mut ticks: Vec<_> = ticks.into_iter().filter(|tick| tick.gross > 0).collect();
        ticks.sort_unstable_by_key(|tick| tick.index);
        for (place, tick) in ticks.iter().enumerate() {
            check(tick.index, spacing)?;
            if place > 0 && ticks[place - 1].index == tick.index {
                return Err(AmmError::TickMap { tick: tick.index, spacing });
            }
        }
        Ok(Self { spacing, ticks })
    }

    /// Distance between usable ticks.
    #[must_use]
    pub const fn spacing(&self) -> i32 {
        self.spacing
    }

    /// The initialised ticks, ascending.
    #[must_use]
    pub fn ticks(&self) -> &[TickLiquidity] {
        &self.ticks
    }

    /// An initialised tick.
    #[must_use]
    pub fn get(&self, index: i32) -> Option<&TickLiquidity> {
        let place = self.ticks.binary_search_by_key(&index, |tick| tick.index).ok()?;
        self.ticks.get(place)
    }

    /// The liquidity in range at a tick: the sum of everything that starts at or below it; `None` when the map
    /// contradicts itself.
    #[must_use]
    pub fn liquidity_at(&self, tick: i32) -> Option<u128> {
        let below = &self.ticks[..self.count_to(tick)];
        below.iter().try_fold(0_u128, |sum, tick| sum.checked_add_signed(tick.net))
    }

    /// Adds liquidity to a range, or takes it away: both ends change as `Tick.update` changes them. On an error the
    /// map is unchanged.
    ///
    /// # Errors
    /// [`AmmError::TickMap`] when the range is none, [`AmmError::Liquidity`] when more is taken than there is.
    pub fn change(&mut self, lower: i32, upper: i32, delta: i128) -> Result<(), AmmError> {
        check(lower, self.spacing)?;
        check(upper, self.spacing)?;
        if lower >= upper {
            return Err(AmmError::TickMap { tick: lower, spacing: self.spacing });
        }
        let low = self.changed(lower, delta, delta)?;
        let high =
            self.changed(upper, delta, delta.checked_neg().ok_or(AmmError::Liquidity(upper))?)?;
        self.place(low);
        self.place(high);
        Ok(())
    }

    fn changed(&self, index: i32, gross: i128, net: i128) -> Result<TickLiquidity, AmmError> {
        let old = self.get(index).copied().unwrap_or(TickLiquidity { index, gross: 0, net: 0 });
        let gross = old.gross.checked_add_signed(gross).ok_or(AmmError::Liquidity(index))?;
        let net = old.net.checked_add(net).ok_or(AmmError::Liquidity(index))?;
        Ok(TickLiquidity { index, gross, net })
    }

    fn place(&mut self, tick: TickLiquidity) {
        match self.ticks.binary_search_by_key(&tick.index, |other| other.index) {
            Ok(place) if tick.gross == 0 => {
                self.ticks.remove(place);
            }
            Ok(place) => self.ticks[place] = tick,
            Err(_) if tick.gross == 0 => {}
            Err(place) => self.ticks.insert(place, tick),
        }
    }

    /// How many ticks lie at or below this one.
    pub(super) fn count_to(&self, tick: i32) -> usize {
        self.ticks.partition_point(|other| other.index <= tick)
    }

    /// The tick below or at (`zero_for_one`) or above the current one, `below` ticks lying at or below it, or else the
    /// end of the word of 256 usable ticks (`TickBitmap.nextInitializedTickWithinOneWord`): pools stop there too, and
    /// each stop rounds.
    pub(super) fn next_within_word(&self, tick: i32, below: usize, zero_for_one: bool) -> Stop {
        let compressed = tick.div_euclid(self.spacing);
        if zero_for_one {
            let end = (compressed & !255) * self.spacing;
            match self.next_initialized(below, true) {
                Some(stop) if stop.index >= end => stop,
                _ => Stop { index: end.max(MIN_TICK), net: None },
            }
        } else {
            let end = ((compressed + 1) | 255) * self.spacing;
            match self.next_initialized(below, false) {
                Some(stop) if stop.index <= end => stop,
                _ => Stop { index: end.min(MAX_TICK), net: None },
            }
        }
    }

    /// The same without the word.
    pub(super) fn next_initialized(&self, below: usize, zero_for_one: bool) -> Option<Stop> {
        let tick = if zero_for_one {
            self.ticks.get(below.checked_sub(1)?)?
        } else {
            self.ticks.get(below)?
        };
        Some(Stop { index: tick.index, net: Some(tick.net) })
    }
}

const fn check(tick: i32, spacing: i32) -> Result<(), AmmError> {
    if tick < MIN_TICK || tick > MAX_TICK {
        return Err(AmmError::Tick(tick));
    }
    if tick % spacing != 0 {
        return Err(AmmError::TickMap { tick, spacing });
    }
    Ok(())
}
