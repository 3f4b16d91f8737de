//! GraphQL at `/graphql`: POST and GET answer queries, GET without one shows GraphiQL. Subscriptions: `/graphql/ws` and `/graphql/stream`.

use std::sync::Arc;

use api_kit::{problem::Problem, scope::Scope};
use async_graphql::{
    EmptyMutation, MergedObject, Request, Response, Schema as GraphQlSchema, http::GraphiQLSource,
};
use axum::{Router, response::Html};
use domain::{block::BlockRef, ids::ChainId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::persisted::Persisted;
use crate::{by_block::ByBlock, deps::Deps};

mod accounts;
mod answer;
mod as_of;
mod asked;
mod candles;
mod chains;
mod connection;
mod described;
mod dexes;
mod events;
mod guard;
mod last_day;
mod live;
mod loaders;
mod onchain;
mod persisted;
mod pool;
mod pools;
mod positions;
mod prefetch;
mod price_loaders;
mod prices;
mod quotes;
mod recent;
mod rows;
mod series;
mod session;
#[cfg(test)]
mod tests;
mod ticks;
mod tokens;
mod total;
mod written;

pub use self::persisted::{DocumentList, DocumentsError, GraphQlSettings};

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
    persisted: Arc<Persisted>,
    /// Connections of subscribers.
    connections: Arc<Semaphore>,
}

impl App {
    async fn run(&self, request: Request) -> Response {
        self.read(request).await.0
    }

    /// The answer, and the blocks that it was read at.
    async fn read(&self, request: Request) -> (Response, Vec<(ChainId, BlockRef)>) {
        let scope = Scope::new(self.deps.reader.clone());
        let begun = self.by_block.begin();
        let response = self.schema.execute(session::once(&self.deps, &scope, request)).await;
        let read = scope.blocks().await;
        self.by_block.saw(begun, &read);
        (response, read)
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
    let mut schema =
        GraphQlSchema::build(Query::default(), EmptyMutation, live::Subscription::default())
            .data(Arc::clone(&deps))
            .data(Arc::<live::Newest>::default())
            .data(rows::Known::default())
            .limit_depth(DEPTH)
            .limit_complexity(COMPLEXITY);
    if !deps.graphql.introspection {
        // "did you mean" tells the schema word by word
        schema = schema.disable_suggestions();
    }
    let schema = schema.finish();
    let persisted = Persisted::new(deps.graphql.clone());
    let connections = Arc::new(Semaphore::new(live::MOST_CONNECTIONS));
    handlers().with_state(App { schema, deps, by_block, persisted, connections }).into()
}

fn handlers() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(answer::get, answer::post))
        .routes(routes!(live::socket::upgrade))
        .routes(routes!(live::sse::events, live::sse::posted))
}

/// What the routes say of themselves.
pub(crate) fn document() -> OpenApi {
    described::document(handlers().into_openapi())
}

fn graphiql() -> Html<String> {
    Html(
        GraphiQLSource::build()
            .endpoint("/graphql")
            .subscription_endpoint("/graphql/ws")
            .title("sooho")
            .finish(),
    )
}
