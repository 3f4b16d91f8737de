//! A whole local chain: deployment, traffic with every kind of event, and the same again from the same seed.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use abis::periphery::{
    Erc721Preset, Erc1155Preset, Points, PoolManager, PositionManagerV3, StateView, V2Factory,
    V2Pair, V3Factory, V3Pool,
};
use alloy::sol_types::{SolCall, SolEvent};
use alloy_primitives::{Address, B256, Bytes, aliases::U24};
use devchain::replay::{Replay, ReplayOptions};
use devchain::{Anvil, AnvilOptions, Deployment, Rpc, Traffic, TrafficReport};
use domain::entity::Protocol;
use serde_json::{Value, json};

const BLOCKS: u64 = 60;

async fn chain(seed: u64) -> (Anvil, Deployment, TrafficReport) {
    let anvil = Anvil::start(AnvilOptions::default()).await.unwrap();
    let deployment = devchain::deploy(&anvil.url()).await.unwrap();
    let report = Traffic::new(&anvil.url(), &deployment, seed).run(BLOCKS).await.unwrap();
    (anvil, deployment, report)
}

async fn logs(rpc: &Rpc, address: Option<Address>, topic: B256) -> usize {
    let mut filter = json!({"fromBlock": "0x0", "toBlock": "latest", "topics": [topic]});
    if let Some(address) = address {
        filter["address"] = json!(address);
    }
    rpc.request::<Vec<Value>>("eth_getLogs", json!([filter])).await.unwrap().len()
}

async fn hashes(rpc: &Rpc) -> Vec<Value> {
    let head: String = rpc.request("eth_blockNumber", json!([])).await.unwrap();
    let head = u64::from_str_radix(head.trim_start_matches("0x"), 16).unwrap();
    let params = (0..=head).map(|number| json!([format!("{number:#x}"), false])).collect();
    let blocks: Vec<Value> = rpc.batch("eth_getBlockByNumber", params).await.unwrap();
    blocks.into_iter().map(|mut block| block["hash"].take()).collect()
}

async fn call<C: SolCall>(rpc: &Rpc, to: Address, call: C) -> C::Return {
    let data = Bytes::from(call.abi_encode());
    let answer: Bytes =
        rpc.request("eth_call", json!([{"to": to, "data": data}, "latest"])).await.unwrap();
    C::abi_decode_returns(&answer).unwrap()
}

async fn stable_pools_are_where_they_were_said_to_be(rpc: &Rpc, at: &Deployment) {
    let market = &at.market;
    let (a, b) = (market.stablecoin, at.weth);
    let pair = V2Factory::getPairCall { tokenA: a, tokenB: b };
    assert_eq!(call(rpc, at.v2_factory, pair).await, market.v2_stable_pool);
    let pool = V3Factory::getPoolCall { tokenA: a, tokenB: b, fee: U24::from(500) };
    assert_eq!(call(rpc, at.v3_factory, pool).await, market.v3_stable_pool);
    let slot = StateView::getSlot0Call { poolId: market.v4_stable_pool };
    assert!(!call(rpc, at.state_view, slot).await.sqrtPriceX96.is_zero());
    for protocol in [Protocol::V2, Protocol::V3, Protocol::V4] {
        let pricing = at.pricing(protocol);
        assert_eq!(pricing.stable_pools.len(), 1);
        assert!(pricing.is_whitelisted(at.weth) && pricing.is_stablecoin(market.stablecoin));
    }
}

