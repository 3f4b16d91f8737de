//! One function per contract: topic to event.

use alloy_primitives::{Address, B256, I256, LogData, U256};
use alloy_sol_types::SolEvent;
use domain::event::EventKind;

use super::DecodeError;
use crate::events::{nft, pancake_v3, v2, v3, v4};

pub(super) type Decoded = Result<Option<EventKind>, DecodeError>;

pub(super) fn parse<E: SolEvent>(
    address: Address,
    topic: B256,
    log: &LogData,
) -> Result<E, DecodeError> {
    E::decode_log_data_validate(log).map_err(|error| DecodeError {
        address,
        topic,
        event: E::SIGNATURE,
        reason: error.to_string(),
    })
}

pub(super) fn v2_factory(address: Address, topic: B256, log: &LogData) -> Decoded {
    if topic != v2::PairCreated::SIGNATURE_HASH {
        return Ok(None);
    }
    let e: v2::PairCreated = parse(address, topic, log)?;
    Ok(Some(EventKind::V2PairCreated { token0: e.token0, token1: e.token1, pair: e.pair }))
}

pub(super) fn v2_pair(address: Address, topic: B256, log: &LogData) -> Decoded {
    Ok(Some(match topic {
        v2::Sync::SIGNATURE_HASH => {
            let e: v2::Sync = parse(address, topic, log)?;
            EventKind::V2Sync { reserve0: U256::from(e.reserve0), reserve1: U256::from(e.reserve1) }
        }
        v2::Mint::SIGNATURE_HASH => {
            let e: v2::Mint = parse(address, topic, log)?;
            EventKind::V2Mint { sender: e.sender, amount0: e.amount0, amount1: e.amount1 }
        }
        v2::Burn::SIGNATURE_HASH => {
            let e: v2::Burn = parse(address, topic, log)?;
            EventKind::V2Burn { sender: e.sender, to: e.to, amount0: e.amount0, amount1: e.amount1 }
        }
        // of the pair's own shares: the ERC-20 layout
        v2::Transfer::SIGNATURE_HASH => {
            let e: v2::Transfer = parse(address, topic, log)?;
            EventKind::V2Transfer { from: e.from, to: e.to, value: e.value }
        }
        v2::Swap::SIGNATURE_HASH => {
            let e: v2::Swap = parse(address, topic, log)?;
            EventKind::V2Swap {
                sender: e.sender,
                to: e.to,
                amount0_in: e.amount0In,
                amount1_in: e.amount1In,
                amount0_out: e.amount0Out,
                amount1_out: e.amount1Out,
            }
        }
        _ => return Ok(None),
    }))
}

pub(super) fn v3_factory(address: Address, topic: B256, log: &LogData) -> Decoded {
    if topic != v3::PoolCreated::SIGNATURE_HASH {
        return Ok(None);
    }
    let e: v3::PoolCreated = parse(address, topic, log)?;
    Ok(Some(EventKind::V3PoolCreated {
        token0: e.token0,
        token1: e.token1,
        fee: e.fee.to(),
        tick_spacing: e.tickSpacing.as_i32(),
        pool: e.pool,
    }))
}

/// A swap; that of a fork says more.
macro_rules! v3_swap {
    ($event:ident, $protocol_fees:expr) => {
        EventKind::V3Swap {
            sender: $event.sender,
            recipient: $event.recipient,
            amount0: $event.amount0,
            amount1: $event.amount1,
            sqrt_price_x96: U256::from($event.sqrtPriceX96),
            liquidity: $event.liquidity,
            tick: $event.tick.as_i32(),
            protocol_fees: $protocol_fees,
        }
    };
}

pub(super) fn v3_pool(address: Address, topic: B256, log: &LogData) -> Decoded {
    Ok(Some(match topic {
        v3::Initialize::SIGNATURE_HASH => {
            let e: v3::Initialize = parse(address, topic, log)?;
            EventKind::V3Initialize {
                sqrt_price_x96: U256::from(e.sqrtPriceX96),
                tick: e.tick.as_i32(),
            }
        }
        v3::Mint::SIGNATURE_HASH => {
            let e: v3::Mint = parse(address, topic, log)?;
            EventKind::V3Mint {
                owner: e.owner,
                tick_lower: e.tickLower.as_i32(),
                tick_upper: e.tickUpper.as_i32(),
                liquidity: e.amount,
                amount0: e.amount0,
                amount1: e.amount1,
            }
        }
        v3::Burn::SIGNATURE_HASH => {
            let e: v3::Burn = parse(address, topic, log)?;
            EventKind::V3Burn {
                owner: e.owner,
                tick_lower: e.tickLower.as_i32(),
                tick_upper: e.tickUpper.as_i32(),
                liquidity: e.amount,
                amount0: e.amount0,
                amount1: e.amount1,
            }
        }
        v3::Collect::SIGNATURE_HASH => {
            let e: v3::Collect = parse(address, topic, log)?;
            EventKind::V3Collect {
                owner: e.owner,
                tick_lower: e.tickLower.as_i32(),
                tick_upper: e.tickUpper.as_i32(),
                amount0: U256::from(e.amount0),
                amount1: U256::from(e.amount1),
            }
        }
        v3::Swap::SIGNATURE_HASH => {
            let e: v3::Swap = parse(address, topic, log)?;
            v3_swap!(e, None)
        }
        pancake_v3::Swap::SIGNATURE_HASH => {
            let e: pancake_v3::Swap = parse(address, topic, log)?;
            v3_swap!(e, Some([e.protocolFeesToken0, e.protocolFeesToken1]))
        }
        v3::Flash::SIGNATURE_HASH => {
            let e: v3::Flash = parse(address, topic, log)?;
            EventKind::V3Flash {
                sender: e.sender,
                recipient: e.recipient,
                amount0: e.amount0,
                amount1: e.amount1,
                paid0: e.paid0,
                paid1: e.paid1,
            }
        }
        v3::SetFeeProtocol::SIGNATURE_HASH => {
            let e: v3::SetFeeProtocol = parse(address, topic, log)?;
            let [part0, part1] = [e.feeProtocol0New, e.feeProtocol1New].map(u32::from);
            // the pool stores eight bits
            EventKind::V3FeeProtocol { fee_protocol: (part0 | part1 << 4) & 0xff }
        }
        pancake_v3::SetFeeProtocol::SIGNATURE_HASH => {
            let e: pancake_v3::SetFeeProtocol = parse(address, topic, log)?;
            let share1 = e.feeProtocol1New << 16;
            EventKind::V3FeeProtocol { fee_protocol: e.feeProtocol0New | share1 }
        }
        v3::CollectProtocol::SIGNATURE_HASH => {
            let e: v3::CollectProtocol = parse(address, topic, log)?;
            EventKind::V3CollectProtocol {
                amount0: U256::from(e.amount0),
                amount1: U256::from(e.amount1),
            }
        }
        _ => return Ok(None),
    }))
}

