//! The OpenAPI document (3.1) of everything that the service answers, made from the handlers and the types they answer with.
//!
//! Routes are mounted by what their handlers say of themselves (`routes!`): one without a description cannot be. What many
//! operations share is added to whole groups, where the group is mounted: how they fail (`problems`), what caches are told
//! (`caching`), feeds at both of their places (`feeds`).

use api_kit::access::KeyScope;
use serde_json::Value;
use utoipa::{
    OpenApi as _,
    openapi::{OpenApi, path::Operation},
};

pub(crate) mod caching;
mod complete;
pub(crate) mod exports;
pub(crate) mod feeds;
pub(crate) mod keys;
mod page;
pub(crate) mod problems;
pub(crate) mod shapes;
mod tags;
#[cfg(test)]
mod tests;
mod used;

pub(crate) use page::routes;

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut document = tags::Base::openapi();
    let components = document.components.get_or_insert_default();
    components.responses.extend(problems::components());
    components.security_schemes.extend(keys::schemes());
    let shell = || {
        let mut shell = api_kit::health::document();
        shell.merge(api_kit::status::document());
        problems::add(&mut shell, problems::SHELL, problems::Told::Problem);
        shell
    };
    let admin = || {
        let mut admin = api_kit::access::admin::document();
        keys::needed(&mut admin, KeyScope::Admin);
        problems::add(&mut admin, problems::STORE, problems::Told::Problem);
        admin
    };
    for part in [
        crate::rest::document(),
        crate::feeds::document(),
        crate::graphql::document(),
        crate::subgraph::document(),
        page::document(),
        shell(),
        admin(),
    ] {
        document.merge(part);
    }
    let mut document = serde_json::to_value(document).unwrap_or_default();
    complete::parameters(&mut document);
    used::only(&mut document);
    document
}

/// The document as text; `openapi.json` holds the same.
#[must_use]
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

/// The operations of a document.
fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    let items = document.paths.paths.values_mut();
    items.flat_map(|item| [item.get.as_mut(), item.post.as_mut()].into_iter().flatten())
}

/// Those that a client asks with GET.
fn gets(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().filter_map(|item| item.get.as_mut())
}
