//! The services' configuration, made from what the chain says it deployed.

use std::path::Path;

use super::json::{value, values};
use super::ports::Ports;
use crate::error::{Error, Result};

/// Any answer to this means that the chain listens.
pub const CHAIN_ID_REQUEST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;

/// Name, protocol, key of the factory, key of the quoter, key of the pool that gives ether its price,
/// key of the position manager where there is one.
const DEXES: [[&str; 6]; 3] = [
    ["uniswap-v2", "v2", "v2_factory", "v2_router", "v2_stable_pool", ""],
    [
        "uniswap-v3",
        "v3",
        "v3_factory",
        "quoter_v2",
        "v3_stable_pool",
        "nonfungible_position_manager",
    ],
    ["uniswap-v4", "v4", "v4_pool_manager", "v4_quoter", "v4_stable_pool", "v4_position_manager"],
];
/// V4's native coin.
const NATIVE: &str = "0x0000000000000000000000000000000000000000";
/// Name, standard, key of the contract.
const COLLECTIONS: [[&str; 3]; 4] = [
    ["apes", "erc721", "erc721"],
    ["badges", "erc1155", "erc1155"],
    ["uniswap-v3-positions", "erc721", "nonfungible_position_manager"],
    ["uniswap-v4-positions", "erc721", "v4_position_manager"],
];

/// `sooho.toml` for the deployment described by the JSON `deployed`.
pub fn text(deployed: &str, ports: Ports, mongo: &Path, mongod: &Path) -> Result<String> {
    let field = |key: &str| {
        value(deployed, key).ok_or_else(|| {
            Error::new(format!(
                "the chain's deployment.json has no `{key}`; `rm -r .sooho/demo` and run this again"
            ))
        })
    };
    let Ports { chain, indexer, serving, nft_api } = ports;
    let mut text = format!(
        "# Written anew by each `cargo xtask demo`; sooho.example.toml says what the keys mean.\n\n\
         [store]\nuri = \"embedded\"\ndata_dir = {}\nmongod = {}\n\n\
         [indexer]\nlisten = \"127.0.0.1:{indexer}\"\n\n\
         [serving]\nlisten = \"127.0.0.1:{serving}\"\n\n\
         [nft_api]\nlisten = \"127.0.0.1:{nft_api}\"\n\n\
         [[chain]]\nname = \"local\"\nid = {}\nrpc = [\"http://127.0.0.1:{chain}\"]\nstart_block = {}\nquote_max_age_s = 0\npermit2 = \"{}\"\n",
        quoted(mongo),
        quoted(mongod),
        field("chain_id")?,
        field("start_block")?,
        field("permit2")?,
    );
    for [name, protocol, factory, quoter, stable, positions] in DEXES {
        let (factory, quoter, stable) = (field(factory)?, field(quoter)?, field(stable)?);
        let (reference, dollar) = (field("weth")?, field("stablecoin")?);
        let (v3, universal) = (field("swap_router02")?, field("universal_router")?);
        let mut whitelist = values(deployed, "whitelist");
        if protocol == "v4" {
            whitelist.push(NATIVE);
        }
        let positions = match positions {
            "" => String::new(),
            key => format!("position_manager = \"{}\"\n", field(key)?),
        };
        text += &format!(
            "\n[[chain.dex]]\nname = \"{name}\"\nprotocol = \"{protocol}\"\nfactory = \"{factory}\"\nquoter = \"{quoter}\"\n\
             swap_router02 = \"{v3}\"\nuniversal_router = \"{universal}\"\n{positions}[chain.dex.pricing]\nreference_token = \"{reference}\"\nwhitelist = {whitelist:?}\n\
             stablecoins = [\"{dollar}\"]\nstable_pools = [\"{stable}\"]\nminimum_locked = \"1\"\n"
        );
    }
    for [dex, ..] in DEXES {
        text += &format!(
            "\n[[subgraph]]\nname = \"uniswap/{dex}\"\nchain = \"local\"\ndex = \"{dex}\"\n"
        );
    }
    for [name, standard, contract] in COLLECTIONS {
        let address = field(contract)?;
        text += &format!(
            "\n[[chain.collection]]\nname = \"{name}\"\nstandard = \"{standard}\"\naddress = \"{address}\"\n"
        );
    }
    Ok(text)
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('\\', "\\\\").replace('"', "\\\""))
}
