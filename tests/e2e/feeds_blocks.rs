//! Feeds that read block after block, as their readers do: every block once, in pieces of any size. What they were told adds
//! up to the chain's own logs and balances, and never has to be taken back.

mod crawl;
mod deep;
mod ground;
mod horizon;
mod logs;
mod refusals;
mod reserves;
pub(crate) mod sending;
mod shapes;
mod stays;
