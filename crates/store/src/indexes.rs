//! Every index, and the query it is for. Lists that are ordered by `_id` and need nothing else use the `_id` index.

/// An index of a collection.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) collection: &'static str,
    pub(crate) name: &'static str,
    /// Path and direction.
    pub(crate) keys: &'static [(&'static str, i32)],
}

/// The chain, where an index does not have it in a sub-document.
const CHAIN: (&str, i32) = ("_id.c", 1);
/// Where the locked value of a pool stands: the server sorts these decimals as numbers.
const TVL: (&str, i32) = ("figures.totalValueLockedUSD", 1);

/// All of them. Where a list is ordered by a whole sub-document (`_id`, `created`, `swaps`), that starts with the chain.
pub(crate) const INDEXES: &[Index] = &[
    // pools: all, of a protocol, of a token; by creation and by swaps
    Index { collection: "pools", name: "created", keys: &[("created", 1)] },
    Index { collection: "pools", name: "swaps", keys: &[("swaps", -1)] },
    Index {
        collection: "pools",
        name: "protocol_created",
        keys: &[("protocol", 1), ("created", 1)],
    },
    Index { collection: "pools", name: "protocol_swaps", keys: &[("protocol", 1), ("swaps", -1)] },
    Index { collection: "pools", name: "token_created", keys: &[("tokens", 1), ("created", 1)] },
    Index { collection: "pools", name: "token_swaps", keys: &[("tokens", 1), ("swaps", -1)] },
    Index { collection: "pools", name: "dex_created", keys: &[("dex", 1), ("created", 1)] },
    Index { collection: "pools", name: "dex_swaps", keys: &[("dex", 1), ("swaps", -1)] },
    // the same by locked value in USD, whose ties the `_id` decides
    Index { collection: "pools", name: "tvl", keys: &[CHAIN, TVL, ("_id", 1)] },
    Index {
        collection: "pools",
        name: "protocol_tvl",
        keys: &[("protocol", 1), CHAIN, TVL, ("_id", 1)],
    },
    Index { collection: "pools", name: "dex_tvl", keys: &[("dex", 1), CHAIN, TVL, ("_id", 1)] },
    Index {
        collection: "pools",
        name: "token_tvl",
        keys: &[("tokens", 1), CHAIN, TVL, ("_id", 1)],
    },
    // pools of two tokens; never written again once they are made
    Index {
        collection: "pools",
        name: "pair_created",
        keys: &[("tokens.0", 1), ("tokens.1", 1), ("created", 1)],
    },
    // tokens by symbol
    Index { collection: "tokens", name: "symbol", keys: &[("symbol", 1), ("_id", 1)] },
    // rows of all pools, of a transaction, of an account; newest first
    Index { collection: "rows", name: "group", keys: &[("g", -1)] },
    Index { collection: "rows", name: "transaction", keys: &[("x", 1), ("g", -1)] },
    Index { collection: "rows", name: "account", keys: &[("a", 1), ("g", -1)] },
    // shares of V2 pairs that an account holds
    Index { collection: "liquidity_positions", name: "account", keys: &[("_id.a", 1), ("_id", 1)] },
    // positions of an owner and of a pool
    Index { collection: "nft_positions", name: "owner", keys: &[("owner", 1), ("_id", 1)] },
    Index { collection: "nft_positions", name: "pool", keys: &[("pool", 1), ("_id", 1)] },
    // what an owner holds, all or of a collection
    Index { collection: "nft_balances", name: "owner", keys: &[("_id.o", 1), ("_id", 1)] },
    // transfers of a collection and of a token id, newest first
    Index { collection: "nft_transfers", name: "collection", keys: &[("a", 1), ("_id", -1)] },
    Index { collection: "nft_transfers", name: "token", keys: &[("a", 1), ("t", 1), ("_id", -1)] },
    // what the prices of a time were by what was known at another
    Index {
        collection: crate::market::SHEETS,
        name: crate::market::KNOWN_SHEETS,
        keys: &[("_id.c", 1), ("_id.t", -1), ("_id.k", -1)],
    },
];

/// Indexes of documents with `s: true` alone: chunks that single blocks have for themselves, which are few.
pub(crate) const APART: &[Index] = &[
    Index { collection: "history", name: crate::history::APART, keys: &[("s", 1), ("_id", 1)] },
    Index { collection: "rows", name: crate::rows::APART, keys: &[("s", 1), ("g", 1)] },
];
