//! Around the answers: chains by id and name, caches, other origins; and whatever is asked, no fault of the server's.

use anyhow::{Context, Result, ensure};
use devchain::Dice;
use domain::decimal::Decimal;
use serde_json::{Value, json};
use store::PoolQuery;

use super::bed::Bed;

async fn check_symbols(bed: &Bed) -> Result<String> {
    let config = bed.get("/udf/config").await?;
    ensure!(config["supports_search"] == true && config["supports_group_request"] == false);
    ensure!(config["exchanges"][0]["value"] == "", "{config}");
    ensure!(config["supported_resolutions"][8] == "1M", "{config}");
    let found = bed.get("/udf/search?query=weth&type=crypto&limit=5").await?;
    let first = &found[0];
    ensure!(found.as_array().is_some_and(|found| found.len() == 5), "{found}");
    let ticker = first["ticker"].as_str().context("a ticker")?.to_owned();
    // what is found is found again by its own title, its exchange and its address
    let title =
        first["symbol"].as_str().context("a title")?.replace('/', "%2F").replace('%', "%25");
    let title = title.replace("%252F", "%2F").replace(' ', "+");
    let pairs = bed.get("/coingecko/pairs").await?;
    let mut pairs = pairs.as_array().context("pairs")?.iter();
    let pair = pairs.find(|pair| pair["pool_id"] == *ticker).context("a pair")?;
    let base = pair["base"].as_str().context("a base")?;
    for query in [title.as_str(), ticker.as_str(), base, &base[..12]] {
        let exchange = first["exchange"].as_str().context("an exchange")?;
        let path = format!("/udf/search?query={query}&exchange={exchange}&limit=100");
        let again = bed.get(&path).await?;
        let has =
            again.as_array().is_some_and(|all| all.iter().any(|one| one["ticker"] == *ticker));
        ensure!(has, "{path}: {again}");
    }
    for nothing in ["query=nosuchtoken", "type=stock", "exchange=nyse", "query=%00"] {
        let found = bed.get(&format!("/udf/search?{nothing}")).await?;
        ensure!(found == json!([]), "{nothing}: {found}");
    }
    let symbol = bed.get(&format!("/udf/symbols?symbol={ticker}")).await?;
    let scale = symbol["pricescale"].as_u64().context("a scale")?;
    ensure!(symbol["ticker"] == *ticker && scale >= 100 && scale.ilog10() <= 16, "{symbol}");
    let turned = bed.get(&format!("/udf/symbols?symbol={ticker}_inverted")).await?;
    ensure!(turned["currency_code"] != symbol["currency_code"], "{turned}");

    let quotes = bed.get(&format!("/udf/quotes?symbols={ticker},{ticker}_inverted,XX")).await?;
    let of = |place: usize, name: &str| -> Result<f64> {
        quotes["d"][place]["v"][name].as_f64().with_context(|| quotes.to_string())
    };
    ensure!((of(0, "lp")? * of(1, "lp")? - 1.0).abs() < 1e-9, "{quotes}");
    ensure!((of(0, "high_price")? * of(1, "low_price")? - 1.0).abs() < 1e-9, "{quotes}");
    ensure!(of(0, "bid")? < of(0, "ask")? && quotes["d"][2]["s"] == "error", "{quotes}");
    let now: u64 = bed.ask("/udf/time").await?.text.parse()?;
    ensure!(now > 1_700_000_000);
    Ok(ticker)
}

