//! Every shape of query that reaches the server, beside the index that serves it.
//!
//! A shape is written as its conditions in alphabetical order: `path=` (one value), `path in` (a list), `path..` (a
//! range); `p.*` stands for any parameter of a contract's event. Whoever asks something new says so here: the tests of
//! this crate fail at a command that is not declared, at a declaration that nothing uses, and where the server's own
//! account of a query (`explain`) is not what its [`Cost`] says.

mod shape;
#[cfg(test)]
mod tests;

pub(crate) use shape::{Shape, check};

use crate::reader::counts::STAGES;

/// A kind of query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) on: On,
    /// Its conditions.
    pub(crate) filter: &'static str,
    /// `path` or `-path`; of an aggregation the stages after the first, as `| $stage …`.
    pub(crate) order: &'static str,
    /// The index that serves it; named in the query where the server would have a choice.
    pub(crate) index: &'static str,
    pub(crate) cost: Cost,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// This collection.
    One(&'static str),
    /// The collections of contract events.
    Events,
    /// Any collection with chain data.
    Any,
}

/// How much is read for what is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// What it gives, and at most half as much again.
    Given,
    /// What it gives, which is as much as there is: never for a request, or with few by nature. Why that is fine.
    Whole(&'static str),
    /// More than it gives, which no index helps. What bounds it.
    Bounded(&'static str),
}

use Cost::{Bounded, Given, Whole};
use On::{Any, Events, One};

const ID: &str = "_id_";

const fn query(
    on: On,
    filter: &'static str,
    order: &'static str,
    index: &'static str,
    cost: Cost,
) -> Query {
    Query { on, filter, order, index, cost }
}

const REMOVAL: Cost = Whole("a part of what is removed, in portions");
const OF_BLOCK: Cost = Whole("what one block wrote");

/// All of them. What is asked for by its whole `_id`, or by a list of those, needs no declaration: it is one document
/// each, whatever else is asked of it.
pub(crate) const QUERIES: &[Query] = &[
    query(One("watermarks"), "", "_id", ID, Whole("one document per chain")),
    query(One("chains"), "_id..", "", ID, Whole("one document per generation of a chain")),
    query(One("chains"), "_id.g $exists", "_id", ID, Whole("one document per chain")),
    // pools
    query(One("pools"), "_id..", "", ID, Whole("all pools of a chain, once at a start")),
    query(One("pools"), "_id..", "_id", ID, Whole("all pools of a chain, when quotes begin")),
    query(One("pools"), "created..", "created", "created", Given),
    query(One("pools"), "swaps..", "-swaps", "swaps", Given),
    query(One("pools"), "created.. protocol=", "created", "protocol_created", Given),
    query(One("pools"), "protocol= swaps..", "-swaps", "protocol_swaps", Given),
    query(One("pools"), "created.. tokens=", "created", "token_created", Given),
    query(One("pools"), "swaps.. tokens=", "-swaps", "token_swaps", Given),
    query(One("pools"), "created.. tokens in", "created", "token_created", Given),
    query(
        One("pools"),
        "created.. protocol= tokens=",
        "created",
        "token_created",
        POOLS_OF_A_TOKEN,
    ),
    query(One("pools"), "protocol= swaps.. tokens=", "-swaps", "token_swaps", POOLS_OF_A_TOKEN),
    query(One("pools"), "created.. dex=", "created", "dex_created", Given),
    query(One("pools"), "created.. dex=", "-created", "dex_created", Given),
    query(One("pools"), "dex= swaps..", "-swaps", "dex_swaps", Given),
    query(One("pools"), "created.. dex= protocol=", "created", "dex_created", POOLS_OF_A_DEX),
    query(One("pools"), "dex= protocol= swaps..", "-swaps", "dex_swaps", POOLS_OF_A_DEX),
    query(
        One("pools"),
        "created.. dex= protocol= tokens=",
        "created",
        "token_created",
        POOLS_OF_A_TOKEN,
    ),
    query(
        One("pools"),
        "dex= protocol= swaps.. tokens=",
        "-swaps",
        "token_swaps",
        POOLS_OF_A_TOKEN,
    ),
    query(One("pools"), "created.. dex= tokens=", "created", "token_created", POOLS_OF_A_TOKEN),
    query(One("pools"), "dex= swaps.. tokens=", "-swaps", "token_swaps", POOLS_OF_A_TOKEN),
    query(One("pools"), "created.. tokens.0= tokens.1=", "created", "pair_created", Given),
    // by locked value; behind a cursor the rest of its value, and then what is below
    query(One("pools"), "_id.c= figures.totalValueLockedUSD..", BY_TVL, "tvl", Given),
    query(One("pools"), "_id.. _id.c= figures.totalValueLockedUSD=", BY_TVL, "tvl", Given),
    query(
        One("pools"),
        "_id.c= figures.totalValueLockedUSD.. protocol=",
        BY_TVL,
        "protocol_tvl",
        Given,
    ),
    query(
        One("pools"),
        "_id.. _id.c= figures.totalValueLockedUSD= protocol=",
        BY_TVL,
        "protocol_tvl",
        Given,
    ),
    query(One("pools"), "_id.c= dex= figures.totalValueLockedUSD..", BY_TVL, "dex_tvl", Given),
    query(One("pools"), "_id.. _id.c= dex= figures.totalValueLockedUSD=", BY_TVL, "dex_tvl", Given),
    query(
        One("pools"),
        "_id.c= dex= figures.totalValueLockedUSD.. protocol=",
        BY_TVL,
        "dex_tvl",
        POOLS_OF_A_DEX,
    ),
    query(
        One("pools"),
        "_id.. _id.c= dex= figures.totalValueLockedUSD= protocol=",
        BY_TVL,
        "dex_tvl",
        POOLS_OF_A_DEX,
    ),
    query(One("pools"), "_id.c= figures.totalValueLockedUSD.. tokens=", BY_TVL, "token_tvl", Given),
    query(
        One("pools"),
        "_id.. _id.c= figures.totalValueLockedUSD= tokens=",
        BY_TVL,
        "token_tvl",
        Given,
    ),
    query(
        One("pools"),
        "_id.c= figures.totalValueLockedUSD.. protocol= tokens=",
        BY_TVL,
        "token_tvl",
        POOLS_OF_A_TOKEN,
    ),
    query(
        One("pools"),
        "_id.. _id.c= figures.totalValueLockedUSD= protocol= tokens=",
        BY_TVL,
        "token_tvl",
        POOLS_OF_A_TOKEN,
    ),
    query(
        One("pools"),
        "_id.c= dex= figures.totalValueLockedUSD.. tokens=",
        BY_TVL,
        "token_tvl",
        POOLS_OF_A_TOKEN,
    ),
    query(
        One("pools"),
        "_id.. _id.c= dex= figures.totalValueLockedUSD= tokens=",
        BY_TVL,
        "token_tvl",
        POOLS_OF_A_TOKEN,
    ),
    query(
        One("pools"),
        "_id.c= dex= figures.totalValueLockedUSD.. protocol= tokens=",
        BY_TVL,
        "token_tvl",
        POOLS_OF_A_TOKEN,
    ),
    query(
        One("pools"),
        "_id.. _id.c= dex= figures.totalValueLockedUSD= protocol= tokens=",
        BY_TVL,
        "token_tvl",
        POOLS_OF_A_TOKEN,
    ),
    // tokens
    query(One("tokens"), "_id..", "_id", ID, Given),
    query(One("tokens"), "_id.. symbol=", "_id", "symbol", Given),
    query(
        One("tokens"),
        "_id.. symbol..",
        "symbol _id",
        "symbol",
        Bounded("tokens of other chains with such symbols"),
    ),
    // figures
    query(One("factories"), "_id..", "_id", ID, Whole("one document per DEX of a chain")),
    query(One("token_figures"), "_id..", "_id", ID, Given),
    query(One("pool_intervals"), "_id..", "-_id", ID, Given),
    query(One("token_intervals"), "_id..", "-_id", ID, Given),
    query(One("protocol_days"), "_id..", "-_id", ID, Given),
    query(One("liquidity_positions"), "_id..", "_id", ID, Given),
    query(One("liquidity_positions"), "_id.. _id.a=", "_id", "account", Given),
    query(
        One("liquidity_positions"),
        "_id.. _id.a..",
        "_id.a _id",
        "account",
        Bounded("shares of other chains between"),
    ),
    // rows, history, candles, ticks
    query(One("rows"), "_id..", "-_id", ID, Given),
    query(One("rows"), "g..", "-g", "group", Given),
    query(One("rows"), "g.. x=", "-g", "transaction", Given),
    query(One("rows"), "a= g..", "-g", "account", Given),
    query(One("rows"), "g.. x in", "", "transaction", Bounded("the chunks of what is asked for")),
    query(One("rows"), "_id.. g in", "", "group", OF_BLOCK),
    query(One("history"), "_id..", "-_id", ID, Given),
    query(One("history"), "_id..", VERSIONS_IN, ID, Bounded("two searches by `_id` for each pool")),
    query(One("history"), "_id..", MOMENTS, ID, Bounded("one document, and one for each entity")),
    // many lists at once
    query(One("rows"), "_id..", LISTS, ID, OF_LISTS),
    query(One("pools"), "_id..", LISTS, ID, OF_LISTS),
    query(One("ticks"), "_id..", LISTS, ID, OF_LISTS),
    query(One("tick_days"), "_id..", LISTS, ID, OF_LISTS),
    query(One("pool_intervals"), "_id..", LISTS, ID, OF_LISTS),
    query(One("token_intervals"), "_id..", LISTS, ID, OF_LISTS),
    query(One("liquidity_positions"), "_id..", LISTS, ID, OF_LISTS),
    query(One("nft_positions"), "_id..", LISTS, ID, OF_LISTS),
    query(
        One("pools"),
        "created.. tokens.0 in tokens.1 in",
        "",
        "pair_created",
        Bounded("the pools that these tokens have with one another"),
    ),
    // upkeep
    query(One("history"), "_id.. _id.f.. s=", "_id", "apart", Bounded("chunks of single blocks")),
    query(One("rows"), "g.. s=", "g", "apart", Given),
    query(One("rows"), "g..", "g", "group", Whole("what is merged at once, or one chunk")),
    query(One("candles"), "_id..", "-_id", ID, Given),
    query(One("candles"), "_id..", "_id", ID, Given),
    query(One("ticks"), "_id..", "_id", ID, Given),
    query(One("tick_days"), "_id..", "_id", ID, Given),
    // NFTs
    query(One("nft_balances"), "_id..", "_id", ID, Given),
    query(One("nft_balances"), "_id.. _id.o=", "_id", "owner", Given),
    query(One("nft_balances"), "_id..", HOLDERS, ID, Bounded("`reader::nfts::HOLDERS`")),
    query(One("nft_transfers"), "_id.. a=", "-_id", "collection", Given),
    query(One("nft_transfers"), "_id.. a= t=", "-_id", "token", Given),
    query(One("nft_transfers"), "_id..", "| $group", ID, Bounded("the blocks of one audit")),
    // positions that are tokens
    query(One("nft_positions"), "_id..", "_id", ID, Given),
    query(One("nft_positions"), "_id.. owner=", "_id", "owner", Given),
    query(One("nft_positions"), "_id.. pool=", "_id", "pool", Given),
    // undo records
    query(One("undo"), "_id.. _id.n=", "-_id", ID, RECORDS),
    query(One("undo"), "_id.. _id.n=", "_id", ID, RECORDS),
    query(One("undo"), "_id.. _id.n= head.block.t..", "-_id", ID, RECORDS),
    query(One("undo"), "_id..", "_id", ID, Whole("the records of one block, or of an audit's")),
    // events of contracts that are known by their ABI only
    query(One("meta"), "_id..", "", ID, Whole("one document per collection of events")),
    query(One("meta"), "_id..", "_id", ID, Whole("one document per collection of events")),
    query(Events, "_id..", "-_id", ID, Given),
    query(Events, "_id.. a=", "-_id", "address", Given),
    query(Events, "_id.. a=", "", "address", Whole("all announcements of a factory, at a start")),
    query(Events, "_id.. p.*=", "-_id", "p_*", Given),
    query(Events, "_id.. a= p.*=", "-_id", "address_p_*", Given),
    query(Events, "_id..", MOMENTS, ID, Bounded("one event, and one for each contract")),
    // market prices
    query(One("price_observations"), "_id..", "-_id", ID, Given),
    query(One("price_feeds"), "_id..", "_id", ID, Whole("one document per feed")),
    query(One("price_bars"), "_id..", "_id", ID, Given),
    query(One("price_sheets"), "_id..", "-_id", ID, Given),
    query(One("price_sheets"), "_id..", "_id", ID, Given),
    query(One("price_sheets"), "_id.c= _id.k.. _id.t..", VERSIONS, "known", KNOWN_LATER),
    query(
        One("price_sheets"),
        "_id..",
        MOMENTS,
        ID,
        Bounded("one document, and one for each moment"),
    ),
    query(One("price_deviations"), "_id..", "_id", ID, Given),
    query(One("price_jobs"), "_id..", "_id", ID, Whole("one document per job")),
    // keys of those who use the services
    query(One("api_keys"), "_id..", "_id", ID, Whole("one document per key")),
    // a backup: what can be taken back, and what lies below
    query(One("rows"), "g..", "", "group", Whole("what can be taken back")),
    query(One("rows"), "_id.. g.b..", "_id", ID, Bounded("the rows of a chain, in a backup")),
    query(One("history"), "_id.. _id.f..", "_id", ID, Bounded("its versions, in a backup")),
    query(Any, "_id..", "_id", ID, Whole("all of a chain, in a backup")),
    // what a block wrote and what a chain has, when it is taken away
    query(Any, "_id..", "", ID, REMOVAL),
];

const POOLS_OF_A_TOKEN: Cost = Bounded("the pools of one token, and `reader::pools::OF_A_TOKEN`");
const POOLS_OF_A_DEX: Cost = Bounded(
    "the pools of one name, which are of one protocol as a rule, and `reader::pools::OF_A_TOKEN`",
);
const RECORDS: Cost = Bounded("records of more than one part are rare, and there are few");
const BY_TVL: &str = "-figures.totalValueLockedUSD -_id";
const VERSIONS: &str = "-_id.t -_id.k";
const KNOWN_LATER: Cost = Bounded("keys of versions that became known later, of a week at most");
/// Each question of a list is looked up by the index of what was known when.
const MOMENTS: &str = "| $sort $limit $project $unwind $lookup $project";
/// Of each pool what was valid before some blocks, and what they made.
const VERSIONS_IN: &str = "| $sort $limit $project $unwind $lookup $lookup $project";
/// Of each list a part (`reader::lists`).
const LISTS: &str = "| $sort $limit $project $unwind $lookup $unwind $project";
const OF_LISTS: Cost = Bounded("one document, and of each list what is given");
const HOLDERS: &str = "| $limit $project $group $group";

/// The declaration of a shape. Any list may be counted by its index, within a bound.
pub(crate) fn declared(shape: &Shape) -> Option<&'static Query> {
    let fits = |query: &&Query| {
        query.filter == shape.filter && (query.order == shape.order || shape.order == STAGES)
    };
    let on = |query: &&Query| match query.on {
        One(name) => name == shape.collection,
        Events => shape.collection.starts_with("contract_"),
        Any => true,
    };
    QUERIES.iter().filter(fits).find(on)
}
