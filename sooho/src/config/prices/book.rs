//! The tokens with their feeds, of the sources that are switched on.

use domain::{
    ids::ChainId,
    market::{Asset, Feed, Quote, Source},
};
use indexer::market::{Book, Token, TokenFeed, chainlink::Chainlink, pools::Pools};

use super::{FeedsConfig, PricesConfig, TokenConfig, defillama_chain};
use crate::config::ChainConfig;

/// What stands for dollars where a quote currency is named.
const DOLLARS: &str = "usd";

impl PricesConfig {
    /// The tokens as they are collected.
    ///
    /// # Errors
    /// A sentence that names the key.
    pub fn book(&self, chains: &[ChainConfig]) -> Result<Book, String> {
        let mut tokens = Vec::with_capacity(self.tokens.len());
        for (index, token) in self.tokens.iter().enumerate() {
            let at = format!("prices.tokens.{index}");
            let asset = asset_of(token, chains).ok_or_else(|| {
                let names: Vec<&str> = chains.iter().map(|chain| chain.name.as_str()).collect();
                format!(
                    "{at}.chain: `{}` is no chain: name one of {}",
                    token.chain.escape_debug(),
                    names.join(", ")
                )
            })?;
            tokens.push(Token {
                asset,
                chain: token.chain.clone(),
                symbol: token.symbol.clone(),
                decimals: token.decimals,
                stable: token.stable,
                feeds: self.feeds(&at, token, asset, chains)?,
            });
        }
        Book::new(tokens).map_err(|error| format!("prices.tokens: {error}"))
    }

    fn feeds(
        &self,
        at: &str,
        token: &TokenConfig,
        asset: Asset,
        chains: &[ChainConfig],
    ) -> Result<Vec<TokenFeed>, String> {
        let FeedsConfig { binance, coinbase, pyth, defillama, coingecko, chainlink, pools, .. } =
            &token.feeds;
        let mut feeds = Vec::new();
        let mut add = |enabled: bool, source, id: &str, quote| {
            if enabled && !id.is_empty() {
                feeds.push(TokenFeed { feed: Feed { source, id: id.into() }, quote });
            }
        };
        if let Some(feed) = chainlink {
            let id = Chainlink::id(asset.chain, feed.proxy);
            add(self.chainlink.enabled, Source::Chainlink, &id, Quote::Usd);
        }
        if self.binance.enabled && !binance.is_empty() {
            let quote = self.quote(at, token, asset.chain, chains)?;
            add(true, Source::Binance, &binance.to_uppercase(), quote);
        }
        add(self.coinbase.enabled, Source::Coinbase, coinbase, Quote::Usd);
        add(self.pyth.enabled, Source::Pyth, pyth, Quote::Usd);
        let by_address = || {
            let chain = defillama_chain(asset.chain)?;
            Some(format!("{chain}:{:#x}", asset.address))
        };
        let named = defillama.clone().or_else(by_address).unwrap_or_default();
        add(self.defillama.enabled, Source::DefiLlama, &named, Quote::Usd);
        add(self.coingecko.enabled, Source::CoinGecko, coingecko, Quote::Usd);
        if *pools {
            add(self.pools.enabled, Source::Pools, &Pools::id(asset), Quote::Usd);
        }
        Ok(feeds)
    }

    /// What a pair is counted in: the token of that symbol on the same chain, else the first one anywhere.
    fn quote(
        &self,
        at: &str,
        token: &TokenConfig,
        chain: ChainId,
        chains: &[ChainConfig],
    ) -> Result<Quote, String> {
        let FeedsConfig { binance, binance_quote: own, .. } = &token.feeds;
        let symbol = if own.is_empty() { &self.binance.quote } else { own };
        let (pair, end) = (binance.to_uppercase(), symbol.to_uppercase());
        if own.is_empty() && !pair.ends_with(&end) {
            return Err(format!(
                "{at}.feeds.binance: {pair} does not end with {end} (prices.binance.quote): name the token that it is \
                 counted in by binance_quote"
            ));
        }
        if symbol.eq_ignore_ascii_case(DOLLARS) {
            return Ok(Quote::Usd);
        }
        let called = self.tokens.iter().filter(|token| token.symbol.eq_ignore_ascii_case(symbol));
        let mut assets = called.filter_map(|token| asset_of(token, chains));
        let first = assets.next();
        let near = first.filter(|asset| asset.chain == chain);
        let near = near.or_else(|| assets.find(|asset| asset.chain == chain)).or(first);
        near.map(Quote::Asset).ok_or_else(|| {
            format!(
                "{at}.feeds.binance: {pair} is counted in {symbol}, which is none of prices.tokens: add that token, with a \
                 feed in dollars (or say binance_quote = \"usd\")"
            )
        })
    }
}

fn asset_of(token: &TokenConfig, chains: &[ChainConfig]) -> Option<Asset> {
    let chain = chains.iter().find(|chain| chain.name == token.chain)?;
    Some(Asset { chain: chain.id, address: token.address })
}
