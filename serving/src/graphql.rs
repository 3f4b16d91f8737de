//! GraphQL at `/graphql`: POST answers queries, GET shows GraphiQL.

use std::sync::Arc;

use api_kit::{extract::Json, problem::Problem, scope::Scope};
use async_graphql::{
    EmptyMutation, EmptySubscription, MergedObject, Request, Response, Schema as GraphQlSchema,
    http::GraphiQLSource,
};
use async_graphql_axum::GraphQLResponse;
use axum::{Router, extract::State, response::Html, routing::get};
use serde_json::Value;

use self::loaders::cached;
use crate::{deps::Deps, read};

mod chains;
mod connection;
mod events;
mod guard;
mod loaders;
mod pools;
mod prefetch;
mod price_loaders;
mod prices;
mod quotes;
#[cfg(test)]
mod tests;
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
    quotes::Quotes,
    prices::Prices,
);

/// The schema.
pub type Schema = GraphQlSchema<Query, EmptyMutation, EmptySubscription>;

/// The schema as text; `schema.graphql` holds the same.
#[must_use]
pub fn sdl() -> String {
    GraphQlSchema::build(Query::default(), EmptyMutation, EmptySubscription).finish().sdl()
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
}

impl App {
    async fn run(&self, request: Request) -> Response {
        let scope = Scope::new(self.deps.reader.clone());
        let tokens = cached(loaders::Tokens(scope.clone()));
        let pools = cached(loaders::Pools(scope.clone()));
        let balances = cached(loaders::Balances(scope.clone()));
        let now = prices::Now(read::prices::now());
        let deps = || Arc::clone(&self.deps);
        let prices = cached(price_loaders::Prices(deps()));
        let deviations = cached(price_loaders::Deviations(deps(), now));
        let request = request.data(scope).data(tokens).data(pools).data(balances);
        self.schema.execute(request.data(now).data(prices).data(deviations)).await
    }
}

pub(crate) fn routes(deps: Arc<Deps>) -> Router {
    let schema = GraphQlSchema::build(Query::default(), EmptyMutation, EmptySubscription)
        .data(Arc::clone(&deps))
        .limit_depth(DEPTH)
        .limit_complexity(COMPLEXITY)
        .finish();
    Router::new().route("/graphql", get(graphiql).post(answer)).with_state(App { schema, deps })
}

/// One request, one scope: all its fields read at the same block. A list of requests is refused: it would get round the
/// limits of one.
async fn answer(
    State(app): State<App>,
    Json(body): Json<Value>,
) -> Result<GraphQLResponse, Problem> {
    if !body.get("query").is_some_and(Value::is_string) {
        let detail = "give one request: {\"query\": \"…\", \"variables\": {…}}; lists of requests are not taken";
        return Err(Problem::bad_request("BODY_INVALID", detail));
    }
    let mut request: Request = serde_json::from_value(body)
        .map_err(|error| Problem::bad_request("BODY_INVALID", error.to_string()))?;
    let mut response = match guard::check(&mut request) {
        Ok(()) => app.run(request).await,
        Err(refusal) => Response::from_errors(vec![refusal]),
    };
    guard::bound(&mut response);
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            // whatever has no code of ours was refused before it reached a resolver
            extensions.set("code", "QUERY_INVALID");
        }
    }
    Ok(response.into())
}

async fn graphiql() -> Html<String> {
    Html(GraphiQLSource::build().endpoint("/graphql").title("sooho").finish())
}
