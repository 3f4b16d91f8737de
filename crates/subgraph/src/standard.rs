//! Schemas that clients know, as files: those of the Uniswap family, legacy entities included, and of blocks.

/// Entities of a DEX by the rules of Uniswap V2.
pub const UNISWAP_V2: &str = include_str!("../schemas/uniswap-v2.graphql");
/// Entities of a DEX by the rules of Uniswap V3.
pub const UNISWAP_V3: &str = include_str!("../schemas/uniswap-v3.graphql");
/// Entities of a DEX by the rules of Uniswap V4.
pub const UNISWAP_V4: &str = include_str!("../schemas/uniswap-v4.graphql");
/// Every indexed block.
pub const BLOCKS: &str = include_str!("../schemas/blocks.graphql");
