//! devchain
fn main() {}
