//! `core.ts`.

use alloy_primitives::{Address, U256};

use super::{At, Liquidity, Reference, convert};
use crate::{decimal::Decimal, fold::v2::tests::support::decimals};

impl Reference {
    fn is_complete(&self, id: &str) -> bool {
        self.mints[id].sender.is_some()
    }

    pub(super) fn transfer(
        &mut self,
        at: At,
        address: Address,
        from: Address,
        to: Address,
        value: U256,
    ) {
        if to.is_zero() && value == U256::from(1_000) {
            return;
        }
        let mut pair = self.pairs[&address].clone();
        let liquidity = convert(value, 18);
        let mut transaction = self.transactions.get(&at.tx).cloned().unwrap_or_default();
        let new = Liquidity { pair: address, liquidity, ..Liquidity::default() };
        if from.is_zero() {
            pair.figures.total_supply += liquidity;
            self.pairs.insert(address, pair.clone());
            let open = transaction.mints.last().is_some_and(|id| !self.is_complete(id));
            if !open {
                let id = format!("{}-{}", at.tx, transaction.mints.len());
                self.mints.insert(id.clone(), Liquidity { to: Some(to), ..new });
                transaction.mints.push(id);
            }
        }
        if to == address {
            let id = format!("{}-{}", at.tx, transaction.burns.len());
            let burn = Liquidity { to: Some(to), sender: Some(from), needs_complete: true, ..new };
            self.burns.insert(id.clone(), burn);
            transaction.burns.push(id);
        }
        if to.is_zero() && from == address {
            pair.figures.total_supply -= liquidity;
            self.pairs.insert(address, pair);
            let fresh = format!("{}-{}", at.tx, transaction.burns.len());
            let (id, mut burn) = match transaction.burns.last() {
                Some(id) if self.burns[id].needs_complete => (id.clone(), self.burns[id].clone()),
                _ => (fresh, new),
            };
            if let Some(mint) = transaction.mints.last().cloned()
                && !self.is_complete(&mint)
            {
                burn.fee_to = self.mints[&mint].to;
                burn.fee_liquidity = Some(self.mints[&mint].liquidity);
                self.mints.remove(&mint);
                transaction.mints.pop();
            }
            if burn.needs_complete {
                transaction.burns.pop();
            }
            self.burns.insert(id.clone(), burn);
            transaction.burns.push(id);
        }
        self.transactions.insert(at.tx, transaction);
    }

    pub(super) fn sync(&mut self, address: Address, raw0: U256, raw1: U256) {
        let mut pair = self.pairs[&address].clone();
        let mut token0 = self.tokens[&pair.token0].clone();
        let mut token1 = self.tokens[&pair.token1].clone();
        let mut factory = self.factory.clone();
        let figures = &mut pair.figures;
        factory.total_value_locked_eth -= figures.tracked_reserve_eth;
        token0.total_value_locked -= figures.total_value_locked_token0;
        token1.total_value_locked -= figures.total_value_locked_token1;
        let reserve0 = convert(raw0, decimals(pair.token0).unwrap());
        let reserve1 = convert(raw1, decimals(pair.token1).unwrap());
        figures.total_value_locked_token0 = reserve0;
        figures.total_value_locked_token1 = reserve1;
        figures.token0_price = reserve0.safe_div(reserve1);
        figures.token1_price = reserve1.safe_div(reserve0);
        self.pairs.insert(address, pair.clone());

        // the bundle has an entity of its own
        self.factory.eth_price_usd = self.eth_price_in_usd();
        let eth = self.factory.eth_price_usd;
        factory.eth_price_usd = eth;
        token0.derived_eth = self.find_eth_per_token(pair.token0);
        token1.derived_eth = self.find_eth_per_token(pair.token1);
        self.tokens.insert(pair.token0, token0.clone());
        self.tokens.insert(pair.token1, token1.clone());

        let tracked = if eth.is_zero() {
            Decimal::ZERO
        } else {
            self.tracked_liquidity_usd(reserve0, &token0, reserve1, &token1, &pair).safe_div(eth)
        };
        let figures = &mut pair.figures;
        figures.tracked_reserve_eth = tracked;
        figures.total_value_locked_eth =
            reserve0 * token0.derived_eth + reserve1 * token1.derived_eth;
        figures.total_value_locked_usd = figures.total_value_locked_eth * eth;
        factory.total_value_locked_eth += tracked;
        factory.total_value_locked_usd = factory.total_value_locked_eth * eth;
        token0.total_value_locked += reserve0;
        token1.total_value_locked += reserve1;
        self.tokens.insert(pair.token0, token0);
        self.tokens.insert(pair.token1, token1);
        self.pairs.insert(address, pair);
        self.factory = factory;
    }

