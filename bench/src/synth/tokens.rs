//! The tokens: a reference, four that have a price of their own, and as many others as wanted.

use abis::periphery::Erc20;
use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use devchain::Dice;

/// A token, or the native currency at the zero address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Contract.
    pub address: Address,
    /// `symbol()`.
    pub symbol: String,
    /// `decimals()`.
    pub decimals: u8,
    /// Price in millionths of a dollar.
    pub micro_usd: u64,
}

/// Symbol, decimals and price in millionths of a dollar of those with a name.
const NAMED: [(&str, u8, u64); 5] = [
    ("WETH", 18, 3_000_000_000),
    ("USDC", 6, 1_000_000),
    ("USDT", 6, 1_000_000),
    ("DAI", 18, 1_000_000),
    ("WBTC", 8, 60_000_000_000),
];

/// Place of the reference token.
pub const REFERENCE: usize = 0;
/// Places of the dollar tokens.
pub const STABLE: [usize; 3] = [1, 2, 3];

/// An address that stands for a name.
#[must_use]
pub fn address(kind: &str, number: u64) -> Address {
    Address::from_word(keccak256(format!("{kind} {number}")))
}

impl Token {
    /// What the zero address stands for, at the reference's price.
    #[must_use]
    pub fn native() -> Self {
        let (_, decimals, micro_usd) = NAMED[REFERENCE];
        Self { address: Address::ZERO, symbol: "ETH".to_owned(), decimals, micro_usd }
    }

    /// So many units are worth this many dollars.
    #[must_use]
    pub fn worth(&self, dollars: u64) -> U256 {
        let one = U256::from(10).pow(U256::from(self.decimals));
        U256::from(dollars) * U256::from(1_000_000) * one / U256::from(self.micro_usd)
    }

    /// What the contract answers, as pairs of call and answer.
    #[must_use]
    pub fn answers(&self) -> [(Bytes, Bytes); 4] {
        let name = format!("Token {}", self.symbol);
        [
            (Erc20::decimalsCall {}.abi_encode(), U256::from(self.decimals).abi_encode()),
            (Erc20::symbolCall {}.abi_encode(), self.symbol.abi_encode()),
            (Erc20::nameCall {}.abi_encode(), name.abi_encode()),
            (Erc20::totalSupplyCall {}.abi_encode(), self.worth(1_000_000_000).abi_encode()),
        ]
        .map(|(call, answer)| (call.into(), answer.into()))
    }
}

/// `count` tokens, at least those with a name.
#[must_use]
pub fn universe(count: usize, dice: &mut Dice) -> Vec<Token> {
    let token = |place: usize, symbol: String, decimals, micro_usd| Token {
        address: address("token", place as u64),
        symbol,
        decimals,
        micro_usd,
    };
    let mut tokens = Vec::with_capacity(count);
    for (place, (symbol, decimals, micro_usd)) in NAMED.into_iter().enumerate() {
        tokens.push(token(place, symbol.to_owned(), decimals, micro_usd));
    }
    for place in tokens.len()..count {
        let decimals = if dice.chance(1, 8) { 9 } else { 18 };
        // from a thousandth of a dollar to a hundred
        let price = 1_000 * 10_u64.pow(u32::try_from(dice.below(5)).unwrap_or(0));
        let price = price + dice.below(price);
        tokens.push(token(place, format!("TKN{place}"), decimals, price));
    }
    tokens
}
