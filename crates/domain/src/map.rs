//! Hash maps of the hot paths.

/// A map with a quick hash, seeded per process. Its order means nothing and is never stored.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
