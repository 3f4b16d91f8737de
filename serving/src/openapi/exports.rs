//! Lists that can be had as files, too.

use utoipa::openapi::{
    Content, Object, OpenApi, RefOr, Required, Response, Schema, Type,
    path::{Operation, ParameterBuilder, ParameterIn},
};

use super::gets;

/// Names of the shapes of lists: pages, and candles of a span of time.
const LISTS: [&str; 2] = ["Page_", "Candles_"];

/// Says of every list of a document that it can be had as a file.
pub(crate) fn lists(document: &mut OpenApi) {
    for operation in gets(document) {
        let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") else {
            continue;
        };
        if is_list(response) {
            for (kind, text) in [
                ("text/csv", "All rows, with a header row (RFC 4180)."),
                ("application/x-ndjson", "All rows, each a JSON object on a line."),
            ] {
                let text = Object::builder().schema_type(Type::String).description(Some(text));
                let content = Content::new(Some(RefOr::T(Schema::Object(text.build()))));
                response.content.insert(kind.to_owned(), RefOr::T(content));
            }
            format(operation);
        }
    }
}

fn is_list(response: &Response) -> bool {
    let Some(RefOr::T(content)) = response.content.get("application/json") else { return false };
    let Some(RefOr::Ref(place)) = &content.schema else { return false };
    let name = place.ref_location.rsplit('/').next().unwrap_or_default();
    LISTS.iter().any(|list| name.starts_with(list))
}

fn format(operation: &mut Operation) {
    let names =
        Object::builder().schema_type(Type::String).enum_values(Some(["json", "csv", "ndjson"]));
    let text = "`csv` and `ndjson`: the whole list as a file; `first` then bounds its rows. The `Accept` header says the same.";
    let parameter = ParameterBuilder::new()
        .name("format")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(names))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}