pub(super) fn v4_manager(address: Address, topic: B256, log: &LogData) -> Decoded {
    Ok(Some(match topic {
        v4::Initialize::SIGNATURE_HASH => {
            let e: v4::Initialize = parse(address, topic, log)?;
            EventKind::V4Initialize {
                id: e.id,
                currency0: e.currency0,
                currency1: e.currency1,
                fee: e.fee.to(),
                tick_spacing: e.tickSpacing.as_i32(),
                hooks: e.hooks,
                sqrt_price_x96: U256::from(e.sqrtPriceX96),
                tick: e.tick.as_i32(),
            }
        }
        v4::ModifyLiquidity::SIGNATURE_HASH => {
            let e: v4::ModifyLiquidity = parse(address, topic, log)?;
            EventKind::V4ModifyLiquidity {
                id: e.id,
                sender: e.sender,
                tick_lower: e.tickLower.as_i32(),
                tick_upper: e.tickUpper.as_i32(),
                liquidity_delta: e.liquidityDelta,
                salt: e.salt,
            }
        }
        v4::Swap::SIGNATURE_HASH => {
            let e: v4::Swap = parse(address, topic, log)?;
            EventKind::V4Swap {
                id: e.id,
                sender: e.sender,
                amount0: widen(e.amount0),
                amount1: widen(e.amount1),
                sqrt_price_x96: U256::from(e.sqrtPriceX96),
                liquidity: e.liquidity,
                tick: e.tick.as_i32(),
                fee: e.fee.to(),
            }
        }
        v4::Donate::SIGNATURE_HASH => {
            let e: v4::Donate = parse(address, topic, log)?;
            EventKind::V4Donate {
                id: e.id,
                sender: e.sender,
                amount0: e.amount0,
                amount1: e.amount1,
            }
        }
        v4::ProtocolFeeUpdated::SIGNATURE_HASH => {
            let e: v4::ProtocolFeeUpdated = parse(address, topic, log)?;
            EventKind::V4ProtocolFee { id: e.id, protocol_fee: e.protocolFee.to() }
        }
        _ => return Ok(None),
    }))
}

pub(super) fn erc721(address: Address, topic: B256, log: &LogData) -> Decoded {
    if topic != nft::Transfer::SIGNATURE_HASH {
        return Ok(None);
    }
    let e: nft::Transfer = parse(address, topic, log)?;
    Ok(Some(EventKind::Erc721Transfer { from: e.from, to: e.to, token_id: e.tokenId }))
}

pub(super) fn erc1155(address: Address, topic: B256, log: &LogData) -> Decoded {
    Ok(Some(match topic {
        nft::TransferSingle::SIGNATURE_HASH => {
            let e: nft::TransferSingle = parse(address, topic, log)?;
            EventKind::Erc1155Transfer {
                operator: e.operator,
                from: e.from,
                to: e.to,
                items: vec![(e.id, e.value)],
            }
        }
        nft::TransferBatch::SIGNATURE_HASH => {
            let e: nft::TransferBatch = parse(address, topic, log)?;
            if e.ids.len() != e.values.len() {
                return Err(DecodeError {
                    address,
                    topic,
                    event: nft::TransferBatch::SIGNATURE,
                    reason: format!("{} ids but {} values", e.ids.len(), e.values.len()),
                });
            }
            let items = e.ids.into_iter().zip(e.values).collect();
            EventKind::Erc1155Transfer { operator: e.operator, from: e.from, to: e.to, items }
        }
        _ => return Ok(None),
    }))
}

/// `int128` into `int256`; always fits.
fn widen(value: i128) -> I256 {
    let magnitude = I256::from_raw(U256::from(value.unsigned_abs()));
    if value < 0 { magnitude.wrapping_neg() } else { magnitude }
}
