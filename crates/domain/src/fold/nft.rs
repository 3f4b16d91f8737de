//! NFT ownership: balances follow transfers.

use alloy_primitives::{Address, U256};

use super::{FoldError, Key, apply::Step};
use crate::{
    entity::{NftBalance, NftStandard},
    event::{EventKind, EventMeta},
    row::NftTransfer,
};

impl Step<'_> {
    /// Folds a transfer; false when the collection is not watched under that standard.
    pub(super) fn nft(&mut self, meta: &EventMeta, kind: &EventKind) -> Result<bool, FoldError> {
        let Some(collection) = self.watch.collection(meta.address) else { return Ok(false) };
        match (kind, collection.standard) {
            (EventKind::Erc721Transfer { from, to, token_id }, NftStandard::Erc721) => {
                self.transfer(meta, NftStandard::Erc721, (*from, *to), (*token_id, U256::ONE), 0)?;
            }
            (EventKind::Erc1155Transfer { from, to, items, .. }, NftStandard::Erc1155) => {
                for (index, item) in (0u32..).zip(items) {
                    self.transfer(meta, NftStandard::Erc1155, (*from, *to), *item, index)?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn transfer(
        &mut self,
        meta: &EventMeta,
        standard: NftStandard,
        (from, to): (Address, Address),
        (token_id, amount): (U256, U256),
        item: u32,
    ) -> Result<(), FoldError> {
        let collection = meta.address;
        // a transfer to oneself moves nothing, but it happened
        if from != to && !amount.is_zero() {
            self.debit(meta, token_id, from, amount)?;
            self.credit(meta, standard, token_id, to, amount)?;
        }
        self.counters.nft_transfers += 1;
        let meta = self.row_meta(meta, item);
        self.rows.nft_transfers.push(NftTransfer {
            meta,
            collection,
            standard,
            token_id,
            from,
            to,
            amount,
        });
        Ok(())
    }

    fn debit(
        &mut self,
        meta: &EventMeta,
        token_id: U256,
        owner: Address,
        amount: U256,
    ) -> Result<(), FoldError> {
        if owner.is_zero() {
            return Ok(());
        }
        let key = Key::Nft(meta.address, token_id, owner);
        let bad = || self.out_of_range("NFT balance", key, meta);
        let Some(nft) = self.find::<NftBalance>(&key)? else { return Err(bad()) };
        let balance = nft.balance.checked_sub(amount).ok_or_else(bad)?;
        let nft = NftBalance { balance, ..nft.clone() };
        if balance.is_zero() {
            self.remove(key);
        } else {
            self.save(key, nft);
        }
        Ok(())
    }

    fn credit(
        &mut self,
        meta: &EventMeta,
        standard: NftStandard,
        token_id: U256,
        owner: Address,
        amount: U256,
    ) -> Result<(), FoldError> {
        if owner.is_zero() {
            return Ok(());
        }
        let key = Key::Nft(meta.address, token_id, owner);
        let mut nft = match self.find::<NftBalance>(&key)? {
            Some(nft) => nft.clone(),
            None => NftBalance {
                collection: meta.address,
                token_id,
                owner,
                standard,
                balance: U256::ZERO,
                since_block: self.block.number,
            },
        };
        nft.balance = nft
            .balance
            .checked_add(amount)
            .ok_or_else(|| self.out_of_range("NFT balance", key, meta))?;
        self.save(key, nft);
        Ok(())
    }
}
