//! Feeds for charts and listing sites, read as their consumers read them: page by page, window by window, and wrongly.

mod answers;
mod bed;
mod changes;
mod clients;
mod costs;
mod listings;
mod orderbooks;
mod pages;
mod settings;
mod spans;
mod truth;
mod unpriced;
