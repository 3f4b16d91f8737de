//! What happened and never changes again: one row per swap, liquidity event and NFT transfer. A row lives and dies with
//! its block.

use alloy_primitives::{Address, B256, I256, U256};
use serde::{Deserialize, Serialize};

use crate::{
    candle::CandleStep, contract::ContractLog, decimal::Decimal, entity::NftStandard, ids::PoolId,
};

mod position;

pub use position::{PositionEvent, PositionEventKind, PositionSnapshot, token_key};

/// Position of a row; unique on a chain and ascending in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Block height.
    pub block: u64,
    /// Log index in the block.
    pub log_index: u32,
    /// Index inside one log, for batch transfers; else 0.
    pub item: u32,
}

/// What every row carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowMeta {
    /// Where.
    pub position: Position,
    /// Block time in Unix seconds.
    pub timestamp: u64,
    /// Transaction.
    pub tx_hash: B256,
    /// Index of the transaction in the block.
    pub tx_index: u32,
    /// Who sent the transaction, where transactions are indexed.
    pub origin: Option<Address>,
    /// Price per unit of gas in wei, where transactions are indexed.
    pub gas_price: Option<u128>,
}

/// A swap; amounts are the pool's deltas (positive: into the pool).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// Where and when.
    pub meta: RowMeta,
    /// The pool.
    pub pool: PoolId,
    /// Caller of the pool.
    pub sender: Address,
    /// Receiver of the output; for V4, whose event names none, the sender.
    pub recipient: Address,
    /// Delta of token0.
    pub amount0: I256,
    /// Delta of token1.
    pub amount1: I256,
    /// Price after the swap (V3, V4).
    pub sqrt_price_x96: Option<U256>,
    /// Tick after the swap (V3, V4).
    pub tick: Option<i32>,
    /// Value in USD as the reference counts it: tracked where there is a tracked value.
    pub amount_usd: Decimal,
    /// V2 only.
    pub pair: Option<PairSwap>,
}

/// What the event of a V2 pair says beside the net amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairSwap {
    /// Place among the swaps of its transaction on this DEX, in the order of the fold: the `n` of the reference's id.
    pub index: u32,
    /// Token0 that went out; what came in is this and the net amount together.
    pub amount0_out: U256,
    /// Token1 that went out.
    pub amount1_out: U256,
}

/// Kind of a liquidity event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiquidityKind {
    /// Liquidity added.
    Mint,
    /// Liquidity removed.
    Burn,
    /// Owed tokens paid out.
    Collect,
    /// Flash loan; amounts are the fees paid.
    Flash,
    /// Tokens given to liquidity in range.
    Donate,
}

/// A change of a pool's liquidity, or tokens moved beside swaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiquidityEvent {
    /// Where and when.
    pub meta: RowMeta,
    /// The pool.
    pub pool: PoolId,
    /// Kind.
    pub kind: LiquidityKind,
    /// Owner of the position, or the caller where the event names no owner.
    pub owner: Address,
    /// Lower and upper tick of the range (V3, V4).
    pub range: Option<(i32, i32)>,
    /// Change of liquidity (V3, V4).
    pub liquidity_delta: Option<I256>,
    /// Amount of token0 in smallest units; `None` where the event names none (V4).
    pub amount0: Option<U256>,
    /// Amount of token1 in smallest units.
    pub amount1: Option<U256>,
    /// Value in USD as the reference counts it.
    pub amount_usd: Decimal,
}

