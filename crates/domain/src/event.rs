//! Decoded contract events.

use alloy_primitives::{Address, B256, I256, U256};

use crate::contract::ContractLog;

/// Where in its block an event stands and who emitted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventMeta {
    /// Emitting contract.
    pub address: Address,
    /// Transaction that emitted it.
    pub tx_hash: B256,
    /// Index of the transaction in its block.
    pub tx_index: u32,
    /// Index of the log in its block.
    pub log_index: u32,
}

/// One decoded event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Position and emitter.
    pub meta: EventMeta,
    /// What happened.
    pub kind: EventKind,
}

/// The events we understand. Amounts are in the token's smallest unit; field meanings are those of the contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields carry the names the contracts give them")]
pub enum EventKind {
    /// V2 factory: a pair was created.
    V2PairCreated { token0: Address, token1: Address, pair: Address },
    /// V2 pair: its reserves are now these.
    V2Sync { reserve0: U256, reserve1: U256 },
    /// V2 pair: liquidity added.
    V2Mint { sender: Address, amount0: U256, amount1: U256 },
    /// V2 pair: liquidity removed.
    V2Burn { sender: Address, to: Address, amount0: U256, amount1: U256 },
    /// V2 pair: a swap.
    V2Swap {
        sender: Address,
        to: Address,
        amount0_in: U256,
        amount1_in: U256,
        amount0_out: U256,
        amount1_out: U256,
    },
    /// V2 pair: shares of its liquidity moved; the zero address stands for mint and burn.
    V2Transfer { from: Address, to: Address, value: U256 },
    /// V3 factory: a pool was created.
    V3PoolCreated { token0: Address, token1: Address, fee: u32, tick_spacing: i32, pool: Address },
    /// V3 pool: it has its first price.
    V3Initialize { sqrt_price_x96: U256, tick: i32 },
    /// V3 pool: liquidity added to a range.
    V3Mint {
        owner: Address,
        tick_lower: i32,
        tick_upper: i32,
        liquidity: u128,
        amount0: U256,
        amount1: U256,
    },
    /// V3 pool: liquidity taken from a range (tokens are owed until collected).
    V3Burn {
        owner: Address,
        tick_lower: i32,
        tick_upper: i32,
        liquidity: u128,
        amount0: U256,
        amount1: U256,
    },
    /// V3 pool: owed tokens paid out.
    V3Collect { owner: Address, tick_lower: i32, tick_upper: i32, amount0: U256, amount1: U256 },
    /// V3 pool: a swap; amounts are the pool's deltas (positive: into the pool).
    V3Swap {
        sender: Address,
        recipient: Address,
        amount0: I256,
        amount1: I256,
        sqrt_price_x96: U256,
        liquidity: u128,
        tick: i32,
        /// What the protocol took of the fees, in units of token0 and token1: only forks tell.
        protocol_fees: Option<[u128; 2]>,
    },
    /// V3 pool: a flash loan; `paid` are the fees paid back.
    V3Flash {
        sender: Address,
        recipient: Address,
        amount0: U256,
        amount1: U256,
        paid0: U256,
        paid1: U256,
    },
    /// V3 pool: the protocol takes this part of the fees from now on, packed as the pool stores it (see
    /// [`Fee`](crate::amm::fee::Fee)); 0 for nothing.
    V3FeeProtocol { fee_protocol: u32 },
    /// V3 pool: the protocol took its part of the fees out.
    V3CollectProtocol { amount0: U256, amount1: U256 },
    /// V4 manager: a pool came to be.
    V4Initialize {
        id: B256,
        currency0: Address,
        currency1: Address,
        fee: u32,
        tick_spacing: i32,
        hooks: Address,
        sqrt_price_x96: U256,
        tick: i32,
    },
    /// V4 manager: liquidity of a range changed.
    V4ModifyLiquidity {
        id: B256,
        sender: Address,
        tick_lower: i32,
        tick_upper: i32,
        liquidity_delta: I256,
        salt: B256,
    },
    /// V4 manager: a swap; amounts are the swapper's deltas (negative: into the pool).
    V4Swap {
        id: B256,
        sender: Address,
        amount0: I256,
        amount1: I256,
        sqrt_price_x96: U256,
        liquidity: u128,
        tick: i32,
        fee: u32,
    },
    /// V4 manager: tokens given to the liquidity in range.
    V4Donate { id: B256, sender: Address, amount0: U256, amount1: U256 },
    /// V4 manager: the protocol takes this fee of a pool from now on, in pips of the input, 12 bits for each direction.
    V4ProtocolFee { id: B256, protocol_fee: u32 },
    /// V3 position manager: liquidity added to a position.
    PositionIncreased { token_id: U256, liquidity: u128, amount0: U256, amount1: U256 },
    /// V3 position manager: liquidity taken from a position; its tokens are owed until collected.
    PositionDecreased { token_id: U256, liquidity: u128, amount0: U256, amount1: U256 },
    /// V3 position manager: owed tokens of a position paid out.
    PositionCollected { token_id: U256, recipient: Address, amount0: U256, amount1: U256 },
    /// V4 position manager: a contract is told of what happens to a position from now on.
    PositionSubscribed { token_id: U256, subscriber: Address },
    /// V4 position manager: it is told no more.
    PositionUnsubscribed { token_id: U256, subscriber: Address },
    /// ERC-721 transfer; the zero address stands for mint and burn.
    Erc721Transfer { from: Address, to: Address, token_id: U256 },
    /// ERC-1155 transfer, single or batch: pairs of token id and amount.
    Erc1155Transfer { operator: Address, from: Address, to: Address, items: Vec<(U256, U256)> },
    /// An event of a contract that is known by its ABI only.
    Contract(Box<ContractLog>),
}
