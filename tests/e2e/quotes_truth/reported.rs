//! Faults that users of other simulators reported, played on the real contracts.

mod borders;
mod shapes;

use alloy_primitives::{U256, uint};
use tests::quoting::{hand::Place, scene::Scene};

/// 10^18.
const ETHER: U256 = uint!(1_000_000_000_000_000_000_U256);

/// A pool of two tokens with 18 decimals that the traffic does not use.
fn place(scene: &Scene, fee_pips: u32) -> Place {
    let tokens = &scene.world.deployment.tokens;
    Place::new([tokens[3], tokens[4]], fee_pips)
}

/// So many whole tokens of both.
fn both(whole: u64) -> [U256; 2] {
    [ETHER * U256::from(whole); 2]
}
