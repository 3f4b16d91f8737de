//! What the document says of the service as a whole.

use utoipa::OpenApi;

use super::shapes;

/// Title, topics, and the shapes of parameters.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "sooho: DEX API",
        description = "Pools, tokens, trades, positions, prices and quotes of the served chains. Every answer names the block it \
            speaks of. Amounts are decimal strings: in the token's smallest unit unless a description says whole tokens. \
            Failures are problem details (RFC 9457) with a stable `code`. With several chains a request names one (`chain=`).",
        license(name = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "chains", description = "What is served, and how far it is indexed."),
        (name = "pools", description = "Pools with their state, figures, ticks and periods."),
        (name = "tokens", description = "Tokens, and what each DEX's events add up to for them."),
        (name = "dexes", description = "DEXes as a whole."),
        (name = "candles", description = "Candles of pools and tokens, from indexed events."),
        (name = "events", description = "Swaps, liquidity events, and events of configured contracts."),
        (name = "accounts", description = "What accounts did, and what they have."),
        (name = "positions", description = "Positions of position managers (V3, V4), and shares of pairs (V2)."),
        (name = "prices", description = "Market prices: what tokens cost outside, from which sources, how old."),
        (name = "quotes", description = "What a trade gives, computed from the pools in memory, and the transaction for it."),
        (name = "transactions", description = "What became of a transaction, and what one would do."),
        (name = "graphql", description = "The same data by GraphQL: queries and subscriptions."),
        (name = "subgraphs", description = "DEXes as subgraphs: the query dialect of those, and where they stand. Each has a schema of its own."),
        (name = "udf", description = "TradingView's charts (Universal Data Feed). Errors are answers: `\"s\": \"error\"`."),
        (name = "coingecko", description = "The format that CoinGecko reads of exchanges."),
        (name = "cmc", description = "The format that CoinMarketCap reads of exchanges."),
        (name = "dexscreener", description = "DEX Screener's adapter 1.1, which GeckoTerminal reads, too."),
        (name = "dextools", description = "DEXTools' adapter 0.0.1."),
        (name = "admin", description = "For who runs the service; always with a key of the scope `admin`."),
        (name = "service", description = "Health, metrics, state, and this document."),
    ),
    components(schemas(
        api_kit::problem::Problem,
        shapes::AddressText,
        shapes::AsOfBlock,
        shapes::AsOfTimestamp,
        shapes::CandleLimit,
        shapes::CandleResolution,
        shapes::ChainName,
        shapes::ChainNumber,
        shapes::Cursor,
        shapes::DexName,
        shapes::MarketName,
        shapes::Moment,
        shapes::PageSize,
        shapes::PoolIdText,
        shapes::SecondsOrMillis,
        shapes::TickIndex,
        shapes::TickerText,
        shapes::TxHash,
        shapes::UdfResolution,
        shapes::Uint256Text,
        shapes::UnixSeconds,
        crate::feeds::UdfFailed,
        crate::feeds::DexToolsFault,
    ))
)]
pub(super) struct Base;