async fn check_caches(bed: &Bed, ticker: &str) -> Result<()> {
    let paths = [
        format!("/udf/history?symbol={ticker}&resolution=60&countback=9"),
        "/coingecko/tickers".into(),
    ];
    for path in paths {
        let first = bed.ask_with(&path, &[("origin", "https://charts.example")]).await?;
        let etag = first.header("etag").to_owned();
        let hash = format!("{:x}", bed.snapshot().await?.block().hash);
        ensure!(etag.contains(&hash), "{etag} is not of {hash}");
        ensure!(first.header("access-control-allow-origin") == "*", "{first:?}");
        let age = first.header("cache-control").strip_prefix("public, max-age=");
        let age: u64 = age.with_context(|| format!("{first:?}"))?.parse()?;
        // what contracts hold and tokens cost changes without a block, in the last second of a listing at any moment
        let is_right = if path.contains("tickers") { age <= 5 } else { age > 0 };
        ensure!(is_right, "{first:?}");
        ensure!(first.header("content-type").starts_with("application/json"), "{first:?}");
        let again = bed.ask(&path).await?;
        ensure!(again.text == first.text && again.header("etag") == etag, "{again:?}");
        ensure!(again.header("content-type") == first.header("content-type"), "{again:?}");
        let known = bed.ask_with(&path, &[("if-none-match", &etag)]).await?;
        ensure!(known.status == 304 && known.text.is_empty(), "{known:?}");
        ensure!(known.header("etag") == etag);
        let more = if path.contains('?') { '&' } else { '?' };
        let other = bed.ask_with(&format!("{path}{more}x=1"), &[("if-none-match", &etag)]).await?;
        ensure!(other.status == 200 && other.header("etag") != etag, "{other:?}");
    }
    ensure!(bed.ask("/udf/time").await?.header("cache-control") == "no-store");
    let refused = bed.ask("/coingecko/tickers?limit=501").await?;
    ensure!(refused.status == 400 && refused.header("cache-control") == "no-store", "{refused:?}");
    let refused = bed.ask("/udf/history?symbol=x&resolution=60").await?;
    ensure!(refused.status == 200 && refused.header("cache-control") == "no-store", "{refused:?}");
    // a new block, another answer, which speaks of that block
    let paths = ["/coingecko/tickers", "/cmc/summary", "/cmc/ticker"];
    let mut before = Vec::new();
    for path in paths {
        before.push(bed.ask(path).await?);
    }
    bed.world.traffic(3, 77).await?;
    let head = bed.world.truth()?.head().await?;
    bed.services.wait_for_block(head).await?;
    for (path, before) in paths.into_iter().zip(before) {
        let etag = before.header("etag");
        let after = bed.ask_with(path, &[("if-none-match", etag)]).await?;
        ensure!(after.status == 200 && after.header("etag") != etag, "{after:?}");
        ensure!(after.text != before.text, "{path} says the same of another block");
    }
    last_prices_are_of_the_block(bed).await
}

/// What was listed last costs what the pools of the newest block say.
async fn last_prices_are_of_the_block(bed: &Bed) -> Result<()> {
    let tickers = bed.get("/coingecko/tickers").await?;
    let pools = bed.snapshot().await?;
    let pools = pools.pools(&PoolQuery { limit: 500, ..PoolQuery::default() }).await?;
    for row in tickers.as_array().context("tickers")? {
        let pool = pools.iter().find(|pool| row["pool_id"] == pool.id.to_string());
        let price = pool.context("a pool")?.figures.token1_price;
        let told: Decimal = row["last_price"].as_str().context("a price")?.parse()?;
        let turned = Decimal::ONE.safe_div(price);
        ensure!(told == price || told == turned, "{row}: {price} or {turned}");
    }
    Ok(())
}

async fn check_chains(bed: &Bed) -> Result<()> {
    let alone = bed.get("/coingecko/pairs").await?;
    for name in ["31337", "local"] {
        ensure!(bed.get(&format!("/coingecko/{name}/pairs")).await? == alone, "{name}");
        ensure!(bed.get(&format!("/udf/{name}/config")).await?["supports_search"] == true);
        ensure!(bed.ask(&format!("/cmc/{name}/orderbook/x")).await?.status == 404);
    }
    for (path, status, code) in [
        ("/coingecko/1/pairs", 404, "CHAIN_UNSUPPORTED"),
        ("/coingecko/nowhere/pairs", 404, "CHAIN_UNSUPPORTED"),
        ("/coingecko/nothing", 404, "NOT_FOUND"),
    ] {
        let answer = bed.ask(path).await?;
        let said = answer.json()?;
        ensure!((answer.status, said["code"].as_str()) == (status, Some(code)), "{path}: {said}");
    }
    Ok(())
}

