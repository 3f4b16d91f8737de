//! NFTs, points, plain tokens, and transactions that are meant to fail.

use abis::periphery::{Erc20, Erc721Preset, Erc1155Preset, Points, SwapRouter02, V2Router};
use alloy::sol_types::SolCall;
use alloy_primitives::aliases::U160;
use alloy_primitives::{Address, Bytes, U256, keccak256};

use crate::accounts::Action;
use crate::error::DevchainError;
use crate::traffic::amounts;
use crate::traffic::catalogue::{Asset, Protocol};
use crate::traffic::planner::{FOREVER, Planner};
use crate::traffic::report::Kind;
use crate::traffic::snapshot::GEAR_IDS;

const SMALL_GAS: u64 = 500_000;

impl Planner<'_> {
    /// Something with one of the collections.
    pub(crate) fn nft(&mut self) -> Result<(), DevchainError> {
        match self.dice.below(10) {
            0..3 => self.mint_nft(),
            3..6 => self.move_nft(),
            6..8 => self.mint_gear(),
            _ => self.move_gear(),
        }
    }

    fn mint_nft(&mut self) -> Result<(), DevchainError> {
        let to = self.receiver();
        let data = Erc721Preset::mintCall { to }.abi_encode();
        let action = Action::call(self.universe.deployment.erc721, data, SMALL_GAS);
        self.push_deployer(Kind::NftMint, action)
    }

    fn move_nft(&mut self) -> Result<(), DevchainError> {
        let collection = self.universe.deployment.erc721;
        while let Some((id, owner)) = self.snapshot.nfts.pop() {
            let Some(trader) = self.trader_of(owner) else { continue };
            let (kind, data) = if self.dice.chance(1, 7) {
                (Kind::NftBurn, Erc721Preset::burnCall { tokenId: id }.abi_encode())
            } else {
                let to = self.receiver();
                (
                    Kind::NftTransfer,
                    Erc721Preset::transferFromCall { from: owner, to, tokenId: id }.abi_encode(),
                )
            };
            return self.push(kind, trader, Action::call(collection, data, SMALL_GAS));
        }
        self.mint_nft()
    }

    fn mint_gear(&mut self) -> Result<(), DevchainError> {
        let trader = self.trader();
        let to = self.address(trader);
        let id = self.dice.below(GEAR_IDS);
        let amount = U256::from(self.dice.between(1, 50));
        let data = if self.dice.chance(1, 2) {
            Erc1155Preset::mintCall { to, id: U256::from(id), amount, data: Bytes::new() }
                .abi_encode()
        } else {
            let ids = vec![
                U256::from(id),
                U256::from((id + 1) % GEAR_IDS),
                U256::from((id + 5) % GEAR_IDS),
            ];
            let amounts = vec![amount, U256::from(1), U256::from(3)];
            Erc1155Preset::mintBatchCall { to, ids, amounts, data: Bytes::new() }.abi_encode()
        };
        self.push_deployer(
            Kind::NftMint,
            Action::call(self.universe.deployment.erc1155, data, SMALL_GAS),
        )
    }

    fn move_gear(&mut self) -> Result<(), DevchainError> {
        let collection = self.universe.deployment.erc1155;
        let Some(gear) = self.snapshot.gear.pop() else { return self.mint_gear() };
        let (from, to) = (self.address(gear.trader), self.receiver());
        let amount = amounts::share(gear.amount, self.dice.between(500, 9_000));
        let id = U256::from(gear.id);
        let (kind, data) = match self.dice.below(8) {
            0..4 => (
                Kind::NftTransfer,
                Erc1155Preset::safeTransferFromCall { from, to, id, amount, data: Bytes::new() }
                    .abi_encode(),
            ),
            4..7 => {
                let (ids, amounts) = (vec![id, id], vec![amount, U256::ZERO]);
                let call = Erc1155Preset::safeBatchTransferFromCall {
                    from,
                    to,
                    ids,
                    amounts,
                    data: Bytes::new(),
                };
                (Kind::NftTransfer, call.abi_encode())
            }
            _ => (
                Kind::NftBurn,
                Erc1155Preset::burnCall { account: from, id, value: amount }.abi_encode(),
            ),
        };
        self.push(kind, gear.trader, Action::call(collection, data, SMALL_GAS))
    }

    /// Grants points, or uses some.
    pub(crate) fn points(&mut self) -> Result<(), DevchainError> {
        let contract = self.universe.deployment.points;
        let operation =
            keccak256([self.dice.next().to_be_bytes(), self.dice.next().to_be_bytes()].concat());
        let used = self.snapshot.points.take().filter(|(_, balance)| *balance > U256::from(10));
        let data = match used {
            Some((trader, balance)) if self.dice.chance(1, 2) => {
                let amount = amounts::share(balance, self.dice.between(300, 5_000));
                Points::useCall { user: self.address(trader), amount, operationId: operation }
                    .abi_encode()
            }
            _ => {
                let trader = self.trader();
                let amount = U256::from(self.dice.between(10, 500));
                Points::grantCall { user: self.address(trader), amount, operationId: operation }
                    .abi_encode()
            }
        };
        self.push_deployer(Kind::Points, Action::call(contract, data, SMALL_GAS))
    }

    /// Sends some ERC-20 to somebody.
    pub(crate) fn token_transfer(&mut self) -> Result<(), DevchainError> {
        let index = self.dice.index(self.universe.deployment.tokens.len());
        let token = self.universe.deployment.tokens.get(index).copied().unwrap_or_default();
        let value = amounts::dollars(Asset::Token(index), self.dice.between(30, 5_000));
        let (trader, to) = (self.trader(), self.receiver());
        let data = Erc20::transferCall { to, value }.abi_encode();
        self.push(Kind::TokenTransfer, trader, Action::call(token, data, SMALL_GAS))
    }

    /// A transaction that reverts.
    pub(crate) fn failing(&mut self) -> Result<(), DevchainError> {
        let at = &self.universe.deployment;
        let trader = self.dice.index(crate::accounts::TRADERS);
        let to = self.address(trader);
        let v2 = self.live(|pool| pool.spec.protocol == Protocol::V2);
        let pair = v2.first().and_then(|(index, _)| self.universe.pools.get(*index));
        let (contract, data) = match (self.dice.below(3), pair) {
            (0, Some(pair)) => {
                let path = pair.currencies.to_vec();
                let (amount, minimum) = (U256::from(1_000_000), U256::MAX);
                let call = V2Router::swapExactTokensForTokensCall {
                    amountIn: amount,
                    amountOutMin: minimum,
                    path,
                    to,
                    deadline: FOREVER,
                };
                (at.v2_router, call.abi_encode())
            }
            (1, Some(pair)) => {
                let params = SwapRouter02::ExactInputSingleParams {
                    tokenIn: pair.currencies[0],
                    tokenOut: pair.currencies[1],
                    fee: amounts::fee(3000),
                    recipient: to,
                    amountIn: U256::from(1_000_000),
                    amountOutMinimum: U256::MAX,
                    sqrtPriceLimitX96: U160::ZERO,
                };
                (at.swap_router02, SwapRouter02::exactInputSingleCall { params }.abi_encode())
            }
            _ => {
                let call = Erc20::transferFromCall {
                    from: at.points,
                    to: Address::ZERO,
                    value: U256::MAX,
                };
                (at.weth, call.abi_encode())
            }
        };
        self.push(Kind::Failing, trader, Action::call(contract, data, SMALL_GAS))
    }
}
