//! The walls, as tables: who may depend on what, and who may say what.

/// Rooms that exist only to test or to work on the others.
const BENCHES: &[&str] = &["tests", "bench", "xtask"];

/// `package` may be a direct dependency of `rooms` and of nobody else.
#[derive(Debug)]
pub struct Reserved {
    pub wall: &'static str,
    pub packages: &'static [&'static str],
    pub rooms: &'static [&'static str],
}

/// Nothing that `room` is built from, however deep, is one of `packages`.
#[derive(Debug)]
pub struct Absent {
    pub wall: &'static str,
    pub room: &'static str,
    pub packages: &'static [&'static str],
}

/// A room that may say the words.
#[derive(Debug)]
pub enum Where {
    /// Only the files of these rooms are searched.
    In(&'static [&'static str]),
    /// Every file but those of these rooms is searched.
    OutsideOf(&'static [&'static str]),
}

/// Words that no searched file says in its code.
#[derive(Debug)]
pub struct Unsaid {
    pub wall: &'static str,
    pub files: Where,
    /// Whether files of tests are searched too.
    pub tests_too: bool,
    pub words: &'static [&'static str],
}

pub const RESERVED: &[Reserved] = &[
    Reserved {
        wall: "only store depends on MongoDB",
        packages: &["mongodb", "bson"],
        rooms: &["store", BENCHES[0], BENCHES[1]],
    },
    Reserved {
        wall: "only chain and devchain depend on an RPC provider",
        packages: &[
            "alloy",
            "alloy-provider",
            "alloy-transport",
            "alloy-rpc-client",
            "alloy-transport-http",
        ],
        rooms: &["chain", "devchain", BENCHES[0], BENCHES[1]],
    },
    Reserved {
        wall: "only the executable puts services together",
        packages: &["indexer", "serving", "nft-api"],
        rooms: &["sooho", BENCHES[0], BENCHES[1]],
    },
    Reserved {
        wall: "only the jobs that collect prices reach the price APIs",
        packages: &["market"],
        rooms: &["indexer", "sooho", BENCHES[0], BENCHES[1]],
    },
    Reserved {
        wall: "nothing that users deploy contains the local chain or the price server of the tests",
        packages: &["devchain", "market-fixture"],
        rooms: &[BENCHES[0], BENCHES[1]],
    },
];

pub const ABSENT: &[Absent] = &[
    Absent {
        wall: "domain is built without runtime, database, RPC and web",
        room: "domain",
        packages: &[
            "tokio",
            "mongodb",
            "bson",
            "alloy-provider",
            "alloy-transport",
            "reqwest",
            "axum",
            "async-graphql",
        ],
    },
    Absent {
        wall: "subgraph knows who keeps entities by a trait alone: no store, node, service, web or runtime",
        room: "subgraph",
        packages: &[
            "tokio",
            "mongodb",
            "bson",
            "alloy-provider",
            "axum",
            "async-graphql",
            "store",
            "chain",
            "api-kit",
            "indexer",
            "serving",
            "nft-api",
        ],
    },
    Absent {
        wall: "abis is built without database, services and RPC",
        room: "abis",
        packages: &[
            "mongodb",
            "alloy-provider",
            "alloy-transport",
            "reqwest",
            "store",
            "chain",
            "api-kit",
        ],
    },
    Absent {
        wall: "observe knows no other room",
        room: "observe",
        packages: &["domain", "abis", "chain", "store", "api-kit", "indexer", "serving", "nft-api"],
    },
    Absent {
        wall: "store knows neither the web nor a service",
        room: "store",
        packages: &["axum", "async-graphql", "api-kit", "chain", "indexer", "serving", "nft-api"],
    },
    Absent {
        wall: "chain knows neither the store nor a service",
        room: "chain",
        packages: &["mongodb", "store", "api-kit", "indexer", "serving", "nft-api"],
    },
    Absent {
        wall: "market knows neither the store, nor a node, nor a service",
        room: "market",
        packages: &[
            "mongodb",
            "bson",
            "alloy-provider",
            "axum",
            "store",
            "chain",
            "api-kit",
            "indexer",
            "serving",
            "nft-api",
            "market-fixture",
        ],
    },
    Absent {
        wall: "serving knows neither indexer nor nft-api, and no price API",
        room: "serving",
        packages: &["indexer", "nft-api", "market"],
    },
    Absent {
        wall: "nft-api knows neither indexer nor serving",
        room: "nft-api",
        packages: &["indexer", "serving"],
    },
];

pub const UNSAID: &[Unsaid] = &[
    Unsaid {
        wall: "domain has no clock, no environment, no I/O and nothing async",
        files: Where::In(&["domain"]),
        tests_too: true,
        words: &["SystemTime", "Instant", "std::env", "std::fs", "std::net", "async", "tokio"],
    },
    Unsaid {
        wall: "only store names MongoDB",
        files: Where::OutsideOf(&["store", "tests", "bench", "xtask"]),
        tests_too: true,
        words: &["mongodb::", "bson::", "use mongodb", "use bson"],
    },
    Unsaid {
        wall: "only chain and devchain name a provider",
        files: Where::OutsideOf(&["chain", "devchain", "tests", "bench", "xtask"]),
        tests_too: true,
        words: &[
            "alloy::providers",
            "alloy_provider",
            "ProviderBuilder",
            "alloy::transports",
            "alloy::rpc::client",
        ],
    },
    Unsaid {
        wall: "a stored document is never a response",
        files: Where::In(&["store"]),
        tests_too: true,
        words: &["SimpleObject", "async_graphql", "axum", "IntoResponse"],
    },
    Unsaid {
        wall: "no binary floating point where amounts live",
        files: Where::In(&["domain", "store", "abis"]),
        tests_too: true,
        words: &["f64", "f32"],
    },
    Unsaid {
        wall: "no process-wide state but the logger, the metrics registry and the allocator",
        files: Where::OutsideOf(&["observe", "xtask"]),
        tests_too: false,
        words: &["static", "lazy_static", "thread_local"],
    },
    Unsaid {
        wall: "the environment enters through observe (devchain and tests are programs of their own)",
        files: Where::OutsideOf(&["observe", "devchain", "tests", "bench", "xtask"]),
        tests_too: false,
        words: &[
            "env::var",
            "env::vars",
            "env::var_os",
            "env::vars_os",
            "env::set_var",
            "env::remove_var",
        ],
    },
    Unsaid {
        wall: "only abis defines interfaces and hashes signatures",
        files: Where::OutsideOf(&["abis", "xtask"]),
        tests_too: false,
        words: &["sol!", "SIGNATURE_HASH", "SELECTOR"],
    },
    Unsaid {
        wall: "nothing is left for later",
        files: Where::OutsideOf(&["xtask"]),
        tests_too: true,
        words: &["todo!", "unimplemented!", "#[ignore"],
    },
];

/// Rooms that may write selectors, topics and other hashes as hexadecimal constants.
pub const HEX_ROOMS: &[&str] = &["abis", "xtask"];

/// Hosts of price APIs, and the rooms that may name them.
pub const PRICE_HOSTS: &[&str] =
    &["coingecko.com", "binance.com", "binance.vision", "coinbase.com", "llama.fi", "hermes.pyth"];
pub const PRICE_ROOMS: &[&str] = &["market", "tests", "bench", "xtask"];
