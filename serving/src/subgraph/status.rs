//! How far the subgraphs are: the status API of the reference's index node, for sites that show "synced to block …".
//!
//! Documents are read as leniently as those of the entities, by the same reader. What is told of a subgraph is made whole, and
//! then picked from.

use std::collections::BTreeMap;

use api_kit::problem::Problem;
use futures::future::try_join_all;
use serde_json::{Map, Value as Json};
use subgraph::{Answer, QueryError, Request};

use self::asked::Root;
use super::served::{Served, Subgraphs};

mod asked;
mod pick;
mod tell;
#[cfg(test)]
mod tests;

/// Members that an answer has at most.
const TOLD: usize = 50_000;

/// Answers a request.
pub(crate) async fn answer(all: &Subgraphs, request: Request) -> Answer {
    let roots = asked::read(request).map_err(|error| vec![error])?;
    // each is looked at once, however often it is asked for
    let mut told = BTreeMap::new();
    let wanted =
        all.iter().filter(|served| roots.iter().any(|(_, root)| concerns(root, served, all)));
    let looks: Vec<_> = wanted.map(|served| status(served)).collect();
    for (id, status) in try_join_all(looks).await.map_err(|error| vec![error])? {
        told.insert(id, status);
    }
    let id_of = |name: &str| all.named(name).map(|served| served.id().to_owned());
    finish(&roots, &told, id_of).map_err(|error| vec![error])
}

fn concerns(root: &Root, served: &Served, all: &Subgraphs) -> bool {
    match root {
        Root::Nothing | Root::TypeName => false,
        Root::Current(name, _) | Root::Named(name, _) => {
            all.named(name).is_some_and(|named| named.id() == served.id())
        }
        Root::Listed(ids, _) => ids.is_empty() || ids.iter().any(|id| id == served.id()),
    }
}

async fn status(served: &Served) -> Result<(String, Json), QueryError> {
    let standing = served.standing().await;
    // the log has the cause
    let standing = standing.map_err(|error| QueryError::new(Problem::from(error).detail()))?;
    let id = served.id().to_owned();
    Ok((id, tell::status(served.id(), served.network(), &standing)))
}

/// The text of the data. `told` is what can be told, by id.
fn finish(
    roots: &[(String, Root)],
    told: &BTreeMap<String, Json>,
    id_of: impl Fn(&str) -> Option<String>,
) -> Result<String, QueryError> {
    let mut rest = TOLD;
    let mut data = Map::new();
    for (key, root) in roots {
        let of = |name: &str| id_of(name).and_then(|id| told.get(&id));
        let value = match root {
            Root::TypeName => Json::from("Query"),
            Root::Nothing => Json::Null,
            Root::Current(name, shape) => match of(name) {
                Some(status) => pick::of(status, shape, &mut rest)?,
                None => Json::Null,
            },
            Root::Named(name, shape) => pick::all(of(name), shape, &mut rest)?,
            Root::Listed(ids, shape) => {
                let wanted = told.iter().filter(|(id, _)| ids.is_empty() || ids.contains(id));
                pick::all(wanted.map(|(_, status)| status), shape, &mut rest)?
            }
        };
        data.insert(key.clone(), value);
    }
    Ok(Json::Object(data).to_string())
}
