//! Owners, wallets, transfers from the index.

use serde_json::{Value, json};

use crate::{
    chain::{address, art, items},
    service::Service,
};

fn column<'a>(page: &'a Value, name: &str) -> Vec<&'a str> {
    page["items"].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_index_tells_who_owns_what() {
    let service = Service::start("http://127.0.0.1:9").await;
    let (art, items) = (art(), items());
    let (one, two) = (format!("{:#x}", address(1)), format!("{:#x}", address(2)));

    let (_, all) = service.get("/v1/collections").await;
    assert_eq!(all["collections"][0]["standard"], "erc721");
    let (_, page) = service.get(&format!("/v1/collections/{art}/tokens/3/owners")).await;
    assert_eq!(column(&page, "owner"), [&*two]);
    assert_eq!(page["block"]["number"], 3);
    // burnt, and never minted
    for id in [4, 77] {
        let (status, page) =
            service.get(&format!("/v1/collections/{art}/tokens/{id}/owners")).await;
        assert_eq!((status, &page["items"]), (200, &json!([])));
    }
    let (_, page) = service.get(&format!("/v1/collections/{items}/tokens/9/owners")).await;
    assert_eq!(column(&page, "owner"), [&*one, &*two]);
    assert_eq!(column(&page, "balance"), ["3", "1"]);

    let mut path = format!("/v1/wallets/{one}/nfts?first=2");
    let mut held = Vec::new();
    loop {
        let (status, page) = service.get(&path).await;
        assert_eq!(status, 200, "{page}");
        held.extend(page["items"].as_array().unwrap().iter().map(|item| {
            (
                item["standard"].as_str().unwrap().to_owned(),
                item["tokenId"].as_str().unwrap().to_owned(),
            )
        }));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/wallets/{one}/nfts?first=2&after={next}");
    }
    let expected =
        [("erc1155", "0"), ("erc1155", "9"), ("erc721", "0"), ("erc721", "1"), ("erc721", "2")]
            .map(|(standard, id)| (standard.to_owned(), id.to_owned()));
    assert_eq!(held, expected);

    let (_, page) = service.get(&format!("/v1/collections/{art}/owners?first=3")).await;
    let (_, rest) = service
        .get(&format!(
            "/v1/collections/{art}/owners?first=3&after={}",
            page["next"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        (column(&page, "tokenId"), column(&rest, "tokenId")),
        (vec!["0", "1", "2"], vec!["3"])
    );

    let (_, page) = service.get(&format!("/v1/collections/{art}/transfers?tokenId=3")).await;
    assert_eq!(column(&page, "to"), [&*two, &*one]);
    let (_, page) = service.get(&format!("/v1/collections/{items}/transfers")).await;
    assert_eq!(column(&page, "amount"), ["1", "4", "10"]);

    for (path, status, code) in [
        (format!("/v1/collections/{}/owners", address(9)), 404, "COLLECTION_UNKNOWN"),
        (format!("/v1/collections/{art}/tokens/-1/owners"), 400, "TOKEN_ID_INVALID"),
        (format!("/v1/collections/{art}/owners?first=0"), 400, "PAGE_SIZE_INVALID"),
        (format!("/v1/wallets/{one}/nfts?after={}", page["next"]), 400, "CURSOR_INVALID"),
        ("/v1/wallets/me/nfts".to_owned(), 400, "ADDRESS_INVALID"),
    ] {
        let (answered, body) = service.get(&path).await;
        assert_eq!((answered, body["code"].as_str()), (status, Some(code)), "{path}: {body}");
    }
    service.stop().await;
}
