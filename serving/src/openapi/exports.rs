//! Lists that can be had as files, too.

use utoipa::openapi::{
    Content, HeaderBuilder, Object, OpenApi, RefOr, Required, Response, Schema, Type,
    path::{Operation, ParameterBuilder, ParameterIn},
};

use super::gets;

/// Headers that files alone have.
const OF_FILES: [(&str, &str); 4] = [
    ("Content-Disposition", "Of a file: a name to save it under."),
    ("Sooho-Block-Number", "Of a file: the height of its block."),
    ("Sooho-Block-Hash", "Of a file: the hash of its block."),
    ("Sooho-Block-Timestamp", "Of a file: the time of its block, in Unix seconds."),
];
/// Names of the shapes of lists: pages, and candles of a span of time; and what bounds the rows of each.
const LISTS: [(&str, &str); 2] = [("Page_", "first"), ("Candles_", "limit")];

/// Says of every list of a document that it can be had as a file.
pub(crate) fn lists(document: &mut OpenApi) {
    for operation in gets(document) {
        let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") else {
            continue;
        };
        if let Some(bound) = list(response) {
            for (kind, text) in [
                ("text/csv", "All rows, with a header row (RFC 4180)."),
                ("application/x-ndjson", "All rows, each a JSON object on a line."),
            ] {
                let text = Object::builder().schema_type(Type::String).description(Some(text));
                let content = Content::new(Some(RefOr::T(Schema::Object(text.build()))));
                response.content.insert(kind.to_owned(), RefOr::T(content));
            }
            for (name, text) in OF_FILES {
                let shape = Object::builder().schema_type(Type::String);
                let header = HeaderBuilder::new().schema(Some(shape)).description(Some(text));
                response.headers.insert(name.to_owned(), RefOr::T(header.build()));
            }
            format(operation, bound);
        }
    }
}

/// The parameter that bounds a list; `None` of what is none.
fn list(response: &Response) -> Option<&'static str> {
    let RefOr::T(content) = response.content.get("application/json")? else { return None };
    let Some(RefOr::Ref(place)) = &content.schema else { return None };
    let name = place.ref_location.rsplit('/').next().unwrap_or_default();
    LISTS.iter().find(|(list, _)| name.starts_with(list)).map(|(_, bound)| *bound)
}

fn format(operation: &mut Operation, bound: &str) {
    let names =
        Object::builder().schema_type(Type::String).enum_values(Some(["json", "csv", "ndjson"]));
    let text = format!(
        "`csv` and `ndjson`: the whole list as a file; `{bound}` then bounds its rows. The `Accept` header says the same. Where the \
         scope `export` is not open to everybody, files need a key that has it."
    );
    let parameter = ParameterBuilder::new()
        .name("format")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(names))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}
