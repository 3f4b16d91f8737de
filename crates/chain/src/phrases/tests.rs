//! Each provider's way of saying a thing, as the providers wrote it.

use super::*;

/// Message, and what it proposes.
const REFUSALS: [(i64, &str, Option<Suggestion>); 48] = [
    (
        -32005,
        "query returned more than 10000 results. Try with this block range [0xCB3D, 0x7B737].",
        Some(Suggestion::Span { from: 0xcb3d, to: 0x7_b737 }),
    ),
    (-32000, "query returned more than 10000 results", None),
    (-32000, "query returns too many logs, narrow your filter: 20000", None),
    (
        -32000,
        "query block range exceeds server limit, narrow your filter: 1000",
        Some(Suggestion::Blocks(1000)),
    ),
    (
        -32602,
        "query exceeds max results 20000, retry with the range 24383075-24383096",
        Some(Suggestion::Span { from: 24_383_075, to: 24_383_096 }),
    ),
    (-32602, "query exceeds max block range 100000", Some(Suggestion::Blocks(100_000))),
    (
        -32602,
        "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0x0, 0x133e71]",
        Some(Suggestion::Span { from: 0, to: 0x13_3e71 }),
    ),
    (
        -32600,
        "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x10, 0x19].",
        Some(Suggestion::Span { from: 16, to: 25 }),
    ),
    (
        -32600,
        "You can make eth_getLogs requests with up to a 500 block range",
        Some(Suggestion::Blocks(500)),
    ),
    (
        -32005,
        "Log response size exceeded. Maximum allowed number of requested blocks is 1000",
        Some(Suggestion::Blocks(1000)),
    ),
    (-32005, "Maximum allowed number of requested blocks is 1000", Some(Suggestion::Blocks(1000))),
    (-32600, "block range is too wide", None),
    (-32603, "block range is too wide (maximum 1024)", Some(Suggestion::Blocks(1024))),
    (-32000, "maximum [from, to] blocks distance: 10000", Some(Suggestion::Blocks(10_000))),
    (-32000, "too wide blocks range, the limit is 100", Some(Suggestion::Blocks(100))),
    (-32000, "Block range too wide", None),
    (-32614, "block range too large", None),
    (-32005, "block range too large, max range: 1000", Some(Suggestion::Blocks(1000))),
    (
        -32600,
        "Block range too large; currently limited to 100 blocks",
        Some(Suggestion::Blocks(100)),
    ),
    (-32020, "Block range is too large", None),
    (-32000, "eth_getLogs range is too large, max is 10k blocks", Some(Suggestion::Blocks(10_000))),
    (-32012, "requested range too large", None),
    (-32005, "Requested range exceeds maximum RPC range limit", None),
    (-32000, "exceed maximum block range: 5000", Some(Suggestion::Blocks(5000))),
    (-32701, "exceed maximum block range: 50000", Some(Suggestion::Blocks(50_000))),
    (-32000, "exceeded maximum block range: 10,000 blocks", Some(Suggestion::Blocks(10_000))),
    (-32000, "exceeds max block range", None),
    (
        -32600,
        "The range of blocks exceeds the range allowed for your plan (10000 > 5000).",
        Some(Suggestion::Blocks(5000)),
    ),
    (-32600, "this exceeds the range you may ask for", None),
    (-32000, "Block range limit exceeded. See more details at the docs", None),
    (-32005, "limit exceeded, block range", None),
    (-32000, "block range exceeds 1000", Some(Suggestion::Blocks(1000))),
    (-32000, "block range exceeds configured limit", None),
    (-32000, "block range greater than 10,000 max", Some(Suggestion::Blocks(10_000))),
    (-32000, "please limit the query to at most 1,000 blocks", Some(Suggestion::Blocks(1000))),
    (
        -32000,
        "requested too many blocks from 0 to 16777216, maximum is set to 2048",
        Some(Suggestion::Blocks(2048)),
    ),
    (
        -32047,
        "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800",
        Some(Suggestion::Blocks(800)),
    ),
    (-32614, "eth_getLogs is limited to a 10,000 range", Some(Suggestion::Blocks(10_000))),
    (-32602, "eth_getLogs is limited to 0 - 50 blocks range", Some(Suggestion::Blocks(50))),
    (-32000, "query must be smaller than size 1024", Some(Suggestion::Blocks(1024))),
    (
        35,
        "ranges over 10000 blocks are not supported on freetier",
        Some(Suggestion::Blocks(10_000)),
    ),
    (-32000, "logs matched by query exceeds limit of 10000", None),
    (-32602, "range 1000000 exceeds limit of 10000", Some(Suggestion::Blocks(10_000))),
    (-32005, "a maximum of 1000 blocks per logs request", Some(Suggestion::Blocks(1000))),
    (-32005, "Too many logs requested. Max logs per response is 20000.", None),
    (-32000, "response size should not greater than 10000000 bytes", None),
    (-32008, "Response is too big: Exceeded max limit of 167772160", None),
    (-32020, "backend response too large", None),
];

