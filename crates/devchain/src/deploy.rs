//! Puts all contracts on a fresh chain and makes the traders ready: tokens minted, every allowance given.

use std::path::PathBuf;

use abis::periphery::{Permit2, Points, TestToken, UniversalRouter, V3Factory, Weth9};
use alloy::sol_types::SolCall;
use alloy_primitives::aliases::{I24, U24, U48, U160};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256};
use serde_json::json;

use crate::accounts::{self, Account, Action};
use crate::artifacts;
use crate::deployment::{Deployment, Market};
use crate::error::DevchainError;
use crate::rpc::Rpc;
use crate::traffic::{TOKENS, TokenKind, TokenSpec};

const DEPLOY_GAS: u64 = 15_000_000;
const CALL_GAS: u64 = 200_000;
/// Seconds between the blocks of the deployment.
const STEP: u64 = 12;
const PER_BLOCK: usize = 200;
/// What each trader starts with, in whole dollars of each token.
const PURSE_DOLLARS: u64 = 2_000_000_000;

/// Deploys everything on a fresh chain at `url` that mines when asked to. The traders can trade afterwards.
///
/// # Errors
/// When a compiled contract is missing, the endpoint fails, or the chain is not fresh.
pub async fn deploy(url: &str) -> Result<Deployment, DevchainError> {
    let mut deployer = Deployer::new(url).await?;
    let deployment = deployer.contracts().await?;
    deployer.purses(&deployment).await?;
    let head = deployer.rpc.head().await?;
    Ok(Deployment { end_block: head.number.to(), ..deployment })
}

struct Deployer {
    rpc: Rpc,
    modules: PathBuf,
    account: Account,
    chain_id: u64,
    time: u64,
    start_block: u64,
    pending: Vec<(String, Bytes)>,
}

impl Deployer {
    async fn new(url: &str) -> Result<Self, DevchainError> {
        let rpc = Rpc::new(url)?;
        let mut account = Account::new(accounts::deployer_key())?;
        let chain_id: U64 = rpc.request("eth_chainId", json!([])).await?;
        account.nonce = rpc.nonces(&[account.address]).await?.first().copied().unwrap_or_default();
        let head = rpc.head().await?;
        let rich = U256::from(10).pow(U256::from(28));
        rpc.set_balance(account.address, rich).await?;
        for trader in 0..accounts::TRADERS {
            rpc.set_balance(accounts::address_of(accounts::trader_key(trader))?, rich).await?;
        }
        Ok(Self {
            modules: crate::tools::contracts_path(),
            account,
            chain_id: chain_id.to(),
            time: head.timestamp.to(),
            start_block: head.number.to::<u64>() + 1,
            pending: Vec::new(),
            rpc,
        })
    }

    /// Queues a contract's creation; its address is known at once.
    fn create(&mut self, what: &str, code: impl Into<Bytes>) -> Result<Address, DevchainError> {
        let address = self.account.address.create(self.account.nonce);
        let action =
            Action { to: TxKind::Create, value: U256::ZERO, data: code.into(), gas: DEPLOY_GAS };
        let raw = self.account.sign(self.chain_id, action)?;
        self.pending.push((format!("the creation of {what}"), raw));
        Ok(address)
    }

    fn package(&mut self, what: &str, file: &str) -> Result<Address, DevchainError> {
        let code = artifacts::package(&self.modules, file)?;
        self.create(what, code)
    }

    fn package_with<T: alloy::sol_types::SolValue>(
        &mut self,
        what: &str,
        file: &str,
        arguments: &T,
    ) -> Result<Address, DevchainError>
    where
        for<'a> <T::SolType as alloy::sol_types::SolType>::Token<'a>:
            alloy::sol_types::abi::TokenSeq<'a>,
    {
        let code = artifacts::package(&self.modules, file)?;
        self.create(what, artifacts::with_arguments(code, arguments))
    }

    fn call<C: SolCall>(&mut self, what: &str, to: Address, call: &C) -> Result<(), DevchainError> {
        let raw =
            self.account.sign(self.chain_id, Action::call(to, call.abi_encode(), CALL_GAS))?;
        self.pending.push((what.to_owned(), raw));
        Ok(())
    }

