//! Contract interfaces and the decoding of logs. Nobody else in the workspace knows a selector, a topic or an event
//! signature.
//!
//! [`events`] declares what the indexer reads, [`periphery`] what others call, [`state`] reads what contracts hold,
//! [`probe`] finds out what of a transfer arrives, [`routers`] writes the calls that make a trade, [`feeds`] what price
//! feeds say, [`receipt`] what the logs of a transaction say, [`decode`] turns a raw log into a [`domain::event::Event`].
//! No provider, no I/O.

pub mod decode;
pub mod dynamic;
pub mod events;
pub mod feeds;
pub mod metadata;
pub mod periphery;
pub mod probe;
pub mod receipt;
pub mod routers;
pub mod state;
