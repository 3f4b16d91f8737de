//! GraphQL at `/graphql`: POST answers queries, GET shows GraphiQL. Subscriptions: `/graphql/ws` and `/graphql/stream`.

use std::sync::Arc;

use api_kit::problem::Problem;
use async_graphql::{
    EmptyMutation, MergedObject, Request, Response, Schema as GraphQlSchema, http::GraphiQLSource,
};
use axum::{Router, response::Html, routing::get};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{by_block::ByBlock, deps::Deps};

mod accounts;
mod answer;
mod as_of;
mod candles;
mod chains;
mod connection;
mod dexes;
mod events;
mod guard;
mod live;
mod loaders;
mod onchain;
mod pool;
mod pools;
mod positions;
mod prefetch;
mod price_loaders;
mod prices;
mod quotes;
mod recent;
mod series;
mod session;
#[cfg(test)]
mod tests;
mod ticks;
mod tokens;

/// Deepest nesting taken. Our own types nest six deep; introspection by the usual tools needs fifteen.
const DEPTH: usize = 16;
/// Most work taken, in fields to resolve; a page counts its rows.
const COMPLEXITY: usize = 40_000;

/// The root of all queries. Every field reads its chain at one and the same block, which `block` tells.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    chains::Chains,
    pools::Pools,
    tokens::Tokens,
    events::Events,
    dexes::Dexes,
    series::AllSeries,
    candles::Candles,
    accounts::Accounts,
    positions::Positions,
    ticks::Ticks,
    quotes::Quotes,
    prices::Prices,
);

/// The schema.
pub type Schema = GraphQlSchema<Query, EmptyMutation, live::Subscription>;

/// The schema as text; `schema.graphql` holds the same.
#[must_use]
pub fn sdl() -> String {
    GraphQlSchema::build(Query::default(), EmptyMutation, live::Subscription::default())
        .finish()
        .sdl()
}

/// Fields of a page's rows, and a bit for the page.
pub(crate) fn page_cost(first: Option<i32>, child: usize) -> usize {
    let rows = first.map_or(api_kit::page::DEFAULT_SIZE, |first| u32::try_from(first).unwrap_or(0));
    usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(child).saturating_add(1)
}

#[derive(Clone)]
struct App {
    schema: Schema,
    deps: Arc<Deps>,
    by_block: ByBlock,
    /// Connections of subscribers.
    connections: Arc<Semaphore>,
}

impl App {
    async fn run(&self, request: Request) -> Response {
        self.schema.execute(session::once(&self.deps, request)).await
    }

    /// The place of a subscriber's connection.
    fn connection(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.connections).try_acquire_owned().map_err(|_| {
            let detail =
                format!("{} subscribers are connected; try again later", live::MOST_CONNECTIONS);
            Problem::unavailable("TOO_MANY_SUBSCRIBERS", detail)
        })
    }
}

pub(crate) fn routes(deps: Arc<Deps>, by_block: ByBlock) -> Router {
    let schema =
        GraphQlSchema::build(Query::default(), EmptyMutation, live::Subscription::default())
            .data(Arc::clone(&deps))
            .data(Arc::<live::Newest>::default())
            .limit_depth(DEPTH)
            .limit_complexity(COMPLEXITY)
            .finish();
    let connections = Arc::new(Semaphore::new(live::MOST_CONNECTIONS));
    Router::new()
        .route("/graphql", get(graphiql).post(answer::post))
        .route("/graphql/ws", get(live::upgrade))
        .route("/graphql/stream", get(live::events).post(live::posted))
        .with_state(App { schema, deps, by_block, connections })
}

async fn graphiql() -> Html<String> {
    Html(
        GraphiQLSource::build()
            .endpoint("/graphql")
            .subscription_endpoint("/graphql/ws")
            .title("sooho")
            .finish(),
    )
}
