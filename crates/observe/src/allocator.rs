//! The allocator of every program that is observed: answers are made of many small pieces, and the system's own one took a sixth of
//! the time of an answer.

/// All memory comes from here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