    /// Mines what is queued and checks that all of it succeeded.
    async fn mine(&mut self) -> Result<(), DevchainError> {
        let pending = std::mem::take(&mut self.pending);
        for chunk in pending.chunks(PER_BLOCK) {
            let raw: Vec<Bytes> = chunk.iter().map(|(_, raw)| raw.clone()).collect();
            let hashes = self.rpc.send_raw(&raw).await?;
            self.time += STEP;
            self.rpc.mine(self.time).await?;
            let block = self.rpc.head().await?.number.to();
            let receipts = self.rpc.receipts(block).await?;
            for (hash, (what, _)) in hashes.iter().zip(chunk) {
                let mined = receipts
                    .iter()
                    .any(|receipt| receipt.transaction_hash == *hash && receipt.status == U64::ONE);
                if !mined {
                    return Err(DevchainError::Reverted { what: what.clone(), block });
                }
            }
        }
        Ok(())
    }

    async fn contracts(&mut self) -> Result<Deployment, DevchainError> {
        let modules = self.modules.clone();
        let owner = self.account.address;
        let label = B256::right_padding_from(b"ETH");
        let multicall3 = self.create("Multicall3", artifacts::multicall3(&modules)?)?;
        let permit2 = self.create("Permit2", artifacts::permit2(&modules)?)?;
        let weth = self.package("WETH9", artifacts::WETH)?;
        let v2_factory = self.package_with("the V2 factory", artifacts::V2_FACTORY, &(owner,))?;
        let v2_router =
            self.package_with("the V2 router", artifacts::V2_ROUTER, &(v2_factory, weth))?;
        self.mine().await?;

        let v3_factory = self.package("the V3 factory", artifacts::V3_FACTORY)?;
        let cheapest =
            V3Factory::enableFeeAmountCall { fee: U24::from(100), tickSpacing: I24::ONE };
        self.call("the V3 fee tier of 100 pips", v3_factory, &cheapest)?;
        let library = self.package("the V3 token image library", artifacts::V3_NFT_LIBRARY)?;
        let descriptor = artifacts::linked(&modules, artifacts::V3_DESCRIPTOR, &[library])?;
        let descriptor = self.create(
            "the V3 token descriptor",
            artifacts::with_arguments(descriptor, &(weth, label)),
        )?;
        let positions = (v3_factory, weth, descriptor);
        let nonfungible_position_manager =
            self.package_with("the V3 position manager", artifacts::V3_POSITIONS, &positions)?;
        let quoter_v2 = self.package_with("QuoterV2", artifacts::V3_QUOTER, &(v3_factory, weth))?;
        let tick_lens = self.package("TickLens", artifacts::V3_TICK_LENS)?;
        let router = (v2_factory, v3_factory, nonfungible_position_manager, weth);
        let swap_router02 = self.package_with("SwapRouter02", artifacts::V3_ROUTER, &router)?;
        self.mine().await?;

        let v4_pool_manager =
            self.package_with("the V4 pool manager", artifacts::V4_MANAGER, &(owner,))?;
        let descriptor = (v4_pool_manager, weth, label);
        let descriptor =
            self.package_with("the V4 token descriptor", artifacts::V4_DESCRIPTOR, &descriptor)?;
        let positions = (v4_pool_manager, permit2, U256::from(300_000), descriptor, weth);
        let v4_position_manager =
            self.package_with("the V4 position manager", artifacts::V4_POSITIONS, &positions)?;
        let v4_quoter = self.package_with("V4Quoter", artifacts::V4_QUOTER, &(v4_pool_manager,))?;
        let state_view =
            self.package_with("StateView", artifacts::V4_STATE_VIEW, &(v4_pool_manager,))?;
        let parameters = UniversalRouter::RouterParameters {
            permit2,
            weth9: weth,
            v2Factory: v2_factory,
            v3Factory: v3_factory,
            pairInitCodeHash: artifacts::init_code_hash(&modules, artifacts::V2_PAIR)?,
            poolInitCodeHash: artifacts::init_code_hash(&modules, artifacts::V3_POOL)?,
            v4PoolManager: v4_pool_manager,
            v3NFTPositionManager: nonfungible_position_manager,
            v4PositionManager: v4_position_manager,
            spokePool: Address::ZERO,
        };
        let universal_router =
            self.package_with("the Universal Router", artifacts::UNIVERSAL_ROUTER, &(parameters,))?;
        self.mine().await?;

        let (name, symbol) = ("Lantern Keepers".to_owned(), "LNTRN".to_owned());
        let address = "https://nft.invalid/lantern/".to_owned();
        let erc721 = self.package_with(
            "the ERC-721 collection",
            artifacts::ERC721,
            &(name, symbol, address),
        )?;
        let address = "https://nft.invalid/gear/{id}.json".to_owned();
        let erc1155 =
            self.package_with("the ERC-1155 collection", artifacts::ERC1155, &(address,))?;
        let points = self.create("the points", artifacts::own("Points")?)?;
        let flash_borrower = self.create("the flash borrower", artifacts::own("FlashBorrower")?)?;
        let mut tokens = Vec::with_capacity(TOKENS.len());
        for spec in &TOKENS {
            let code = token_code(spec)?;
            tokens.push(self.create(spec.name, code)?);
        }
        self.mine().await?;

        let mut deployment = Deployment {
            chain_id: self.chain_id,
            start_block: self.start_block,
            end_block: self.start_block,
            deployer: owner,
            v2_factory,
            v2_router,
            weth,
            v3_factory,
            swap_router02,
            nonfungible_position_manager,
            quoter_v2,
            tick_lens,
            v4_pool_manager,
            v4_position_manager,
            v4_quoter,
            state_view,
            multicall3,
            permit2,
            universal_router,
            flash_borrower,
            points,
            erc721,
            erc1155,
            tokens,
            market: Market::default(),
        };
        deployment.market = Market::of(&deployment, &modules)?;
        Ok(deployment)
    }

