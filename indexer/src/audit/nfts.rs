//! Who owns what.

use std::collections::BTreeSet;

use abis::state;
use alloy_primitives::{Address, U256};
use domain::{
    entity::{NftBalance, NftStandard},
    row::{NftTransfer, Position},
};
use store::{NftCollectionCursor, NftTransferQuery};

use super::{
    Audit, AuditError, Kind, Report, Sample,
    ask::show,
    view::{NftKey, View},
};

/// Balances per page.
const PAGE: u32 = 500;
/// Owners read per token id of an ERC-721 collection: a second one is a fault, and so is a third.
const OWNERS: u32 = 3;

impl Audit {
    /// Compares owners and balances of the watched collections.
    pub(super) async fn nfts(
        &self,
        view: &mut View,
        report: &mut Report,
    ) -> Result<(), AuditError> {
        for collection in &self.watch.collections {
            let (address, standard) = (collection.address, collection.standard);
            let Sample::Some(count) = view.sample else {
                self.all_of(view, report, address, standard).await?;
                continue;
            };
            let moved = some_transfers(view, address, count).await?;
            self.compare_keys(view, report, standard, moved).await?;
        }
        Ok(())
    }

    /// Every balance that is stored, then everything that ever moved: a balance that is missing shows by its transfers.
    /// What moved often is compared more than once.
    async fn all_of(
        &self,
        view: &View,
        report: &mut Report,
        collection: Address,
        standard: NftStandard,
    ) -> Result<(), AuditError> {
        let mut after = None;
        loop {
            let query = NftTransferQuery { collection, token_id: None, after, limit: PAGE };
            let page = view.snapshot.nft_transfers(&query).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.meta.position);
            let keys = page.iter().flat_map(touched).collect();
            self.compare_keys(view, report, standard, keys).await?;
        }
        let mut after = None;
        loop {
            let page = view.snapshot.nft_collection(collection, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(NftCollectionCursor { token_id: last.token_id, owner: last.owner });
            let keys = page.iter().map(|nft| (nft.collection, nft.token_id, nft.owner)).collect();
            self.compare_keys(view, report, standard, keys).await?;
        }
    }

    async fn compare_keys(
        &self,
        view: &View,
        report: &mut Report,
        standard: NftStandard,
        keys: BTreeSet<NftKey>,
    ) -> Result<(), AuditError> {
        match standard {
            NftStandard::Erc721 => {
                let tokens = keys.into_iter().map(|(collection, id, _)| (collection, id));
                self.owners(view, report, tokens.collect()).await
            }
            NftStandard::Erc1155 => self.balances(view, report, keys).await,
        }
    }

    async fn owners(
        &self,
        view: &View,
        report: &mut Report,
        tokens: BTreeSet<(Address, U256)>,
    ) -> Result<(), AuditError> {
        let calls: Vec<_> = tokens.iter().map(|(c, id)| state::owner_call(*c, *id)).collect();
        let mut stored = Vec::with_capacity(tokens.len());
        for (collection, id) in tokens {
            let now = view.snapshot.nft_owners(collection, id, None, OWNERS).await?;
            let owners = owner_names(&view.past.owners(collection, id, now));
            stored.push((format!("token {id} of {collection:#x}"), owners));
        }
        self.ask_and_compare(view, report, &calls, |report, answers| {
            for ((what, stored), answer) in stored.iter().zip(answers) {
                // a token that does not exist reverts, or belongs to nobody
                let owner = state::owner(answer).filter(|owner| !owner.is_zero());
                report.compare(Kind::Owners, || what.clone(), stored.clone(), name(owner));
            }
        })
        .await
    }

    async fn balances(
        &self,
        view: &View,
        report: &mut Report,
        keys: BTreeSet<NftKey>,
    ) -> Result<(), AuditError> {
        let keys: Vec<NftKey> = keys.into_iter().collect();
        let calls: Vec<_> =
            keys.iter().map(|(c, id, o)| state::balance_call(*c, *id, *o)).collect();
        let mut found = view.snapshot.nft_balances_by_keys(&keys).await?.into_iter().peekable();
        let stored = keys.into_iter().map(|key| {
            // both lists are in the order of the keys
            let now = found.next_if(|nft| (nft.collection, nft.token_id, nft.owner) == key);
            (key, view.past.nft(key, now).map(|nft| nft.balance).unwrap_or_default())
        });
        let stored: Vec<_> = stored.collect();
        self.ask_and_compare(view, report, &calls, |report, answers| {
            for (((collection, id, owner), stored), answer) in stored.iter().zip(answers) {
                let what = || format!("token {id} of {collection:#x} at {owner:#x}");
                let on_chain = show(state::balance(answer));
                report.compare(Kind::Balances, what, stored.to_string(), on_chain);
            }
        })
        .await
    }
}

/// The balances that a transfer changes.
fn touched(transfer: &NftTransfer) -> impl Iterator<Item = NftKey> + use<> {
    let (collection, id) = (transfer.collection, transfer.token_id);
    let holders = [transfer.from, transfer.to].into_iter().filter(|holder| !holder.is_zero());
    holders.map(move |holder| (collection, id, holder))
}

/// Keys that transfers all over the collection's time touched.
async fn some_transfers(
    view: &mut View,
    collection: Address,
    count: u32,
) -> Result<BTreeSet<NftKey>, AuditError> {
    let mut keys = BTreeSet::new();
    for _ in 0..count.saturating_mul(2) {
        let block = view.any_block().saturating_add(1);
        let after = Some(Position { block, log_index: 0, item: 0 });
        let query = NftTransferQuery { collection, token_id: None, after, limit: 1 };
        keys.extend(view.snapshot.nft_transfers(&query).await?.iter().flat_map(touched));
        if keys.len() >= count as usize {
            break;
        }
    }
    Ok(keys)
}

fn name(owner: Option<Address>) -> String {
    owner.map_or_else(|| "nobody".to_owned(), |owner| format!("{owner:#x}"))
}

fn owner_names(owners: &[NftBalance]) -> String {
    match owners {
        [] => name(None),
        [one] if one.balance == U256::ONE => name(Some(one.owner)),
        odd => {
            let each = odd.iter().map(|nft| format!("{:#x} ({})", nft.owner, nft.balance));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}
