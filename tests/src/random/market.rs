//! What there is to happen on: one DEX of each kind, their tokens and pools, two NFT collections.

use std::collections::HashMap;

use alloy_primitives::{Address, B256};
use domain::{
    config::{Collection, Dex, Pricing, Watch},
    decimal::Decimal,
    entity::{NftStandard, Protocol, TokenMetadata},
    ids::PoolId,
};

/// V2's factory.
pub(super) const V2: Address = Address::repeat_byte(0xf2);
/// V3's factory.
pub(super) const V3: Address = Address::repeat_byte(0xf3);
/// V4's pool manager.
pub(super) const V4: Address = Address::repeat_byte(0xf4);
/// V3's position manager.
pub(super) const V3_POSITIONS: Address = Address::repeat_byte(0xe3);
/// V4's position manager.
pub(super) const V4_POSITIONS: Address = Address::repeat_byte(0xe4);
/// An ERC-721 collection.
pub(super) const APES: Address = Address::repeat_byte(0xd1);
/// An ERC-1155 collection.
pub(super) const BADGES: Address = Address::repeat_byte(0xd2);

const WETH: Address = Address::repeat_byte(0x11);
const USD: Address = Address::repeat_byte(0x22);
const LINK: Address = Address::repeat_byte(0x33);
const MEME: Address = Address::repeat_byte(0x44);
const MUTE: Address = Address::repeat_byte(0x55);

/// Tokens of the pools that may come to be; the first gives the price of the reference token.
pub(super) const PAIRS: [[Address; 2]; 6] =
    [[WETH, USD], [WETH, LINK], [WETH, MEME], [USD, LINK], [LINK, MEME], [USD, MUTE]];

/// The contract of a V2 pair or a V3 pool.
pub(super) fn contract(dex: Address, pair: usize) -> Address {
    let number = u8::try_from(pair).unwrap_or(u8::MAX);
    let mut bytes = [0; 20];
    bytes[0] = dex[0];
    bytes[19] = number + 1;
    Address::from(bytes)
}

/// The key of a V4 pool.
pub(super) fn key(pair: usize) -> B256 {
    contract(V4, pair).into_word()
}

/// What is watched, and what the tokens say of themselves.
#[derive(Debug, Clone)]
pub struct Market {
    /// What is watched.
    pub watch: Watch,
    /// Metadata of the tokens.
    pub metadata: HashMap<Address, TokenMetadata>,
}

impl Default for Market {
    fn default() -> Self {
        let pricing = |stable| Pricing {
            reference_token: WETH,
            whitelist: vec![WETH, USD, LINK],
            stablecoins: vec![USD],
            stable_pools: vec![stable],
            minimum_locked: Decimal::from(1u64),
            ..Pricing::default()
        };
        let dex = |name: &str, protocol, factory, position_manager, stable| Dex {
            name: name.into(),
            protocol,
            factory,
            fee_pips: 3_000,
            fork: None,
            position_manager,
            pricing: pricing(stable),
        };
        let stable = |dex| PoolId::Contract(contract(dex, 0));
        let dexes = vec![
            dex("v2", Protocol::V2, V2, None, stable(V2)),
            dex("v3", Protocol::V3, V3, Some(V3_POSITIONS), stable(V3)),
            dex("v4", Protocol::V4, V4, Some(V4_POSITIONS), PoolId::Key(key(0))),
        ];
        let collection =
            |name: &str, standard, address| Collection { name: name.into(), standard, address };
        let collections = vec![
            collection("apes", NftStandard::Erc721, APES),
            collection("badges", NftStandard::Erc1155, BADGES),
        ];
        let told = |decimals| TokenMetadata { decimals, ..TokenMetadata::default() };
        let metadata =
            [(WETH, Some(18)), (USD, Some(6)), (LINK, Some(18)), (MEME, Some(0)), (MUTE, None)]
                .map(|(token, decimals)| (token, told(decimals)))
                .into();
        Self { watch: Watch { dexes, collections }, metadata }
    }
}