    /// Mints to the traders and lets every router and position manager draw on them.
    async fn purses(&mut self, deployment: &Deployment) -> Result<(), DevchainError> {
        let mut traders = (0..accounts::TRADERS)
            .map(|index| Account::new(accounts::trader_key(index)))
            .collect::<Result<Vec<_>, _>>()?;
        let addresses: Vec<Address> = traders.iter().map(|trader| trader.address).collect();
        for (trader, nonce) in traders.iter_mut().zip(self.rpc.nonces(&addresses).await?) {
            trader.nonce = nonce;
        }
        for (spec, token) in TOKENS.iter().zip(&deployment.tokens) {
            let value = purse(spec);
            for to in addresses.iter().copied().chain([deployment.flash_borrower]) {
                self.call("a token's minting", *token, &TestToken::mintCall { to, value })?;
            }
        }
        let spender = deployment.deployer;
        self.call(
            "naming the spender of points",
            deployment.points,
            &Points::setSpenderCall { spender, allowed: true },
        )?;
        for trader in &mut traders {
            self.allowances(deployment, trader)?;
        }
        self.mine().await
    }

    fn allowances(
        &mut self,
        deployment: &Deployment,
        trader: &mut Account,
    ) -> Result<(), DevchainError> {
        let ether = U256::from(10).pow(U256::from(18));
        let deposit = Action::call(deployment.weth, Weth9::depositCall {}.abi_encode(), CALL_GAS)
            .paying(ether * U256::from(1_000_000));
        let mut actions = vec![deposit];
        for token in deployment.tokens.iter().chain([&deployment.weth]) {
            let spenders = [
                deployment.v2_router,
                deployment.swap_router02,
                deployment.nonfungible_position_manager,
                deployment.permit2,
            ];
            for spender in spenders {
                let call = abis::periphery::Erc20::approveCall { spender, value: U256::MAX };
                actions.push(Action::call(*token, call.abi_encode(), CALL_GAS));
            }
            for spender in [deployment.v4_position_manager, deployment.universal_router] {
                let call = Permit2::approveCall {
                    token: *token,
                    spender,
                    amount: U160::MAX,
                    expiration: U48::MAX,
                };
                actions.push(Action::call(deployment.permit2, call.abi_encode(), CALL_GAS));
            }
        }
        for action in actions {
            let raw = trader.sign(self.chain_id, action)?;
            self.pending.push(("a trader's allowance".to_owned(), raw));
        }
        Ok(())
    }
}

fn token_code(spec: &TokenSpec) -> Result<Bytes, DevchainError> {
    let (name, symbol, decimals) =
        (spec.name.to_owned(), spec.symbol.to_owned(), U256::from(spec.decimals));
    Ok(match spec.kind {
        TokenKind::Plain => {
            artifacts::with_arguments(artifacts::own("TestToken")?, &(name, symbol, decimals))
        }
        TokenKind::Fee => {
            artifacts::with_arguments(artifacts::own("FeeToken")?, &(name, symbol, decimals))
        }
        TokenKind::NoSymbol => {
            artifacts::with_arguments(artifacts::own("NoSymbolToken")?, &(name, decimals))
        }
        TokenKind::Bytes32 => {
            let [name, symbol] =
                [spec.name, spec.symbol].map(|text| B256::right_padding_from(text.as_bytes()));
            artifacts::with_arguments(artifacts::own("Bytes32Token")?, &(name, symbol, decimals))
        }
    })
}

/// What a trader starts with, in the token's smallest unit.
fn purse(spec: &TokenSpec) -> U256 {
    U256::from(PURSE_DOLLARS) * U256::from(1_000) * U256::from(10).pow(U256::from(spec.decimals))
        / U256::from(spec.worth)
}