#[tokio::test]
async fn sixty_blocks_hold_every_kind_of_event_and_repeat_exactly() {
    let (anvil, deployment, report) = chain(7).await;
    let rpc = Rpc::new(&anvil.url()).unwrap();
    let at = &deployment;
    let wanted = [
        ("V2 PairCreated", Some(at.v2_factory), V2Factory::PairCreated::SIGNATURE_HASH),
        ("V2 Mint", None, V2Pair::Mint::SIGNATURE_HASH),
        ("V2 Burn", None, V2Pair::Burn::SIGNATURE_HASH),
        ("V2 Swap", None, V2Pair::Swap::SIGNATURE_HASH),
        ("V2 Sync", None, V2Pair::Sync::SIGNATURE_HASH),
        ("V3 PoolCreated", Some(at.v3_factory), V3Factory::PoolCreated::SIGNATURE_HASH),
        ("V3 Initialize", None, V3Pool::Initialize::SIGNATURE_HASH),
        ("V3 Mint", None, V3Pool::Mint::SIGNATURE_HASH),
        ("V3 Burn", None, V3Pool::Burn::SIGNATURE_HASH),
        ("V3 Collect", None, V3Pool::Collect::SIGNATURE_HASH),
        ("V3 Swap", None, V3Pool::Swap::SIGNATURE_HASH),
        ("V3 Flash", None, V3Pool::Flash::SIGNATURE_HASH),
        ("V4 Initialize", Some(at.v4_pool_manager), PoolManager::Initialize::SIGNATURE_HASH),
        (
            "V4 ModifyLiquidity",
            Some(at.v4_pool_manager),
            PoolManager::ModifyLiquidity::SIGNATURE_HASH,
        ),
        ("V4 Swap", Some(at.v4_pool_manager), PoolManager::Swap::SIGNATURE_HASH),
        ("ERC-721 Transfer", Some(at.erc721), Erc721Preset::Transfer::SIGNATURE_HASH),
        (
            "V3 position Transfer",
            Some(at.nonfungible_position_manager),
            Erc721Preset::Transfer::SIGNATURE_HASH,
        ),
        (
            "V4 position Transfer",
            Some(at.v4_position_manager),
            Erc721Preset::Transfer::SIGNATURE_HASH,
        ),
        (
            "ERC-1155 TransferSingle",
            Some(at.erc1155),
            Erc1155Preset::TransferSingle::SIGNATURE_HASH,
        ),
        ("ERC-1155 TransferBatch", Some(at.erc1155), Erc1155Preset::TransferBatch::SIGNATURE_HASH),
        ("points Granted", Some(at.points), Points::Granted::SIGNATURE_HASH),
        ("points Used", Some(at.points), Points::Used::SIGNATURE_HASH),
    ];
    for (what, address, topic) in wanted {
        assert!(logs(&rpc, address, topic).await > 0, "no {what} in {report:?}");
    }
    assert_eq!(report.blocks, BLOCKS);
    stable_pools_are_where_they_were_said_to_be(&rpc, &deployment).await;
    assert!(report.empty_blocks > 0 && report.failed > 0, "{report:?}");
    assert!(
        report.lp_transfers > 0 && report.position_transfers > 0 && report.nft_burns > 0,
        "{report:?}"
    );
    assert!(report.failed_unmeant * 50 <= report.transactions, "{report:?}");
    assert!(report.swaps * 2 > report.transactions, "{report:?}");

    let (other, again, repeated) = chain(7).await;
    assert_eq!(deployment, again);
    assert_eq!(report, repeated);
    assert_eq!(hashes(&rpc).await, hashes(&Rpc::new(&other.url()).unwrap()).await);

    other.stop().await.unwrap();
    anvil.stop().await.unwrap();
}

#[tokio::test]
async fn a_reorg_brings_other_blocks_and_traffic_goes_on_behind_it() {
    let (anvil, deployment, _) = chain(3).await;
    let url = anvil.url();
    let rpc = Rpc::new(&url).unwrap();
    let before = hashes(&rpc).await;

    devchain::reorg_with_traffic(&url, &deployment, 5, 6, 99).await.unwrap();
    let after = hashes(&rpc).await;
    let kept = before.len() - 5;
    assert_eq!(after.len(), before.len() + 1);
    assert_eq!(after[..kept], before[..kept]);
    assert!(after.iter().skip(kept).zip(before.iter().skip(kept)).all(|(new, old)| new != old));

    devchain::reorg(&url, 3, true).await.unwrap();
    let emptied = hashes(&rpc).await;
    assert_eq!(emptied.len(), after.len());
    assert_ne!(emptied.last(), after.last());

    let report = Traffic::new(&url, &deployment, 3).run(5).await.unwrap();
    assert!(
        report.transactions > 0 && report.failed_unmeant * 20 <= report.transactions,
        "{report:?}"
    );

    let too_deep = devchain::reorg_with_traffic(&url, &deployment, 5_000, 1, 1).await.unwrap_err();
    assert!(too_deep.to_string().contains("5000"), "{too_deep}");
    anvil.stop().await.unwrap();
}

