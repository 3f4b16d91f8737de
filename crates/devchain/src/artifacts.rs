//! Creation code of the contracts: other people's from their npm packages, ours from `abis/contracts/out`.

use std::path::Path;

use alloy::sol_types::SolValue;
use alloy_primitives::{Address, B256, Bytes, b256, hex, keccak256};
use serde_json::Value;

use crate::error::DevchainError;

pub(crate) const V2_FACTORY: &str = "@uniswap/v2-core/build/UniswapV2Factory.json";
pub(crate) const V2_PAIR: &str = "@uniswap/v2-core/build/UniswapV2Pair.json";
pub(crate) const V2_ROUTER: &str = "@uniswap/v2-periphery/build/UniswapV2Router02.json";
pub(crate) const WETH: &str = "@uniswap/v2-periphery/build/WETH9.json";
pub(crate) const V3_FACTORY: &str =
    "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json";
pub(crate) const V3_POOL: &str =
    "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json";
pub(crate) const V3_NFT_LIBRARY: &str =
    "@uniswap/v3-periphery/artifacts/contracts/libraries/NFTDescriptor.sol/NFTDescriptor.json";
pub(crate) const V3_DESCRIPTOR: &str = "@uniswap/v3-periphery/artifacts/contracts/NonfungibleTokenPositionDescriptor.sol/NonfungibleTokenPositionDescriptor.json";
pub(crate) const V3_POSITIONS: &str = "@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json";
pub(crate) const V3_QUOTER: &str =
    "@uniswap/v3-periphery/artifacts/contracts/lens/QuoterV2.sol/QuoterV2.json";
pub(crate) const V3_TICK_LENS: &str =
    "@uniswap/v3-periphery/artifacts/contracts/lens/TickLens.sol/TickLens.json";
pub(crate) const V3_ROUTER: &str =
    "@uniswap/swap-router-contracts/artifacts/contracts/SwapRouter02.sol/SwapRouter02.json";
pub(crate) const V4_MANAGER: &str = "@uniswap/v4-core/out/PoolManager.sol/PoolManager.json";
pub(crate) const V4_POSITIONS: &str =
    "@uniswap/v4-periphery/foundry-out/PositionManager.sol/PositionManager.json";
pub(crate) const V4_DESCRIPTOR: &str =
    "@uniswap/v4-periphery/foundry-out/PositionDescriptor.sol/PositionDescriptor.json";
pub(crate) const V4_QUOTER: &str = "@uniswap/v4-periphery/foundry-out/V4Quoter.sol/V4Quoter.json";
pub(crate) const V4_STATE_VIEW: &str =
    "@uniswap/v4-periphery/foundry-out/StateView.sol/StateView.json";
pub(crate) const UNIVERSAL_ROUTER: &str =
    "@uniswap/universal-router/artifacts/contracts/UniversalRouter.sol/UniversalRouter.json";
pub(crate) const ERC721: &str =
    "@openzeppelin/contracts/build/contracts/ERC721PresetMinterPauserAutoId.json";
pub(crate) const ERC1155: &str =
    "@openzeppelin/contracts/build/contracts/ERC1155PresetMinterPauser.json";

const MULTICALL3: &str = "viem/_cjs/constants/contracts.js";
const PERMIT2: &str = "@uniswap/v4-periphery/foundry-out/DeployPermit2.sol/DeployPermit2.json";
/// How Permit2's code starts inside the artifact of its deploy helper, how long it is, and what it hashes to.
const PERMIT2_START: &[u8] = &hex!("6040608081526004908136101561001557600080fd5b");
const PERMIT2_LENGTH: usize = 9152;
const PERMIT2_HASH: B256 =
    b256!("a1ad0529565c25202190d4ae7f75d4ca08dc432cc760544ee7d0313b68e82ecd");

/// Where in that code the chain id stands for which it carries the domain of signatures ready made: that of another address.
const PERMIT2_CHAIN: std::ops::Range<usize> = 0x1b21..0x1b41;

/// Our own contracts, by name.
pub(crate) const OWN: [(&str, &str); 8] = [
    ("TestToken", include_str!("../../../abis/contracts/out/TestToken.json")),
    ("Bytes32Token", include_str!("../../../abis/contracts/out/Bytes32Token.json")),
    ("NoSymbolToken", include_str!("../../../abis/contracts/out/NoSymbolToken.json")),
    ("FeeToken", include_str!("../../../abis/contracts/out/FeeToken.json")),
    ("FlashBorrower", include_str!("../../../abis/contracts/out/FlashBorrower.json")),
    ("Points", include_str!("../../../abis/contracts/out/Points.json")),
    ("FeedAggregator", include_str!("../../../abis/contracts/out/FeedAggregator.json")),
    ("FeedProxy", include_str!("../../../abis/contracts/out/FeedProxy.json")),
];

