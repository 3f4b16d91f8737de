//! Other people's clients, as npm has them, against a running service: Apollo Client, urql, graphql-request, graphql-ws,
//! graphql-sse, and a chart's UDF datafeed. The programs are in `tests/clients`.

mod chart;
mod door;
mod following;
pub(crate) mod logs;
mod node;
mod queries;
