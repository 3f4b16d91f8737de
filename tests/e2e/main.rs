//! End to end: a scenario in, an answer out, on a real chain and a real `mongod`.

mod candles;
mod contracts;
mod crash;
mod figures;
mod first_light;
mod lease;
mod mistakes;
mod outages;
mod recorded;
mod reorg;
mod repair;
mod rough_node;
