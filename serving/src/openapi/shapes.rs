//! Texts and numbers that requests are made of: what each looks like, once. The examples are true on the demo.

#![expect(
    dead_code,
    reason = "shapes are described here and made nowhere: requests bring them as texts"
)]

use domain::candle::Resolution;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{Object, RefOr, Schema, Type},
};

use crate::feeds::resolutions;

/// EIP-155 id of a chain that is served; may be left out where there is only one.
#[derive(ToSchema)]
#[schema(value_type = u64, minimum = 1, examples(31337))]
pub(crate) struct ChainNumber(u64);

/// Rows of a page: 1 to 500, 50 unless said. Of a file (`format`) most rows: up to the service's bound
/// (`serving.export.max_rows`, 1,000,000 unless configured), all unless said.
#[derive(ToSchema)]
#[schema(value_type = u32, minimum = 1, maximum = 1_000_000, examples(3))]
pub(crate) struct PageSize(u32);

/// Where the page before ended: `next` of its answer, as it stands there. A cursor of another list is refused.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 512)]
pub(crate) struct Cursor(String);

/// Height of a block. Below the newest, the answer is as of that block; with `asOfTimestamp` it is refused.
#[derive(ToSchema)]
#[schema(value_type = u64, minimum = 0)]
pub(crate) struct AsOfBlock(u64);

/// Unix time in seconds: the answer is as of the newest block that is not younger.
#[derive(ToSchema)]
#[schema(value_type = u64, minimum = 0)]
pub(crate) struct AsOfTimestamp(u64);

/// Unix time in seconds.
#[derive(ToSchema)]
#[schema(value_type = u64, minimum = 0)]
pub(crate) struct UnixSeconds(u64);

/// Moment: Unix time in milliseconds, or as ISO 8601 writes it (`2024-01-05`, `2024-01-05T12:00:00Z`).
#[derive(ToSchema)]
#[schema(
    value_type = String,
    pattern = "^([0-9]{1,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z)?)$"
)]
pub(crate) struct Moment(String);

/// Address: 0x and 40 hex digits; one in mixed case has to carry the EIP-55 checksum.
#[derive(ToSchema)]
#[schema(
    value_type = String,
    pattern = "^0x[0-9a-fA-F]{40}$",
    examples("0x792e1b5ec2cc9c40126fe4a219d480dc594886dc")
)]
pub(crate) struct AddressText(String);

/// Pool: the address of the pair (V2) or pool (V3), or the 64 hex digits of the pool id (V4).
#[derive(ToSchema)]
#[schema(
    value_type = String,
    pattern = "^0x([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$",
    examples("0x4902015f710a818233bcc91f04271876152a925c")
)]
pub(crate) struct PoolIdText(String);

/// Hash of a transaction: 0x and 64 hex digits.
#[derive(ToSchema)]
#[schema(value_type = String, pattern = "^0x[0-9a-fA-F]{64}$")]
pub(crate) struct TxHash(String);

/// Whole number from 0 to 2^256-1 in decimal digits: an amount in the token's smallest unit, or wei.
#[derive(ToSchema)]
#[schema(value_type = String, pattern = "^[0-9]{1,78}$", examples("1000000000"))]
pub(crate) struct Uint256Text(String);

/// DEX: its configured name, or the address of its factory (V2, V3) or pool manager (V4).
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 80, examples("uniswap-v3"))]
pub(crate) struct DexName(String);

/// Period of a candle; `1h` unless said.
pub(crate) struct CandleResolution;

impl PartialSchema for CandleResolution {
    fn schema() -> RefOr<Schema> {
        let names = Resolution::ALL.map(Resolution::name);
        let text = "Period of a candle; `1h` unless said.";
        let of_names = Object::builder().schema_type(Type::String).enum_values(Some(names));
        of_names.description(Some(text)).examples(["1h"]).build().into()
    }
}

impl ToSchema for CandleResolution {}

/// Length of a bar, as UDF names it.
pub(crate) struct UdfResolution;

impl PartialSchema for UdfResolution {
    fn schema() -> RefOr<Schema> {
        let text = "Length of a bar: minutes, days (`1D`), weeks (`1W`) or calendar months (`1M`).";
        let of_names = Object::builder().schema_type(Type::String).enum_values(Some(resolutions()));
        of_names.description(Some(text)).examples(["60"]).build().into()
    }
}

impl ToSchema for UdfResolution {}

/// Candles of an answer: 1 to 1,000, 300 unless said; the newest count.
#[derive(ToSchema)]
#[schema(value_type = u32, minimum = 1, maximum = 1_000, default = 300, examples(10))]
pub(crate) struct CandleLimit(u32);

/// Index of a tick: the price is 1.0001 to the power of it.
#[derive(ToSchema)]
#[schema(value_type = i32, minimum = -2_147_483_648, maximum = 2_147_483_647)]
pub(crate) struct TickIndex(i32);

/// Market of a listing site: `BASE_TARGET`, the addresses of two tokens, with `_POOL` behind it where one pool of several
/// is meant; `/pairs` and `/summary` name them all.
#[derive(ToSchema)]
#[schema(
    value_type = String,
    pattern = "^0x[0-9a-fA-F]{40}_0x[0-9a-fA-F]{40}(_0x([0-9a-fA-F]{40}|[0-9a-fA-F]{64}))?$"
)]
pub(crate) struct MarketName(String);

/// Ticker of a chart: the id of a pool; with `_inverted` behind it the price is told the other way round.
#[derive(ToSchema)]
#[schema(
    value_type = String,
    pattern = "^0x([0-9a-fA-F]{40}|[0-9a-fA-F]{64})(_inverted)?$",
    examples("0x4902015f710a818233bcc91f04271876152a925c")
)]
pub(crate) struct TickerText(String);

/// Time in Unix seconds, or in milliseconds.
#[derive(ToSchema)]
#[schema(value_type = u64, minimum = 0)]
pub(crate) struct SecondsOrMillis(u64);

/// Chain by its id or its configured name.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 80, examples("31337"))]
pub(crate) struct ChainName(String);
