//! What there is to trade: the tokens and the pools, with the block (counted from the deployment) at which each pool
//! is created. Worths are integers, so that every machine computes the same first prices.

/// How a token behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An ordinary ERC-20.
    Plain,
    /// Name and symbol answer in 32 bytes.
    Bytes32,
    /// `symbol()` reverts.
    NoSymbol,
    /// One percent of each transfer is burnt.
    Fee,
}

/// A test token.
#[derive(Debug, Clone, Copy)]
pub struct TokenSpec {
    /// Name.
    pub name: &'static str,
    /// Symbol.
    pub symbol: &'static str,
    /// Decimals.
    pub decimals: u8,
    /// Behaviour.
    pub kind: TokenKind,
    /// Worth of one whole token in thousandths of a dollar, for the first price of its pools.
    pub worth: u64,
}

const fn token(
    name: &'static str,
    symbol: &'static str,
    decimals: u8,
    kind: TokenKind,
    worth: u64,
) -> TokenSpec {
    TokenSpec { name, symbol, decimals, kind, worth }
}

/// The test tokens, in the order of `Deployment::tokens`.
pub const TOKENS: [TokenSpec; 12] = [
    token("Harbor Dollar", "HUSD", 6, TokenKind::Plain, 1_000),
    token("Tern Dollar", "TUSD", 6, TokenKind::Plain, 1_000),
    token("Wrapped Basalt", "WBAS", 8, TokenKind::Plain, 60_000_000),
    token("Alder", "ALD", 18, TokenKind::Plain, 12_500),
    token("Birch", "BIR", 18, TokenKind::Plain, 4_200),
    token("Cedar", "CED", 18, TokenKind::Plain, 730),
    token("Dogwood", "DOG", 18, TokenKind::Plain, 95),
    token("Elm Dollar", "EUSD", 18, TokenKind::Plain, 1_000),
    token("Ticket", "TIX", 0, TokenKind::Plain, 25_000),
    token("Old Quarry", "OQRY", 18, TokenKind::Bytes32, 1_500_000),
    token("Nameless Fern", "", 18, TokenKind::NoSymbol, 3_300),
    token("Tithe", "TITHE", 18, TokenKind::Fee, 640),
];

/// Worth of one ether in thousandths of a dollar.
pub const ETHER_WORTH: u64 = 3_000_000;

/// A side of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asset {
    /// An entry of [`TOKENS`].
    Token(usize),
    /// Wrapped ether.
    Weth,
    /// The native coin; V4 only.
    Native,
}

/// Which protocol a pool belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// A pair.
    V2,
    /// A pool with a fee tier (pips).
    V3 {
        /// Fee in pips.
        fee: u32,
        /// The tier's tick spacing.
        spacing: i32,
    },
    /// A V4 pool without hooks.
    V4 {
        /// Fee in pips.
        fee: u32,
        /// Tick spacing.
        spacing: i32,
    },
}

/// A pool of the catalogue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolSpec {
    pub(crate) protocol: Protocol,
    pub(crate) assets: [Asset; 2],
    /// Created this many blocks after the deployment.
    pub(crate) due: u64,
    /// First liquidity of each side, in whole dollars.
    pub(crate) depth: u64,
}

const fn v2(a: Asset, b: Asset, due: u64, depth: u64) -> PoolSpec {
    PoolSpec { protocol: Protocol::V2, assets: [a, b], due, depth }
}

const fn v3(a: Asset, b: Asset, fee: u32, spacing: i32, due: u64, depth: u64) -> PoolSpec {
    PoolSpec { protocol: Protocol::V3 { fee, spacing }, assets: [a, b], due, depth }
}

const fn v4(a: Asset, b: Asset, fee: u32, spacing: i32, due: u64, depth: u64) -> PoolSpec {
    PoolSpec { protocol: Protocol::V4 { fee, spacing }, assets: [a, b], due, depth }
}

const HUSD: Asset = Asset::Token(0);
const TUSD: Asset = Asset::Token(1);
const WBAS: Asset = Asset::Token(2);
const ALD: Asset = Asset::Token(3);
const BIR: Asset = Asset::Token(4);
const CED: Asset = Asset::Token(5);
const DOG: Asset = Asset::Token(6);
const EUSD: Asset = Asset::Token(7);
const TIX: Asset = Asset::Token(8);
const OQRY: Asset = Asset::Token(9);
const FERN: Asset = Asset::Token(10);
const TITHE: Asset = Asset::Token(11);

/// All pools, early and late.
pub(crate) const POOLS: [PoolSpec; 27] = [
    v2(HUSD, Asset::Weth, 1, 4_000_000),
    v2(ALD, Asset::Weth, 1, 1_500_000),
    v2(HUSD, TUSD, 2, 2_000_000),
    v2(TITHE, Asset::Weth, 2, 400_000),
    v2(TIX, HUSD, 3, 300_000),
    v2(OQRY, Asset::Weth, 20, 900_000),
    v2(FERN, HUSD, 41, 200_000),
    v2(CED, ALD, 120, 250_000),
    v2(DOG, Asset::Weth, 260, 90_000),
    v3(HUSD, Asset::Weth, 500, 10, 1, 8_000_000),
    v3(HUSD, Asset::Weth, 3000, 60, 1, 3_000_000),
    v3(HUSD, TUSD, 100, 1, 2, 6_000_000),
    v3(WBAS, Asset::Weth, 3000, 60, 2, 5_000_000),
    v3(ALD, HUSD, 3000, 60, 3, 1_200_000),
    v3(BIR, Asset::Weth, 10_000, 200, 4, 700_000),
    v3(OQRY, HUSD, 10_000, 200, 25, 600_000),
    v3(EUSD, HUSD, 100, 1, 45, 2_500_000),
    v3(CED, Asset::Weth, 10_000, 200, 150, 300_000),
    v3(DOG, HUSD, 500, 10, 280, 120_000),
    v4(Asset::Native, HUSD, 500, 10, 2, 6_000_000),
    v4(HUSD, TUSD, 100, 1, 2, 5_000_000),
    v4(ALD, BIR, 3000, 60, 3, 900_000),
    v4(Asset::Native, ALD, 10_000, 200, 5, 800_000),
    v4(WBAS, HUSD, 1234, 13, 22, 2_000_000),
    v4(Asset::Native, FERN, 3000, 60, 43, 350_000),
    v4(EUSD, TUSD, 80, 7, 170, 1_000_000),
    v4(Asset::Native, HUSD, 9999, 113, 240, 500_000),
];

/// The pools of the dollar and ether by which ether has a price: of V2, V3, V4.
pub(crate) const STABLE: [PoolSpec; 3] = [POOLS[0], POOLS[9], POOLS[19]];

/// Decimals of an asset.
pub(crate) fn decimals(asset: Asset) -> u8 {
    match asset {
        Asset::Token(index) => TOKENS.get(index).map_or(18, |token| token.decimals),
        Asset::Weth | Asset::Native => 18,
    }
}

/// Worth of a whole unit of an asset in thousandths of a dollar.
pub(crate) fn worth(asset: Asset) -> u64 {
    match asset {
        Asset::Token(index) => TOKENS.get(index).map_or(1_000, |token| token.worth),
        Asset::Weth | Asset::Native => ETHER_WORTH,
    }
}
