//! sooho
