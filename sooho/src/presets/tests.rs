//! Every preset is whole.

use domain::{config::Fork, entity::Protocol, ids::PoolId};

use super::*;
use crate::config::DexConfig;

fn dex(name: &str) -> DexConfig {
    DexConfig::try_from(find(name).unwrap()).unwrap()
}

#[test]
fn every_preset_prices_its_reference_token() {
    for name in names() {
        let dex = dex(name);
        let (deployment, network) = name.split_at(name.find("-v").unwrap() + "-v2".len());
        assert_eq!(dex.name, deployment);
        let is_pancake = deployment.starts_with("pancakeswap");
        let protocol = match &deployment[deployment.len() - 2..] {
            "v2" => Protocol::V2,
            "v3" => Protocol::V3,
            _ => Protocol::V4,
        };
        assert_eq!(dex.protocol, protocol, "{name}");
        assert_eq!(dex.fork, is_pancake.then_some(Fork::PancakeV3), "{name}");
        let pricing = &dex.pricing;
        assert!(!pricing.reference_token.is_zero() && !dex.factory.is_zero(), "{name}");
        assert!(dex.quoter.is_some() && !pricing.minimum_locked.is_zero(), "{name}");
        assert_eq!(dex.position_manager.is_some(), dex.protocol != Protocol::V2, "{name}");
        assert!(!pricing.stable_pools.is_empty(), "{name}");
        for pool in &pricing.stable_pools {
            assert_eq!(matches!(pool, PoolId::Key(_)), dex.protocol == Protocol::V4, "{name}");
        }
        // Uniswap's lists of tokens are there for mainnet only; the others leave them to the user
        let is_listed = network == "-mainnet" || is_pancake;
        assert_eq!(pricing.whitelist.is_empty(), !is_listed, "{name}");
        if is_listed {
            assert_eq!(pricing.whitelist[0], pricing.reference_token);
        }
    }
}

#[test]
fn pools_of_one_network_are_reached_by_one_router() {
    for name in names().filter(|name| name.starts_with("uniswap")) {
        let dex = dex(name);
        // nothing can be wrapped on Celo, and Avalanche's Universal Router is of a version with other layouts
        let (celo, avalanche) = (name.ends_with("-celo"), name.ends_with("-avalanche"));
        let small = dex.protocol != Protocol::V4 && !celo;
        assert_eq!(dex.swap_router02.is_some(), small, "{name}");
        assert_eq!(dex.universal_router.is_some(), !celo && !avalanche, "{name}");
    }
    for network in ["mainnet", "base", "arbitrum-one", "unichain"] {
        let [v3, v4] = ["v3", "v4"].map(|version| dex(&format!("uniswap-{version}-{network}")));
        assert_eq!(v3.universal_router, v4.universal_router, "{network}");
    }
    let [v2, v3] = ["v2", "v3"].map(|version| dex(&format!("uniswap-{version}-mainnet")));
    assert_eq!(v2.swap_router02, v3.swap_router02);
}

#[test]
fn protocols_of_one_network_share_its_reference_token() {
    for network in ["mainnet", "base", "arbitrum-one", "unichain"] {
        let [v3, v4] = ["v3", "v4"].map(|version| dex(&format!("uniswap-{version}-{network}")));
        assert_eq!(v3.pricing.reference_token, v4.pricing.reference_token, "{network}");
    }
}

#[test]
fn the_order_of_the_whitelist_is_the_references() {
    let v2 = dex("uniswap-v2-mainnet").pricing;
    assert_eq!(v2.whitelist.len(), 21);
    assert_eq!(
        v2.whitelist[12].to_string().to_lowercase(),
        "0x960b236a07cf122663c4303350609a66a7b288c0"
    );
    assert_eq!(
        (v2.minimum_locked.to_string(), v2.minimum_liquidity_usd.to_string()),
        ("2".into(), "400000".into())
    );
    let v3 = dex("uniswap-v3-mainnet").pricing;
    assert_eq!((v3.whitelist.len(), v3.stablecoins.len(), v3.tokens.len()), (21, 6, 6));
    let v4 = dex("uniswap-v4-mainnet").pricing;
    assert_eq!(v4.whitelist[..21], v3.whitelist[..]);
    assert!(v4.whitelist[21].is_zero());
}
