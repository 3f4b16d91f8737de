//! The real thing: anvil by HTTP and by WebSocket, with a reorg.

use std::time::Duration;

use chain::{
    Client,
    source::{LogFilter, Source},
};
use devchain::{Anvil, AnvilOptions, Rpc, Traffic};
use futures::TryStreamExt;
use serde_json::{Value, json};

#[tokio::test]
async fn a_real_chain_is_read_whole_and_followed_through_a_reorg() {
    let anvil = Anvil::start(AnvilOptions::default()).await.unwrap();
    let deployment = devchain::deploy(&anvil.url()).await.unwrap();
    Traffic::new(&anvil.url(), &deployment, 5).run(30).await.unwrap();
    let rpc = Rpc::new(&anvil.url()).unwrap();
    let everything = json!([{"fromBlock": "0x0", "toBlock": "latest"}]);
    let truth: Vec<Value> = rpc.request("eth_getLogs", everything).await.unwrap();
    let mut topics =
        truth.iter().filter_map(|log| log["topics"][0].as_str()?.parse().ok()).collect::<Vec<_>>();
    topics.sort_unstable();
    topics.dedup();
    let filter = LogFilter { any_address_topics: topics, ..LogFilter::default() };

    let ws = anvil.url().replace("http://", "ws://");
    for urls in [vec![anvil.url()], vec![ws.clone()], vec![anvil.url(), ws.clone()]] {
        let client = Client::new(deployment.chain_id, &urls).unwrap();
        let source = Source::new(client.clone(), filter.clone(), 7, 3).with_transactions(true);
        let head = client.latest_block().await.unwrap();
        let ranges = source.backfill(0, head.number).try_collect::<Vec<_>>().await.unwrap();
        let blocks = ranges.into_iter().flat_map(|range| range.blocks).collect::<Vec<_>>();
        let found = blocks.iter().flat_map(|block| &block.logs).count();
        let with_topics = truth.iter().filter(|log| log["topics"][0].is_string()).count();
        assert_eq!(found, with_topics, "{urls:?}");
        for block in &blocks {
            for transaction in &block.transactions {
                let params = json!([transaction.hash]);
                let receipt: Value =
                    rpc.request("eth_getTransactionReceipt", params).await.unwrap();
                assert_eq!(json!(transaction.from), receipt["from"]);
                assert_eq!(json!(transaction.gas_price), receipt["effectiveGasPrice"]);
            }
        }
        let head_blocks = source.head_blocks(head.number - 5, head.number).await.unwrap();
        assert_eq!(head_blocks.last().unwrap().header, head);
    }

    let client = Client::new(deployment.chain_id, &[anvil.url(), ws]).unwrap();
    let source = Source::new(client.clone(), filter, 7, 3);
    let mut heads = source.heads(Duration::from_secs(3600));
    let before = client.latest_block().await.unwrap();
    while heads.standing() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    devchain::reorg_with_traffic(&anvil.url(), &deployment, 3, 5, 77).await.unwrap();
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            heads.wait().await;
            let head = client.latest_block().await.unwrap();
            if head.number == before.number + 2 {
                return head;
            }
        }
    });
    let after = waited.await.expect("no subscription told of the reorg");
    assert_ne!(
        client.block(before.number).await.unwrap().map(|block| block.hash),
        Some(before.hash)
    );
    let blocks = source.head_blocks(before.number - 3, after.number).await.unwrap();
    assert_eq!(blocks.len(), 6);
    anvil.stop().await.unwrap();
}