/// A mint or burn of a V2 pair as the reference tells it: put together from the transfers of shares and the pair's own
/// event, in lists per transaction and DEX. Its defects are the reference's; plain facts are in [`LiquidityEvent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairLiquidity {
    /// Where and when: the pair's event if there was one, else the transfer. The item is 0 for a mint, 1 for a burn.
    pub meta: RowMeta,
    /// The pair whose transfer began it.
    pub pool: PoolId,
    /// Burn or mint.
    pub burn: bool,
    /// Place in the transaction's list of mints or burns on this DEX: the `n` of the reference's id.
    pub n: u32,
    /// Receiver of the shares; none for a burn without a transfer to the pair.
    pub to: Option<Address>,
    /// Mint: caller of the pair, none without its event. Burn: who sent the shares to the pair.
    pub sender: Option<Address>,
    /// Shares in the pair's smallest unit (10^-18).
    pub liquidity: U256,
    /// Amount of token0 in whole tokens; none without the pair's event. Decimals are those of the pair that completed
    /// the row, which inside of a token's transfer may be another one.
    pub amount0: Option<Decimal>,
    /// Amount of token1 in whole tokens; there with the other one.
    pub amount1: Option<Decimal>,
    /// Value in USD; there with the amounts.
    pub amount_usd: Option<Decimal>,
    /// Receiver of the protocol's fee (burns).
    pub fee_to: Option<Address>,
    /// Shares minted as the protocol's fee.
    pub fee_liquidity: Option<U256>,
    /// Burn: it began with a transfer to the pair. Never taken back.
    pub needs_complete: bool,
    /// Log index of the pair's event.
    pub log_index: Option<u32>,
}

/// Shares of a pair's liquidity that an account held, when that changed or it minted or burnt. The reference identifies
/// it by pair, account and second: of several in one second it has only the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiquidityPositionSnapshot {
    /// Where and when. For a transfer the item is 0 for the sender, 1 for the receiver.
    pub meta: RowMeta,
    /// The pair.
    pub pool: PoolId,
    /// The account.
    pub user: Address,
    /// Price of token0 in USD.
    pub token0_price_usd: Decimal,
    /// Price of token1 in USD.
    pub token1_price_usd: Decimal,
    /// Reserve of token0 in whole tokens.
    pub reserve0: Decimal,
    /// Reserve of token1 in whole tokens.
    pub reserve1: Decimal,
    /// Reserves in USD.
    pub reserve_usd: Decimal,
    /// Shares in all, as the reference counts them.
    pub total_supply: Decimal,
    /// Shares the account held, in the pair's smallest unit (10^-18).
    pub balance: U256,
}

/// An NFT moved; the zero address stands for mint and burn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NftTransfer {
    /// Where and when.
    pub meta: RowMeta,
    /// Collection contract.
    pub collection: Address,
    /// Standard.
    pub standard: NftStandard,
    /// Token id.
    pub token_id: U256,
    /// Sender.
    pub from: Address,
    /// Receiver.
    pub to: Address,
    /// Amount; 1 for ERC-721.
    pub amount: U256,
}

/// An event of a contract that is known by its ABI only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractEvent {
    /// Where and when.
    pub meta: RowMeta,
    /// Emitting contract.
    pub address: Address,
    /// Table and values.
    pub log: ContractLog,
}

/// The rows of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Swaps.
    pub swaps: Vec<Swap>,
    /// Liquidity events.
    pub liquidity: Vec<LiquidityEvent>,
    /// Mints and burns of V2 pairs as the reference tells them.
    pub pair_liquidity: Vec<PairLiquidity>,
    /// Shares of V2 pairs at their changes.
    pub liquidity_snapshots: Vec<LiquidityPositionSnapshot>,
    /// V3 positions at their changes.
    pub position_snapshots: Vec<PositionSnapshot>,
    /// What happened to V4 positions as tokens.
    pub position_events: Vec<PositionEvent>,
    /// What the block adds to candles, by subject.
    pub candles: Vec<CandleStep>,
    /// NFT transfers.
    pub nft_transfers: Vec<NftTransfer>,
    /// Events of contracts that are known by their ABI only.
    pub contract_events: Vec<ContractEvent>,
}

impl Rows {
    /// Puts rows that were folded out of log order in order.
    pub(crate) fn sort(&mut self) {
        self.swaps.sort_by_key(|row| row.meta.position);
        self.liquidity.sort_by_key(|row| row.meta.position);
        self.pair_liquidity.sort_by_key(|row| row.meta.position);
        self.liquidity_snapshots.sort_by_key(|row| row.meta.position);
        self.position_snapshots.sort_by_key(|row| row.meta.position);
        self.position_events.sort_by_key(|row| row.meta.position);
        self.contract_events.sort_by_key(|row| row.meta.position);
    }
}
