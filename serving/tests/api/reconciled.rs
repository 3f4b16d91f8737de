//! What contracts said of balances, beside what events add up to.

use alloy_primitives::U256;
use domain::{decimal::Decimal, reconciled::Reconciled};
use serde_json::{Value, json};

use crate::{
    chain::{self, pair},
    service::Service,
};

#[tokio::test]
async fn pools_show_what_their_contracts_hold_once_that_was_read() {
    let service = Service::filled().await;
    let path = format!("/v1/pools/{}", pair());
    let query = format!(
        "{{ pool(id: \"{}\") {{ reconciled {{ block {{ number hash }} reconciledTVLToken0 \
         reconciledTVLToken1 reconciledTVLUSD driftToken0 driftToken1 }} }} \
         pools {{ nodes {{ id reconciled {{ driftToken0 }} }} }} }}",
        pair()
    );
    let (status, body) = service.get(&path).await;
    assert_eq!((status, &body["item"]["reconciled"]), (200, &Value::Null));
    assert_eq!(service.query(&query).await["data"]["pool"]["reconciled"], Value::Null);

    let block = chain::blocks()[4].block;
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let found = Reconciled {
        pool: pair(),
        block,
        amounts: [U256::from(15), U256::from(20)],
        locked: ["1.5", "20"].map(number),
        usd: number("21.5"),
        drift: ["-0.25", "0"].map(number),
    };
    let writer = service.writer().await;
    assert!(writer.begin_reconciled(&block).await.unwrap());
    writer.store_reconciled(&[found], &[]).await.unwrap();
    // nobody follows the store: what was answered before is kept no more
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;

    let expected = json!({
        "block": {
            "number": block.number, "hash": format!("{:#x}", block.hash),
            "timestamp": block.timestamp,
        },
        "reconciledTVLToken0": "1.5", "reconciledTVLToken1": "20", "reconciledTVLUSD": "21.5",
        "driftToken0": "-0.25", "driftToken1": "0",
    });
    assert_eq!(service.get(&path).await.1["item"]["reconciled"], expected);
    let list = service.get("/v1/pools").await.1;
    let of_list = list["items"].as_array().unwrap().iter();
    let with = of_list.filter(|pool| pool["reconciled"] == expected).count();
    assert_eq!(with, 1, "of the others nothing is known: {list}");

    let answer = service.query(&query).await;
    let mut expected = expected;
    expected["block"].as_object_mut().unwrap().remove("timestamp");
    assert_eq!(answer["data"]["pool"]["reconciled"], expected, "{answer}");
    let nodes = answer["data"]["pools"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|pool| pool["reconciled"]["driftToken0"] == "-0.25"), "{answer}");
    service.stop().await;
}
