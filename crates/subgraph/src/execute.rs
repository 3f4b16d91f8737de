//! Carrying a plan out: level by level, so that what is read does not grow with the rows of a level.

use std::fmt::Write as _;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    api::Api,
    document::Document,
    entities::{Entities, Of},
    error::QueryError,
    limits::Limits,
    moment::{self, At, not_yet},
    page::{By, Order, Page},
    plan::{self, Asked, List, Node},
    schema::Schema,
    value::quoted,
};

mod fill;
mod meta;
mod select;
#[cfg(test)]
mod tests;

/// Fields of the root that are worked on at once.
const AT_ONCE: usize = 8;

/// A request of a client.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Values of its variables.
    pub variables: serde_json::Map<String, serde_json::Value>,
}

/// An answer: the data, or why there is none.
pub type Answer = Result<String, Vec<QueryError>>;

/// A subgraph that answers.
#[derive(Debug, Clone, Copy)]
pub struct Subgraph<'a, E> {
    /// Its entities' kinds.
    pub schema: &'a Schema,
    /// What clients see of them.
    pub api: &'a Api,
    /// Who keeps them.
    pub entities: &'a E,
    /// How much a request may ask for.
    pub limits: &'a Limits,
    /// Its name, as it calls itself.
    pub deployment: &'a str,
}

impl<E: Entities> Subgraph<'_, E> {
    /// Answers a request: the text of its `data`.
    ///
    /// # Errors
    /// What is wrong with it: the first fault of the document, or all that could not be read. Then there is no data at all.
    pub async fn answer(&self, request: Request) -> Answer {
        let plan = self.plan(request).map_err(one)?;
        let moments = Moments::find(self, &plan.roots).await?;
        // made before they are waited for: what makes them could not be handed to another thread
        let texts: Vec<_> =
            plan.roots.iter().map(|(_, asked)| self.root(asked, &moments)).collect();
        let mut texts = stream::iter(texts).buffered(AT_ONCE);
        let (mut out, mut errors) = (String::from("{"), Vec::new());
        for (key, _) in &plan.roots {
            match texts.next().await.unwrap_or_else(|| Ok("null".to_owned())) {
                Ok(text) if errors.is_empty() => {
                    let comma = if out.len() > 1 { "," } else { "" };
                    // writing to a text does not fail
                    let _ = write!(out, "{comma}\"{key}\":{text}");
                    // what is too long is not made any longer
                    self.bounded(out.len()).map_err(one)?;
                }
                Ok(_) => {}
                Err(error) => errors.push(error),
            }
        }
        out.push('}');
        if errors.is_empty() { Ok(out) } else { Err(errors) }
    }

    fn plan(&self, request: Request) -> Result<plan::Plan, QueryError> {
        let knows = |name: &str| self.knows_input(name);
        let Request { query, variables } = request;
        let document = Document::read(&query, variables, self.limits.values, knows)?;
        plan::plan((self.schema, self.api), &document, self.limits)
    }

    /// Refuses texts that are too long.
    fn bounded(&self, bytes: usize) -> Result<(), QueryError> {
        let most = self.limits.bytes;
        match bytes > most {
            true => Err(QueryError::new(format!(
                "the result size of {bytes} is larger than the allowed limit of {most}"
            ))),
            false => Ok(()),
        }
    }

    /// Whether variables may be of this type.
    fn knows_input(&self, name: &str) -> bool {
        const OWN: [&str; 5] = [
            "OrderDirection",
            "_SubgraphErrorPolicy_",
            "Block_height",
            "BlockChangedFilter",
            "LogLevel",
        ];
        let is_scalar = crate::schema::Scalar::ALL.iter().any(|scalar| scalar.name() == name);
        let of_entity = |end: &str| {
            let entity = name.strip_suffix(end);
            entity.is_some_and(|name| self.schema.entities().any(|(_, known)| known.name == name))
        };
        // a number with a fraction, which clients write, is no scalar of entities
        is_scalar
            || name == "Float"
            || OWN.contains(&name)
            || of_entity("_filter")
            || of_entity("_orderBy")
            || self.schema.enums().iter().any(|known| known.name == name)
    }

    async fn root(&self, asked: &Asked, moments: &Moments<'_, E>) -> Result<String, QueryError> {
        match asked {
            Asked::TypeName => Ok("\"Query\"".to_owned()),
            Asked::Logs => Ok("[]".to_owned()),
            Asked::Told(text) => Ok(text.clone()),
            Asked::Meta { at, meta } => Ok(self.meta(&at.at, meta, moments.of(at)?)),
            Asked::One { id, at, node } => {
                let by_id = Order {
                    by: By::Field(self.schema.entity(node.entity).id()),
                    descending: false,
                };
                let list = ListOf {
                    filter: &crate::filter::Predicate::everything(),
                    order: by_id,
                    page: Page { skip: 0, first: 1 },
                    node,
                };
                let ids = std::slice::from_ref(id);
                let found = self.list(list, Of::Ids(ids), moments.of(at)?).await?;
                Ok(found.into_iter().next().unwrap_or_else(|| "null".to_owned()))
            }
            Asked::Many { at, list } => {
                let found = self.list(list.into(), Of::All, moments.of(at)?).await?;
                Ok(array(found.iter().map(String::as_str)))
            }
        }
    }

    /// The texts of a list.
    async fn list(
        &self,
        list: ListOf<'_>,
        of: Of<'_>,
        moment: &E::Moment,
    ) -> Result<Vec<String>, QueryError> {
        let columns = self.columns_of(&list);
        let found = self.select(&list, of, &columns, moment).await?;
        let rows = found.into_iter().flatten().collect::<Vec<_>>();
        self.fill(list.node, &columns, &rows, moment).await
    }
}

