//! What a swap pays: the fee of the liquidity providers and the part of it, or on top of it, that the protocol takes.

use alloy_primitives::U256;

use super::{AmmError, PIPS, full_math::mul_div, swap_step::Version};

#[cfg(test)]
mod tests;

/// The fee rule of a pool. The protocol's settings are packed as the pool stores them, one value per direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fee {
    /// `UniswapV3Pool`.
    V3 {
        /// Fee in pips.
        pips: u32,
        /// `slot0.feeProtocol`: the protocol takes one n-th of the fee, n in the low 4 bits for token0 and in the high
        /// 4 bits for token1; 0 takes nothing.
        protocol: u8,
    },
    /// `PancakeV3Pool`.
    PancakeV3 {
        /// Fee in pips.
        pips: u32,
        /// `slot0.feeProtocol`: ten-thousandths of the fee, the low 16 bits for token0, the high 16 bits for token1.
        protocol: u32,
    },
    /// `PoolManager` of V4.
    V4 {
        /// The liquidity providers' fee in pips, after any override by a hook.
        lp_pips: u32,
        /// `slot0.protocolFee`: pips of the input, the low 12 bits for token0, the high 12 bits for token1; they come
        /// on top.
        protocol: u32,
    },
    /// `PoolManager` of V4, as the event of a swap tells it.
    V4Paid {
        /// All that the swapper paid, in pips.
        pips: u32,
        /// As above.
        protocol: u32,
    },
}

/// The fee of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Directed {
    pub(super) version: Version,
    /// All that the swapper pays, in pips.
    pub(super) pips: u32,
    cut: Cut,
}

/// How the protocol's part of a step is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Nothing,
    /// One n-th of the fee.
    Part(u8),
    /// Ten-thousandths of the fee.
    Share(u16),
    /// Pips of the input with its fee.
    OfInput(u32),
    /// All of the fee.
    Everything,
}

/// What the protocol takes of a pool of PancakeSwap V3 until it is set otherwise, packed as the pool stores it
/// (`PancakeV3Pool.initialize`).
#[must_use]
pub const fn pancake_v3_protocol(pips: u32) -> u32 {
    let share = match pips {
        100 => 3_300,
        500 => 3_400,
        _ => 3_200,
    };
    share | share << 16
}

impl Fee {
    /// The rule of a V3 pool by the protocol's part as the pool stores it: the lowest share that a pool of PancakeSwap can
    /// have is greater than all that one of Uniswap stores.
    #[must_use]
    pub fn of_v3(pips: u32, protocol: u32) -> Self {
        match u8::try_from(protocol) {
            Ok(protocol) => Self::V3 { pips, protocol },
            Err(_) => Self::PancakeV3 { pips, protocol },
        }
    }

    /// What of a flash loan's fees of token0 and token1 the protocol takes.
    ///
    /// # Errors
    /// [`AmmError`] when the pool could not have such a fee.
    pub fn flash_parts(self, paid: [U256; 2]) -> Result<[U256; 2], AmmError> {
        let [paid0, paid1] = paid;
        let part = |zero, paid| self.directed(zero)?.protocol_part(U256::ZERO, paid);
        Ok([part(true, paid0)?, part(false, paid1)?])
    }

    /// All that a swapper pays, in pips of the input.
    ///
    /// # Errors
    /// [`AmmError::Fee`] when the pool could not have such a fee.
    pub fn swap_pips(self, zero_for_one: bool) -> Result<u32, AmmError> {
        self.directed(zero_for_one).map(|fee| fee.pips)
    }

    pub(super) fn directed(self, zero_for_one: bool) -> Result<Directed, AmmError> {
        match self {
            Self::V3 { pips, protocol } => {
                let part = if zero_for_one { protocol & 0xf } else { protocol >> 4 };
                let cut = if part == 0 { Cut::Nothing } else { Cut::Part(part) };
                below_whole(Directed { version: Version::V3, pips, cut })
            }
            Self::PancakeV3 { pips, protocol } => {
                let share = if zero_for_one { protocol } else { protocol >> 16 } & 0xffff;
                let cut =
                    u16::try_from(share).ok().filter(|s| *s > 0).map_or(Cut::Nothing, Cut::Share);
                below_whole(Directed { version: Version::V3, pips, cut })
            }
            Self::V4 { lp_pips, protocol } => {
                if lp_pips > PIPS {
                    return Err(AmmError::Fee(lp_pips));
                }
                let taken = v4_protocol_fee(protocol, zero_for_one);
                Ok(v4(v4_swap_fee(taken, lp_pips), taken))
            }
            Self::V4Paid { pips, .. } if pips > PIPS => Err(AmmError::Fee(pips)),
            Self::V4Paid { pips, protocol } => {
                Ok(v4(pips, v4_protocol_fee(protocol, zero_for_one)))
            }
        }
    }
}

/// The protocol's pips of one direction.
const fn v4_protocol_fee(packed: u32, zero_for_one: bool) -> u32 {
    (if zero_for_one { packed } else { packed >> 12 }) & 0xfff
}

const fn v4(pips: u32, taken: u32) -> Directed {
    let cut = match taken {
        0 => Cut::Nothing,
        _ if taken == pips => Cut::Everything,
        _ => Cut::OfInput(taken),
    };
    Directed { version: Version::V4, pips, cut }
}

/// The protocol's fee first, the liquidity providers' on what is left (`ProtocolFeeLibrary.calculateSwapFee`); pips.
#[must_use]
pub const fn v4_swap_fee(protocol_pips: u32, lp_pips: u32) -> u32 {
    let both = protocol_pips as u64 * lp_pips as u64 / PIPS as u64;
    let sum = protocol_pips as u64 + lp_pips as u64 - both;
    // both stay below a whole, so does their composition
    if sum > PIPS as u64 { PIPS } else { (sum & 0xff_ffff) as u32 }
}

const fn below_whole(fee: Directed) -> Result<Directed, AmmError> {
    if fee.pips < PIPS { Ok(fee) } else { Err(AmmError::Fee(fee.pips)) }
}

impl Directed {
    /// The protocol's part of a step's fee.
    pub(super) fn protocol_part(self, amount_in: U256, fee: U256) -> Result<U256, AmmError> {
        match self.cut {
            Cut::Nothing => Ok(U256::ZERO),
            Cut::Part(n) => Ok(fee / U256::from(n)),
            Cut::Share(share) => mul_div(fee, U256::from(share), U256::from(10_000)),
            Cut::OfInput(pips) => {
                let whole =
                    amount_in.checked_add(fee).ok_or(AmmError::Overflow("the input with fee"))?;
                Ok(mul_div(whole, U256::from(pips), U256::from(PIPS))?.min(fee))
            }
            Cut::Everything => Ok(fee),
        }
    }
}
