//! nft-api
