//! Which operations may need a key: whether they do is for the configuration to say.

use api_kit::access::KeyScope;
use utoipa::openapi::{
    OpenApi, RefOr,
    security::{
        ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
    },
};

use super::{
    operations,
    problems::{self, Told},
};

const BEARER: &str = "bearer";
const HEADER: &str = "apiKey";

/// Says that every operation of a document may need a key of this scope.
pub(crate) fn needed(document: &mut OpenApi, scope: KeyScope) {
    let needs = |name| SecurityRequirement::new(name, [scope.name()]);
    for operation in operations(document) {
        let mut ways = vec![needs(BEARER), needs(HEADER)];
        // `admin` is never anybody's
        if scope != KeyScope::Admin {
            ways.insert(0, SecurityRequirement::default());
        }
        operation.security = Some(ways);
    }
    problems::add(document, problems::KEYS, Told::Problem);
}

/// How a key is sent.
pub(super) fn schemes() -> impl Iterator<Item = (String, RefOr<SecurityScheme>)> {
    let text =
        "A key, `sooho_key_…`. Without one a request may do what the configuration leaves open.";
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build();
    let header = ApiKeyValue::with_description("X-Api-Key", "The same in a header of its own.");
    [
        (BEARER.to_owned(), SecurityScheme::Http(bearer).into()),
        (HEADER.to_owned(), SecurityScheme::ApiKey(ApiKey::Header(header)).into()),
    ]
    .into_iter()
}
