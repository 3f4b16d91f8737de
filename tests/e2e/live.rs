//! What the service says of the chain itself: transactions, tried out or sent, and what contracts hold now.

mod bed;
mod contracts;
mod halts;
mod one_block;
mod outages;
mod receipts;
mod shared;
mod simulations;
mod state;
