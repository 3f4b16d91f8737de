//! GraphQL at `/graphql`: POST answers queries, GET shows GraphiQL. Subscriptions: `/graphql/ws` and `/graphql/stream`.

use std::sync::Arc;

use api_kit::{extract::Json, problem::Problem};
use async_graphql::{
    EmptyMutation, MergedObject, Request, Response, Schema as GraphQlSchema, http::GraphiQLSource,
};
use async_graphql_axum::GraphQLResponse;
use axum::{Router, extract::State, response::Html, routing::get};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::deps::Deps;

mod accounts;
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
mod session;
mod recent;
mod series;
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

pub(crate) fn routes(deps: Arc<Deps>) -> Router {
    let schema =
        GraphQlSchema::build(Query::default(), EmptyMutation, live::Subscription::default())
            .data(Arc::clone(&deps))
            .data(Arc::<live::Newest>::default())
            .limit_depth(DEPTH)
            .limit_complexity(COMPLEXITY)
            .finish();
    let connections = Arc::new(Semaphore::new(live::MOST_CONNECTIONS));
    Router::new()
        .route("/graphql", get(graphiql).post(answer))
        .route("/graphql/ws", get(live::upgrade))
        .route("/graphql/stream", get(live::events).post(live::posted))
        .with_state(App { schema, deps, connections })
}

/// One request, one scope: all its fields read at the same block. A list of requests is refused: it would get round the
/// limits of one.
async fn answer(
    State(app): State<App>,
    Json(body): Json<Value>,
) -> Result<GraphQLResponse, Problem> {
    let mut request = request(body)?;
    let response = match guard::check(&mut request) {
        Ok(()) => app.run(request).await,
        Err(refusal) => Response::from_errors(vec![refusal]),
    };
    Ok(finished(response).into())
}

/// One request of a body.
fn request(body: Value) -> Result<Request, Problem> {
    if !body.get("query").is_some_and(Value::is_string) {
        let detail = "give one request: {\"query\": \"…\", \"variables\": {…}}; lists of requests are not taken";
        return Err(Problem::bad_request("BODY_INVALID", detail));
    }
    serde_json::from_value(body)
        .map_err(|error| Problem::bad_request("BODY_INVALID", error.to_string()))
}

/// An answer whose errors are bounded and have codes.
fn finished(mut response: Response) -> Response {
    guard::bound(&mut response);
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            // whatever has no code of ours was refused before it reached a resolver
            extensions.set("code", "QUERY_INVALID");
        }
    }
    response
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
