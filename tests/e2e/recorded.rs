//! Recorded facts of real chains against our decoding and arithmetic.

mod day_candles;
mod day_fold;
mod full_blocks;
mod market_agreement;
mod quotes;
mod reorg_trees;
mod step_maths;
