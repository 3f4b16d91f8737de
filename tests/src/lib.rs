//! The world of the end-to-end tests: a real chain with real contracts, a real `mongod`, the real executable, and the
//! truth as the chain itself tells it.

pub mod fuzz;
pub mod keys;
pub mod openapi;
pub mod process;
pub mod quoting;
pub mod random;
pub mod recorded;
pub mod rpc_tap;
pub mod single;
pub mod small_disk;
pub mod tap;
pub mod truth;
pub mod wire;
pub mod world;