/// Creation code of a package's contract.
pub(crate) fn package(modules: &Path, file: &str) -> Result<Vec<u8>, DevchainError> {
    linked(modules, file, &[])
}

/// The same, with the addresses of its libraries filled in.
pub(crate) fn linked(
    modules: &Path,
    file: &str,
    libraries: &[Address],
) -> Result<Vec<u8>, DevchainError> {
    let path = modules.join(file);
    let artifact = read_json(&path)?;
    let field = &artifact["bytecode"];
    let text = field
        .as_str()
        .or_else(|| field["object"].as_str())
        .or_else(|| artifact["evm"]["bytecode"]["object"].as_str());
    let text = text.ok_or_else(|| broken(&path, "has no bytecode"))?;
    let mut text = text.strip_prefix("0x").unwrap_or(text).to_owned();
    for library in libraries {
        // an unlinked address is written as 40 characters that start with two underscores
        let at = text
            .find("__")
            .ok_or_else(|| broken(&path, "has fewer library links than expected"))?;
        text.replace_range(at..at + 40, &hex::encode(library));
    }
    hex::decode(&text).map_err(|error| broken(&path, &format!("has unreadable bytecode ({error})")))
}

/// Creation code of one of our own contracts.
pub(crate) fn own(name: &str) -> Result<Vec<u8>, DevchainError> {
    let path = Path::new("abis/contracts/out").join(format!("{name}.json"));
    let (_, text) =
        OWN.iter().find(|(own, _)| *own == name).ok_or_else(|| broken(&path, "is not ours"))?;
    let artifact: Value =
        serde_json::from_str(text).map_err(|error| broken(&path, &error.to_string()))?;
    let code = artifact["bytecode"].as_str().ok_or_else(|| broken(&path, "has no bytecode"))?;
    hex::decode(code).map_err(|error| broken(&path, &error.to_string()))
}

/// Creation code of Multicall3.
pub(crate) fn multicall3(modules: &Path) -> Result<Vec<u8>, DevchainError> {
    let path = modules.join(MULTICALL3);
    let text = read(&path)?;
    let code = text
        .split_once("multicall3Bytecode = '0x")
        .and_then(|(_, rest)| rest.split_once('\''))
        .ok_or_else(|| broken(&path, "does not hold Multicall3"))?
        .0;
    hex::decode(code).map_err(|error| broken(&path, &error.to_string()))
}

/// Creation code of Permit2, made around the code that its deploy helper carries.
pub(crate) fn permit2(modules: &Path) -> Result<Vec<u8>, DevchainError> {
    let path = modules.join(PERMIT2);
    let helper = package(modules, PERMIT2)?;
    let start = helper
        .windows(PERMIT2_START.len())
        .position(|window| window == PERMIT2_START)
        .ok_or_else(|| broken(&path, "does not hold Permit2"))?;
    let runtime = helper
        .get(start..start + PERMIT2_LENGTH)
        .ok_or_else(|| broken(&path, "holds only a part of Permit2"))?;
    if keccak256(runtime) != PERMIT2_HASH {
        return Err(broken(&path, &format!("holds another Permit2 ({})", keccak256(runtime))));
    }
    let mut runtime = runtime.to_vec();
    // no chain has this id: so the contract reckons the domain by its own address, as it does after a fork
    runtime[PERMIT2_CHAIN].fill(0xff);
    Ok(returning(&runtime))
}

/// Creation code that gives the new contract exactly this code (of less than 64 KiB).
fn returning(runtime: &[u8]) -> Vec<u8> {
    // PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: 10 bytes
    let length = u16::try_from(runtime.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut code = vec![0x61, length[0], length[1], 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3];
    code.extend_from_slice(runtime);
    code
}

/// Creation code with its constructor's arguments behind it.
pub(crate) fn with_arguments<T: SolValue>(mut code: Vec<u8>, arguments: &T) -> Bytes
where
    for<'a> <T::SolType as alloy::sol_types::SolType>::Token<'a>:
        alloy::sol_types::abi::TokenSeq<'a>,
{
    code.extend_from_slice(&arguments.abi_encode_params());
    code.into()
}

/// The hash of a contract's creation code, by which routers compute its address.
pub(crate) fn init_code_hash(modules: &Path, file: &str) -> Result<B256, DevchainError> {
    Ok(keccak256(package(modules, file)?))
}

fn read(path: &Path) -> Result<String, DevchainError> {
    std::fs::read_to_string(path).map_err(|error| broken(path, &error.to_string()))
}

fn read_json(path: &Path) -> Result<Value, DevchainError> {
    serde_json::from_str(&read(path)?).map_err(|error| broken(path, &error.to_string()))
}

fn broken(path: &Path, reason: &str) -> DevchainError {
    DevchainError::Artifact { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;