/// A list, of whatever is asked.
#[derive(Debug, Clone, Copy)]
struct ListOf<'a> {
    filter: &'a crate::filter::Predicate,
    order: Order,
    page: Page,
    node: &'a Node,
}

impl ListOf<'_> {
    /// Whether it is chosen and ordered by what its entities hold themselves.
    fn is_own(&self) -> bool {
        let mut is_own = matches!(self.order.by, By::Field(_));
        self.filter.children(&mut |_, _, _| is_own = false);
        is_own
    }
}

impl<'a> From<&'a List> for ListOf<'a> {
    fn from(list: &'a List) -> Self {
        let List { filter, order, page, node } = list;
        Self { filter, order: *order, page: *page, node }
    }
}

/// The blocks that a request names, each found once.
struct Moments<'a, E: Entities> {
    entities: &'a E,
    deployment: &'a str,
    found: Vec<(At, E::Moment)>,
}

impl<'a, E: Entities> Moments<'a, E> {
    async fn find(
        subgraph: &Subgraph<'a, E>,
        roots: &[(String, Asked)],
    ) -> Result<Self, Vec<QueryError>> {
        let mut wanted: Vec<&At> = Vec::new();
        for (_, asked) in roots {
            let at = match asked {
                Asked::One { at, .. } | Asked::Many { at, .. } | Asked::Meta { at, .. } => &at.at,
                Asked::TypeName | Asked::Logs | Asked::Told(_) => continue,
            };
            if !wanted.contains(&at) {
                wanted.push(at);
            }
        }
        let Subgraph { entities, deployment, .. } = *subgraph;
        let found: Vec<_> = wanted.into_iter().map(|at| moment_at(entities, at)).collect();
        let found = stream::iter(found).buffered(AT_ONCE).try_collect().await.map_err(one)?;
        Ok(Self { entities, deployment, found })
    }

    fn of(&self, wanted: &moment::Wanted) -> Result<&E::Moment, QueryError> {
        let found = self.found.iter().find(|(known, _)| *known == wanted.at);
        let (_, moment) =
            found.ok_or_else(|| QueryError::new("the block of this field was not found"))?;
        let newest = self.entities.block(moment).number;
        match newest < wanted.least {
            true => Err(not_yet(self.deployment, "block.number_gte", newest, wanted.least)),
            false => Ok(moment),
        }
    }
}

async fn moment_at<E: Entities>(entities: &E, at: &At) -> Result<(At, E::Moment), QueryError> {
    entities.moment(at).await.map(|moment| (at.clone(), moment))
}

fn one(error: QueryError) -> Vec<QueryError> {
    vec![error]
}

/// Texts as a list.
fn array<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::from("[");
    for text in texts {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(text);
    }
    out.push(']');
    out
}

/// Adds a member to the text of an object that is being written.
fn member(out: &mut String, key: &str) {
    out.push(if out.is_empty() { '{' } else { ',' });
    // writing to a text does not fail
    let _ = quoted(key, out);
    out.push(':');
}

/// Ends the text of an object.
fn end(out: &mut String) {
    out.push_str(if out.is_empty() { "{}" } else { "}" });
}
