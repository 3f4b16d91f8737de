//! A transaction by its hash.

use alloy_primitives::{B256, U256};
use api_kit::problem::Problem;
use chain::client::receipts::{Receipt, Sent};
use domain::{block::BlockRef, ids::ChainId};
use store::Snapshot;

use super::{
    answer::{Place, Source, Status, Transaction},
    events, indexed, stored,
    voices::Voices,
};
use crate::{
    by_block::ByBlock,
    deps::{ChainDeps, Deps},
    node::{Found, LAGS, LiveNode, LiveProblem},
    read::in_time,
    view,
};

/// What is known of a transaction.
///
/// # Errors
/// `TRANSACTION_UNKNOWN`; where the node cannot be asked and nothing is stored of it, why.
pub(crate) async fn find(
    deps: &Deps,
    by_block: &ByBlock,
    (chain_id, chain): (ChainId, &ChainDeps),
    hash: B256,
) -> Result<Transaction, Problem> {
    let (deadline, begun) = (LiveNode::deadline(), by_block.begin());
    let (found, snapshot) = tokio::join!(
        chain.live.transaction(hash, deadline),
        in_time(deadline, deps.reader.snapshot(chain_id))
    );
    if let Ok(Some(snapshot)) = &snapshot {
        by_block.saw(begun, &[(chain_id, snapshot.block())]);
    }
    let (known, sent) = match found {
        Ok(Found::Mined { receipt, sent, block }) => {
            let head = chain.live.head(LiveNode::deadline()).await;
            let mined = Mined { receipt: &receipt, sent: sent.as_deref(), block, head };
            return mined.told((chain_id, chain), snapshot).await;
        }
        Ok(Found::Pending(sent)) => (None, Some(sent)),
        Ok(Found::Unknown) => (None, None),
        Err(problem) => (Some(problem), None),
    };
    // a node that is behind, lost it, or was never told, knows less than the store
    let why = known.clone().unwrap_or_else(|| {
        let detail = match sent {
            Some(_) => "to the chain's node this transaction, which is indexed, is still pending",
            None => "the chain's node does not know this transaction, which is indexed",
        };
        Problem::unavailable(LAGS, detail)
    });
    let read = async {
        match &snapshot {
            Ok(Some(snapshot)) => stored::transaction(snapshot, hash, &why).await,
            Ok(None) => Ok(None),
            Err(problem) => Err(problem.clone()),
        }
    };
    match (in_time(LiveNode::deadline(), read).await, sent) {
        (Ok(Some(transaction)), _) => Ok(transaction),
        (read, Some(sent)) => Ok(pending(chain_id, &sent, snapshot.ok().flatten(), read.err())),
        (read, None) => Err(known.or(read.err()).unwrap_or_else(|| {
            let detail = format!("no node of the chain knows a transaction {}", view::hash(hash));
            Problem::not_found("TRANSACTION_UNKNOWN", detail)
        })),
    }
}

/// One that stands in a block.
struct Mined<'a> {
    receipt: &'a Receipt,
    sent: Option<&'a Sent>,
    block: BlockRef,
    head: Result<BlockRef, Problem>,
}

impl Mined<'_> {
    async fn told(
        self,
        (chain_id, chain): (ChainId, &ChainDeps),
        snapshot: Result<Option<Snapshot>, Problem>,
    ) -> Result<Transaction, Problem> {
        let Self { receipt, sent, block, head } = self;
        let place = (block.number, block.hash);
        let (snapshot, mut trouble) = match snapshot {
            Ok(snapshot) => (snapshot, None),
            Err(problem) => (None, Some(problem)),
        };
        let logs = receipt.logs.iter().map(|log| (log.address, &log.data));
        let deadline = LiveNode::deadline();
        let voices = Voices::of(chain, snapshot.as_ref(), logs.clone());
        let voices = match in_time(deadline, voices).await {
            Ok(voices) => voices,
            // what the store does not tell now is told as it came
            Err(problem) => {
                trouble = Some(problem);
                Voices::of(chain, None, logs).await?
            }
        };
        let indexed = match &snapshot {
            Some(snapshot) => in_time(deadline, indexed::at(snapshot, chain, place)).await,
            None => Ok(None),
        };
        let indexed = indexed.unwrap_or_else(|problem| {
            trouble = Some(problem);
            None
        });
        let head = head.map_err(|problem| trouble = Some(problem)).ok();
        let logs = receipt.logs.iter().map(|log| (log.log_index, log.address, &log.data));
        let (events, events_left_out) = events::told(&voices, logs);
        let status = match receipt.success {
            Some(true) => Status::Success,
            Some(false) => Status::Reverted,
            None => Status::Unknown,
        };
        let fees = receipt.fees;
        let text = |fee: Option<U256>| fee.map(|fee| fee.to_string());
        let stored_at = snapshot.as_ref().map(Snapshot::block);
        Ok(Transaction {
            block: Some(Place {
                number: block.number,
                hash: Some(view::hash(block.hash)),
                timestamp: block.timestamp,
            }),
            index: Some(receipt.index),
            confirmations: head.map(|head| head.number.saturating_sub(block.number) + 1),
            from: Some(view::address(receipt.from)),
            to: receipt.to.map(view::address),
            created_contract: receipt.created.map(view::address),
            gas_used: receipt.gas_used.map(|gas| gas.to_string()),
            gas_price: receipt.gas_price.map(|price| price.to_string()),
            fee: text(fees.total),
            gas_fee: text(fees.gas),
            l1_fee: text(fees.l1),
            operator_fee: text(fees.operator),
            blob_fee: text(fees.blobs),
            indexed,
            indexed_to: stored_at.map(Into::into),
            events: Some(events),
            events_left_out,
            problem: trouble.map(|problem| LiveProblem::new(&problem, stored_at)),
            ..with_sent(blank(chain_id, receipt.hash, status), sent)
        })
    }
}

fn pending(
    chain: ChainId,
    sent: &Sent,
    snapshot: Option<Snapshot>,
    trouble: Option<Problem>,
) -> Transaction {
    let stored_at = snapshot.as_ref().map(Snapshot::block);
    Transaction {
        confirmations: Some(0),
        from: Some(view::address(sent.from)),
        to: sent.to.map(view::address),
        indexed_to: stored_at.map(Into::into),
        problem: trouble.map(|problem| LiveProblem::new(&problem, stored_at)),
        ..with_sent(blank(chain, sent.hash, Status::Pending), Some(sent))
    }
}

fn with_sent(transaction: Transaction, sent: Option<&Sent>) -> Transaction {
    Transaction {
        value: sent.map(|sent| sent.value.to_string()),
        nonce: sent.map(|sent| sent.nonce),
        gas_limit: sent.map(|sent| sent.gas.to_string()),
        ..transaction
    }
}

/// One of which nothing more is known.
pub(super) fn blank(chain: ChainId, hash: B256, status: Status) -> Transaction {
    Transaction {
        chain_id: chain,
        hash: view::hash(hash),
        source: Source::Chain,
        status,
        block: None,
        index: None,
        confirmations: None,
        from: None,
        to: None,
        created_contract: None,
        value: None,
        nonce: None,
        gas_limit: None,
        gas_used: None,
        gas_price: None,
        fee: None,
        gas_fee: None,
        l1_fee: None,
        operator_fee: None,
        blob_fee: None,
        indexed: None,
        indexed_to: None,
        events: None,
        events_left_out: 0,
        stored: None,
        problem: None,
    }
}
