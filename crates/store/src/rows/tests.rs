//! Pages of packed rows hold what a list of all rows would.

use alloy_primitives::Address;
use domain::row::{Position, Swap};

use super::{KINDS, short};
use crate::{
    Batch, RowQuery, Snapshot,
    fixtures::{Chain, address, pool_id, tx},
    test_mongo::TestMongo,
    testing,
};

const ID: u64 = 1;

async fn page_by_page(snapshot: &Snapshot, query: RowQuery) -> Vec<Swap> {
    let mut all: Vec<Swap> = Vec::new();
    loop {
        let after = all.last().map(|row| row.meta.position);
        let page = snapshot.swaps(&RowQuery { after, limit: 7, ..query }).await.unwrap();
        assert!(page.len() <= 7);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

#[tokio::test]
async fn pages_are_those_of_a_list() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let chain = Chain::new(60);
    let (old, new) = chain.blocks.split_at(40);
    let batch = |parent, blocks| Batch { parent, blocks, undo_from: 41, prune_undo_below: 0 };
    writer.commit(&batch(None, old)).await.unwrap();
    writer.commit(&batch(Some(40), new)).await.unwrap();

    let mut rows: Vec<Swap> =
        chain.blocks.iter().flat_map(|block| block.rows.swaps.clone()).collect();
    rows.reverse();
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert_eq!(page_by_page(&snapshot, RowQuery::default()).await, rows);

    let of = |wanted: &dyn Fn(&Swap) -> bool| -> Vec<Swap> {
        rows.iter().filter(|row| wanted(row)).cloned().collect()
    };
    let pool = pool_id(9);
    let query = RowQuery { pool: Some(pool), ..RowQuery::default() };
    let wanted = of(&|row| row.pool == pool);
    assert!(wanted.len() >= 4);
    assert_eq!(page_by_page(&snapshot, query).await, wanted);

    // the fixture's sender of even blocks, and the receiver of all swaps
    let sender = address(6);
    let query = RowQuery { account: Some(sender), ..RowQuery::default() };
    let wanted = of(&|row| row.meta.origin == Some(sender));
    assert!(!wanted.is_empty() && wanted.len() < rows.len());
    assert_eq!(page_by_page(&snapshot, query).await, wanted);
    let query = RowQuery { account: Some(address(8)), ..RowQuery::default() };
    assert_eq!(page_by_page(&snapshot, query).await, rows);
    let query = RowQuery { account: Some(Address::repeat_byte(0x99)), ..RowQuery::default() };
    assert_eq!(page_by_page(&snapshot, query).await, []);

    let mut wanted = of(&|row| row.meta.tx_hash == tx(11));
    wanted.reverse();
    assert_eq!(snapshot.swaps_by_tx(tx(11)).await.unwrap(), wanted);
    let after = Some(Position { block: 30, log_index: 2, item: 0 });
    let page = snapshot.swaps(&RowQuery { after, limit: 3, ..RowQuery::default() }).await.unwrap();
    assert!(page.iter().all(|row| Some(row.meta.position) < after));
    mongo.stop().await;
}

#[test]
fn short_keys_differ_by_chain_and_kind() {
    let mut keys: Vec<i64> = [1, 137, 31_337]
        .into_iter()
        .flat_map(|chain| KINDS.map(|kind| short(chain, kind, &[7; 20])))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3 * KINDS.len());
}
