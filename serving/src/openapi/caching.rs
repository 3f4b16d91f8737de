//! Answers that are of one block, as clients and caches see them.

use utoipa::openapi::{
    HeaderBuilder, Object, OpenApi, RefOr, Required, Response, ResponseBuilder, Type,
    path::{ParameterBuilder, ParameterIn},
};

use super::gets;

/// Says of every GET operation of a document that its answer stands until the next block.
pub(crate) fn by_block(document: &mut OpenApi) {
    for operation in gets(document) {
        let parameter = ParameterBuilder::new()
            .name("If-None-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("`ETag` of an answer that the client has."))
            .schema(Some(Object::builder().schema_type(Type::String).max_length(Some(256))))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
        let responses = &mut operation.responses.responses;
        if let Some(RefOr::T(response)) = responses.get_mut("200") {
            headers(response);
        }
        let mut same = ResponseBuilder::new()
            .description("The client has the answer: nothing changed since.")
            .build();
        headers(&mut same);
        responses.insert("304".to_owned(), RefOr::T(same));
    }
}

fn headers(response: &mut Response) {
    let header = |text: &str| {
        let schema = Object::builder().schema_type(Type::String);
        RefOr::T(HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build())
    };
    let tag = "Names the answer, weakly; left out while the service cannot tell whether its block is the newest.";
    let age = "`public, max-age=N` until the next block is due, in seconds; `no-cache` or `no-store` where nothing may be kept.";
    response.headers.insert("ETag".to_owned(), header(tag));
    response.headers.insert("Cache-Control".to_owned(), header(age));
}
