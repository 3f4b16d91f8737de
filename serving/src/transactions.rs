//! Single transactions: what became of one that was sent, and what would become of one that is not.

pub(crate) mod answer;
mod changes;
mod events;
mod indexed;
pub(crate) mod simulate;
mod stored;
pub(crate) mod tx;
mod voices;
