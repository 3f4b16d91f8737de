//! End to end: a scenario in, an answer out, on a real chain and a real `mongod`.

mod backup;
mod candles;
mod contracts;
mod crash;
mod dead_endpoint;
mod estimate;
mod figures;
mod first_light;
mod full_disk;
mod generations;
mod lease;
mod mistakes;
mod node_behind;
mod outages;
mod positions;
mod random_reorgs;
mod reconciled;
mod recorded;
mod reindex;
mod reorg;
mod repair;
mod rough_node;
mod stepdown;
mod tiny_cache;
mod two_answers;
mod upkeep;