    pub(super) fn mint(
        &mut self,
        at: At,
        address: Address,
        sender: Address,
        raw0: U256,
        raw1: U256,
    ) {
        let Some(transaction) = self.transactions.get(&at.tx) else { return };
        let Some(id) = transaction.mints.last().cloned() else { return };
        let mut mint = self.mints[&id].clone();
        mint.sender = Some(sender);
        self.complete(at, address, &mut mint, raw0, raw1);
        self.mints.insert(id, mint);
    }

    pub(super) fn burn(&mut self, at: At, address: Address, raw0: U256, raw1: U256) {
        let Some(transaction) = self.transactions.get(&at.tx) else { return };
        let Some(id) = transaction.burns.last().cloned() else { return };
        let mut burn = self.burns[&id].clone();
        self.complete(at, address, &mut burn, raw0, raw1);
        self.burns.insert(id, burn);
    }

    fn complete(&mut self, at: At, address: Address, row: &mut Liquidity, raw0: U256, raw1: U256) {
        let mut pair = self.pairs[&address].clone();
        let mut token0 = self.tokens[&pair.token0].clone();
        let mut token1 = self.tokens[&pair.token1].clone();
        let amount0 = convert(raw0, decimals(pair.token0).unwrap());
        let amount1 = convert(raw1, decimals(pair.token1).unwrap());
        token0.tx_count += 1;
        token1.tx_count += 1;
        let usd = (token1.derived_eth * amount1 + token0.derived_eth * amount0)
            * self.factory.eth_price_usd;
        pair.figures.tx_count += 1;
        self.factory.tx_count += 1;
        self.tokens.insert(pair.token0, token0.clone());
        self.tokens.insert(pair.token1, token1.clone());
        self.pairs.insert(address, pair.clone());
        row.amount0 = Some(amount0);
        row.amount1 = Some(amount1);
        row.log_index = Some(at.log_index);
        row.amount_usd = Some(usd);
        let tokens = [(pair.token0, &token0), (pair.token1, &token1)];
        self.update_days(at, address, &pair, tokens, None);
    }

    pub(super) fn swap(&mut self, at: At, address: Address, ins: [U256; 2], outs: [U256; 2]) {
        let mut pair = self.pairs[&address].clone();
        let mut token0 = self.tokens[&pair.token0].clone();
        let mut token1 = self.tokens[&pair.token1].clone();
        let (decimals0, decimals1) =
            (decimals(pair.token0).unwrap(), decimals(pair.token1).unwrap());
        let amount0 = convert(outs[0], decimals0) + convert(ins[0], decimals0);
        let amount1 = convert(outs[1], decimals1) + convert(ins[1], decimals1);
        let eth = self.factory.eth_price_usd;
        let derived1 = token1.derived_eth * amount1;
        let derived0 = token0.derived_eth * amount0;
        let almost_zero = Decimal::from_parts(1, -6);
        let derived = if derived0 <= almost_zero || derived1 <= almost_zero {
            derived0 + derived1
        } else {
            (derived0 + derived1).safe_div(Decimal::from_parts(2, 0))
        };
        let untracked = derived * eth;
        let constant = self.tracked_volume_usd(amount0, &token0, amount1, &token1, &pair);
        let tracked = constant.unwrap_or(Decimal::ZERO);
        let tracked_eth = if eth.is_zero() { Decimal::ZERO } else { tracked.safe_div(eth) };
        for (token, amount) in [(&mut token0, amount0), (&mut token1, amount1)] {
            token.volume += amount;
            token.volume_usd += tracked;
            token.untracked_volume_usd += untracked;
            token.tx_count += 1;
        }
        let figures = &mut pair.figures;
        figures.volume_usd += tracked;
        figures.volume_token0 += amount0;
        figures.volume_token1 += amount1;
        figures.untracked_volume_usd += untracked;
        figures.tx_count += 1;
        let factory = &mut self.factory;
        factory.total_volume_usd += tracked;
        factory.total_volume_eth += tracked_eth;
        factory.untracked_volume_usd += untracked;
        factory.tx_count += 1;
        self.pairs.insert(address, pair.clone());
        self.tokens.insert(pair.token0, token0.clone());
        self.tokens.insert(pair.token1, token1.clone());
        let transaction = self.transactions.entry(at.tx).or_default();
        let id = format!("{}-{}", at.tx, transaction.swaps.len());
        transaction.swaps.push(id.clone());
        self.swaps.insert(id, (at.log_index, constant.unwrap_or(untracked)));
        let tokens = [(pair.token0, &token0), (pair.token1, &token1)];
        let swap = Some(([amount0, amount1], tracked, tracked_eth, untracked));
        self.update_days(at, address, &pair, tokens, swap);
    }
}
