//! Quotes that become transactions: built by the running service, sent to the real routers on the real chain, and compared
//! with what everybody has before and after, to the wei.

mod bed;
mod limits;
mod many;
mod permits;
mod refused;
mod routers;
mod taxed;
