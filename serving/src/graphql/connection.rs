//! Lists as Relay connections.

use std::borrow::Cow;

use api_kit::{answer::Block, page::Rows};
use async_graphql::{Context, OutputType, SimpleObject, TypeName};
use domain::block::BlockRef;

/// A page of a list.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub struct Connection<T: OutputType>
where
    Edge<T>: OutputType,
{
    /// The block the page speaks of.
    pub block: Block,
    /// The rows with their cursors.
    pub edges: Vec<Edge<T>>,
    /// The rows alone.
    pub nodes: Vec<T>,
    /// Whether and where the list goes on.
    pub page_info: PageInfo,
    /// Rows of the whole list at this block; null where nothing counts them: where a filter is set, and as of blocks that
    /// lie far back.
    pub total_count: Option<u64>,
}

/// A row and its cursor.
#[derive(Debug, SimpleObject)]
#[graphql(name_type)]
pub struct Edge<T: OutputType> {
    /// Pass it as `after` to go on behind this row.
    pub cursor: String,
    /// The row.
    pub node: T,
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for Edge<T> {
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

impl<T: OutputType + Clone> Connection<T>
where
    Edge<T>: OutputType,
{
    /// A page in its wire form; its edges are made where they are asked for.
    pub(super) fn new<R>(
        ctx: &Context<'_>,
        block: BlockRef,
        page: Rows<R>,
        behind_cursor: bool,
        total_count: Option<u64>,
        view: impl Fn(R) -> T,
    ) -> Self {
        let page_info = PageInfo {
            has_next_page: page.more,
            has_previous_page: behind_cursor,
            start_cursor: page.rows.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: page.rows.last().map(|(cursor, _)| cursor.clone()),
        };
        let rows = page.rows.into_iter().map(|(cursor, row)| (cursor, view(row)));
        let mut nodes = Vec::new();
        let mut edges = Vec::new();
        if ctx.look_ahead().field("edges").exists() {
            edges.extend(rows.map(|(cursor, node)| Edge { cursor, node }));
            nodes.extend(edges.iter().map(|edge| edge.node.clone()));
        } else {
            nodes.extend(rows.map(|(_, node)| node));
        }
        Self { block: block.into(), edges, nodes, page_info, total_count }
    }
}