/// What clients send by mistake, or to see what happens.
fn odd(dice: &mut Dice, ticker: &str) -> String {
    let long = "x".repeat(20_000);
    let zero = format!("0x{}", "0".repeat(40));
    let all = [
        "",
        "0",
        "1",
        "-1",
        "1e9",
        "99999999999999999999999",
        "9223372036854775807",
        "1.5",
        "NaN",
        "%00",
        "%ff%fe",
        "%F0%9F%A6%84",
        "'; drop",
        "null",
        "1D",
        "1M",
        "m",
        "60",
        "buy",
        "sell",
        "_",
        "__",
        "../..",
        "0x",
        "1700000000",
        "1700000000000",
        "%3Cscript%3E",
        "0x12_0x34",
        &zero,
        ticker,
        &long,
    ];
    all[dice.index(all.len())].replace(['\'', ' ', ';'], "+")
}

async fn fuzz(bed: &Bed, ticker: &str, id: &str) -> Result<()> {
    let endpoints: [(&str, &[&str]); 12] = [
        ("/udf/config", &["x"]),
        ("/udf/symbols", &["symbol"]),
        ("/udf/search", &["query", "type", "exchange", "limit"]),
        (
            "/udf/history",
            &["symbol", "resolution", "from", "to", "countback", "fill", "currencyCode"],
        ),
        ("/udf/quotes", &["symbols"]),
        ("/coingecko/pairs", &["skip", "limit"]),
        ("/coingecko/tickers", &["skip", "limit"]),
        ("/coingecko/orderbook", &["ticker_id", "depth", "pool_id"]),
        ("/coingecko/historical_trades", &["ticker_id", "type", "limit", "start_time", "end_time"]),
        ("/cmc/summary", &["skip", "limit"]),
        ("/cmc/ticker", &["skip", "limit"]),
        ("/cmc/assets", &["x"]),
    ];
    let mut dice = Dice::new(7);
    for _ in 0..1_500 {
        let (path, names) = endpoints[dice.index(endpoints.len())];
        let mut query = Vec::new();
        for name in names {
            let value = match (dice.below(3), *name) {
                (0, _) => continue,
                (1, "symbol" | "symbols") => ticker.to_owned(),
                (1, "ticker_id") => id.to_owned(),
                (1, "resolution") => "1D".to_owned(),
                _ => odd(&mut dice, ticker),
            };
            query.push(format!("{name}={value}"));
        }
        let asked = format!("{path}?{}", query.join("&"));
        let answer = bed.ask(&asked).await?;
        let shown: String = asked.chars().take(300).collect();
        ensure!(answer.status < 500 && answer.text.len() < 1 << 20, "{shown}: {answer:?}");
        let said: Value = answer.json().with_context(|| shown.clone())?;
        if path.starts_with("/udf") {
            ensure!(answer.status == 200, "{shown}: {said}");
        } else {
            ensure!(answer.status == 200 || said["code"].is_string(), "{shown}: {said}");
        }
        if dice.below(10) == 0 {
            let pair = odd(&mut dice, ticker).replace('/', "%2F");
            for path in ["/cmc/trades/", "/cmc/orderbook/", "/udf/", "/coingecko/"] {
                let answer = bed.ask(&format!("{path}{pair}")).await?;
                ensure!(answer.status < 500, "{path}{pair}: {answer:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn feeds_answer_whatever_is_asked() -> Result<()> {
    let bed = Box::pin(Bed::start("feeds_answers")).await?;
    let ticker = check_symbols(&bed).await?;
    check_chains(&bed).await?;
    let pairs = bed.get("/coingecko/pairs").await?;
    let id = pairs[0]["ticker_id"].as_str().context("an id")?;
    fuzz(&bed, &ticker, id).await?;
    check_caches(&bed, &ticker).await?;
    for (path, text) in [
        ("/udf/symbols?symbol=ETHUSD", "unknown_symbol ETHUSD"),
        ("/udf/symbols", "`symbol` is missing"),
        ("/udf/history?symbol=ETHUSD&resolution=1D&from=0&to=1", "unknown_symbol ETHUSD"),
        ("/udf/history?symbol=ETHUSD&resolution=7&from=0&to=1", "resolution `7` is none of those"),
        ("/udf/history?symbol=ETHUSD&resolution=1D&from=2&to=1", "from 2 is after to 1"),
    ] {
        let said = bed.get(path).await?;
        let message = said["errmsg"].as_str().unwrap_or_default();
        ensure!(said["s"] == "error" && message.contains(text), "{path}: {said}");
    }
    let unit = format!("/udf/history?symbol={ticker}&resolution=1D&currencyCode=EUR");
    ensure!(bed.get(&unit).await?["s"] == "error");
    bed.stop().await
}