#[test]
fn every_refusal_of_size_is_understood_with_what_it_proposes() {
    for (code, message, proposed) in REFUSALS {
        assert_eq!(meaning(code, message, true), Meaning::TooLarge, "{message}");
        assert_eq!(meaning(code, message, false), Meaning::TooLarge, "{message}");
        assert_eq!(suggestion(message), proposed, "{message}");
    }
}

#[test]
fn no_phrase_stands_in_the_table_without_a_message_of_a_provider() {
    let others = [
        "too many results",
        "response size exceeded",
        "is limited to a 5 block range",
        "please limit the block range",
    ];
    for (phrase, provider) in TOO_LARGE {
        let known = REFUSALS.iter().map(|(_, message, _)| *message).chain(others);
        assert!(
            known.into_iter().any(|message| message.to_lowercase().contains(phrase)),
            "{phrase} of {provider}"
        );
        assert_eq!(phrase, phrase.to_lowercase());
    }
}

#[test]
fn running_out_of_time_asks_for_less_only_where_less_can_be_asked() {
    for message in TOO_SLOW {
        assert_eq!(meaning(-32000, message, true), Meaning::TooLarge, "{message}");
        assert_ne!(meaning(-32000, message, false), Meaning::TooLarge, "{message}");
    }
    assert_eq!(meaning(-32000, "log query timed out", true), Meaning::TooLarge);
}

#[test]
fn too_many_requests_are_no_reason_to_ask_for_less() {
    for (code, message) in [
        (-32005, "daily request count exceeded, request rate limited"),
        (429, "Your app has exceeded its compute units per second capacity."),
        (
            -32007,
            "50/second request limit reached - reduce calls per second or upgrade your account",
        ),
        (-32016, "over rate limit"),
        (-32005, "limit exceeded"),
        (-32029, "Too Many Requests"),
        (-32005, "project ID request rate exceeded"),
        (-32000, "You have exceeded the quota of your plan"),
        (-32000, "out of credits"),
        (-32000, "rate-limited"),
        (-32000, "the client is throttled"),
        (-32000, "at most 25 requests per second"),
        (-32000, "your app has exceeded its throughput"),
        (-32000, "5 calls per second"),
    ] {
        assert_eq!(meaning(code, message, true), Meaning::TooOften, "{message}");
    }
}

#[test]
fn what_is_not_there_yet_is_missing() {
    for message in MISSING {
        assert_eq!(meaning(-32000, message, true), Meaning::Missing, "{message}");
    }
    for message in [
        "Unknown block",
        "One of the blocks specified in filter (fromBlock, toBlock or blockHash) cannot be found.",
        "requested to block 5 after last accepted block 4",
    ] {
        assert_eq!(meaning(-32000, message, true), Meaning::Missing, "{message}");
    }
}

#[test]
fn batches_are_refused_in_their_own_words() {
    for message in [
        "batch too large",
        "Number of requests exceeds max batch size",
        "Batch size is too large",
        "batch limit 50 exceeded",
        "batch of more than 3 requests are not allowed on free tier",
        "batches are not supported",
    ] {
        assert_eq!(meaning(-32600, message, true), Meaning::BatchTooLarge, "{message}");
    }
}

#[test]
fn too_many_addresses_are_told_from_too_many_blocks() {
    let said = [
        "exceed max addresses or topics per search position",
        "invalid argument 1: exceed max addresses",
        "please specify less number of address in the getLogs query",
        "This query contains 5006 filters. The current limit is 5000.",
        "too many addresses in the filter",
    ];
    for message in said {
        assert_eq!(meaning(-32602, message, true), Meaning::TooManyAddresses, "{message}");
        assert_ne!(meaning(-32000, message, false), Meaning::TooManyAddresses, "{message}");
    }
    for phrase in TOO_MANY_ADDRESSES {
        let mut said = said.iter().map(|message| message.to_lowercase());
        assert!(said.any(|message| message.contains(phrase)), "{phrase}");
    }
}

#[test]
fn other_messages_mean_nothing_here() {
    for message in
        ["execution reverted", "internal error", "method not found", "invalid argument 0"]
    {
        assert_eq!(meaning(-32000, message, true), Meaning::Unknown, "{message}");
    }
}

#[test]
fn sizes_in_bytes_and_counts_of_logs_are_no_blocks() {
    for message in [
        "response size is limited to 150MB",
        "response is limited to 10 MB",
        "query returned more than 10000 results",
        "query returns too many logs, narrow your filter: 20000",
    ] {
        assert_eq!(suggestion(message), None, "{message}");
    }
    assert_eq!(
        suggestion("retry with this block range 0x10-0x1f"),
        Some(Suggestion::Span { from: 16, to: 31 })
    );
}
