//! Lists as Relay connections.

use std::borrow::Cow;

use api_kit::{answer::Block, page};
use async_graphql::{Context, ObjectType, SimpleObject, TypeName};
use domain::block::BlockRef;

use super::rows::{Leaves, Row, Rows};

/// A page of a list.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub struct Connection<T: ObjectType + Leaves>
where
    Edge<T>: ObjectType,
{
    /// The block the page speaks of.
    pub block: Block,
    /// The rows with their cursors.
    pub edges: Rows<Edge<T>>,
    /// The rows alone.
    pub nodes: Rows<T>,
    /// Whether and where the list goes on.
    pub page_info: PageInfo,
    /// Rows of the whole list at this block: by running counts, or counted up to 10,000. Null where there are more than that,
    /// where an account's events do not fit the page, and as of older blocks where no running count tells.
    pub total_count: Option<u64>,
}

/// A row and its cursor.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub struct Edge<T: ObjectType + Leaves> {
    /// Pass it as `after` to go on behind this row.
    pub cursor: String,
    /// The row.
    pub node: Row<T>,
}

impl<T: ObjectType + Leaves> TypeName for Connection<T>
where
    Edge<T>: ObjectType,
{
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: ObjectType + Leaves> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// Whether and where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct PageInfo {
    /// Whether another page follows.
    pub has_next_page: bool,
    /// Whether this page was asked for behind a cursor.
    pub has_previous_page: bool,
    /// Cursor of the first row.
    pub start_cursor: Option<String>,
    /// Cursor of the last row: the `after` of the next page.
    pub end_cursor: Option<String>,
}

impl<T: ObjectType + Leaves + Clone> Connection<T>
where
    Edge<T>: ObjectType,
{
    /// A page in its wire form; its edges are made where they are asked for.
    pub(super) fn new<R>(
        ctx: &Context<'_>,
        block: BlockRef,
        page: page::Rows<R>,
        behind_cursor: bool,
        total_count: Option<u64>,
        view: impl Fn(R) -> T,
    ) -> Self {
        // a list that is one page tells itself how long it is
        let whole = !page.more && !behind_cursor;
        let total_count = total_count.or_else(|| whole.then_some(page.rows.len() as u64));
        let page_info = PageInfo {
            has_next_page: page.more,
            has_previous_page: behind_cursor,
            start_cursor: page.positions().first(),
            end_cursor: page.positions().last(),
        };
        let mut edges = Vec::new();
        let cursors = ctx.look_ahead().field("edges").exists().then(|| page.positions().clone());
        let nodes: Vec<T> = page.rows.into_iter().map(view).collect();
        if let Some(cursors) = cursors {
            let rows = cursors.cursors().zip(&nodes);
            edges.extend(rows.map(|(cursor, node)| Edge { cursor, node: Row(node.clone()) }));
        }
        Self { block: block.into(), edges: Rows(edges), nodes: Rows(nodes), page_info, total_count }
    }
}