#[tokio::test]
async fn a_stopped_chain_continues_from_its_state_file_and_leaves_nothing_else() {
    let folder = std::env::temp_dir().join(format!("sooho-devchain-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let options = || AnvilOptions {
        state_file: Some(folder.join("state.json")),
        cache_dir: folder.join("cache"),
        ..AnvilOptions::default()
    };
    let anvil = Anvil::start(options()).await.unwrap();
    let deployment = devchain::deploy(&anvil.url()).await.unwrap();
    Traffic::new(&anvil.url(), &deployment, 1).run(15).await.unwrap();
    let before = hashes(&Rpc::new(&anvil.url()).unwrap()).await;
    let pid = anvil.pid();
    anvil.stop().await.unwrap();
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(!folder.join("cache").exists());

    let anvil = Anvil::start(options()).await.unwrap();
    let rpc = Rpc::new(&anvil.url()).unwrap();
    assert_eq!(hashes(&rpc).await, before);
    let report = Traffic::new(&anvil.url(), &deployment, 1).run(10).await.unwrap();
    assert!(report.swaps > 0 && report.failed_unmeant * 20 <= report.transactions, "{report:?}");
    let positions = PositionManagerV3::totalSupplyCall {};
    let data = alloy_primitives::Bytes::from(alloy::sol_types::SolCall::abi_encode(&positions));
    let call = json!([{"to": deployment.nonfungible_position_manager, "data": data}, "latest"]);
    let supply: alloy_primitives::U256 = rpc.request("eth_call", call).await.unwrap();
    assert!(!supply.is_zero());

    let file = folder.join("recording.jsonl");
    let recorded = devchain::record::record(&anvil.url(), &file).await.unwrap();
    let replay = Replay::start(&file, ReplayOptions::default()).await.unwrap();
    let replayed = Rpc::new(&replay.url()).unwrap();
    assert_eq!(hashes(&replayed).await, hashes(&rpc).await);
    let all = json!([{"fromBlock": "0x0", "toBlock": "latest"}]);
    let logs: Vec<Value> = replayed.request("eth_getLogs", all.clone()).await.unwrap();
    assert_eq!(logs.len() as u64, recorded.logs);
    assert_eq!(logs, rpc.request::<Vec<Value>>("eth_getLogs", all).await.unwrap());
    // whole blocks and receipts, but for the blooms, are those of the chain
    let head: String = rpc.request("eth_blockNumber", json!([])).await.unwrap();
    let mut receipts_seen = 0;
    for number in 0..=u64::from_str_radix(head.trim_start_matches("0x"), 16).unwrap() {
        let params = json!([format!("{number:#x}"), true]);
        let block: Value = rpc.request("eth_getBlockByNumber", params.clone()).await.unwrap();
        assert_eq!(replayed.request::<Value>("eth_getBlockByNumber", params).await.unwrap(), block);
        let params = json!([block["hash"]]);
        let mut receipts: Vec<Value> =
            rpc.request("eth_getBlockReceipts", params.clone()).await.unwrap();
        for receipt in &mut receipts {
            receipt.as_object_mut().unwrap().remove("logsBloom");
        }
        receipts_seen += receipts.len();
        let found: Vec<Value> = replayed.request("eth_getBlockReceipts", params).await.unwrap();
        assert_eq!(found, receipts);
    }
    assert!(receipts_seen > 20, "{receipts_seen}");
    replay.stop().await;
    drop(anvil);
    std::fs::remove_dir_all(&folder).unwrap();
}
