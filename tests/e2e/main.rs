//! End to end: a scenario in, an answer out, on a real chain and a real `mongod`.

mod crash;
mod first_light;
mod mistakes;
mod outages;
mod reorg;
mod rough_node;
