//! Types that every subgraph has.

use super::{Argument, Field, Ref, Type, TypeKind, argument, list_arguments, scalar};
use crate::schema::{Scalar, Schema};

/// Which block, and what is done about faults of the indexing.
fn of_root() -> [Argument; 2] {
    [
        argument("block", Ref::named("Block_height"), None),
        argument("subgraphError", Ref::named("_SubgraphErrorPolicy_").needed(), Some("deny")),
    ]
}

pub(super) fn query(schema: &Schema) -> Type {
    let field = |name: &str, arguments: Vec<Argument>, ty: Ref| Field {
        name: name.to_owned(),
        description: None,
        arguments,
        ty,
    };
    let mut fields = Vec::new();
    for (_, entity) in schema.entities() {
        let mut one = vec![argument("id", Ref::named("ID").needed(), None)];
        one.extend(of_root());
        fields.push(field(&entity.singular, one, Ref::named(&entity.name)));
        let mut many = list_arguments(&entity.name);
        many.extend(of_root());
        fields.push(field(&entity.plural, many, Ref::list_of(&entity.name).needed()));
    }
    let block = argument("block", Ref::named("Block_height"), None);
    fields.push(field("_meta", vec![block], Ref::named("_Meta_")));
    let text = |name: &str| argument(name, Ref::named("String"), None);
    let logs = vec![
        argument("level", Ref::named("LogLevel"), None),
        text("from"),
        text("to"),
        text("search"),
        argument("first", Ref::named("Int"), Some("100")),
        argument("skip", Ref::named("Int"), Some("0")),
        argument("orderDirection", Ref::named("OrderDirection"), Some("desc")),
    ];
    fields.push(field("_logs", logs, Ref::list_of("_Log_").needed()));
    Type { name: "Query".to_owned(), description: None, kind: TypeKind::Object(fields) }
}

pub(super) fn types() -> Vec<Type> {
    let mut types: Vec<Type> = Scalar::ALL.into_iter().map(scalar).collect();
    let named =
        |name: &str, kind: TypeKind| Type { name: name.to_owned(), description: None, kind };
    let enumeration = |name: &str, values: &[&str]| {
        named(name, TypeKind::Enum(values.iter().map(|value| (*value).to_owned()).collect()))
    };
    let object = |name: &str, fields: &[(&str, Ref)]| {
        let field = |(name, ty): &(&str, Ref)| Field {
            name: (*name).to_owned(),
            description: None,
            arguments: Vec::new(),
            ty: ty.clone(),
        };
        named(name, TypeKind::Object(fields.iter().map(field).collect()))
    };
    let input = |name: &str, members: &[(&str, Ref)]| {
        let member = |(name, ty): &(&str, Ref)| argument(name, ty.clone(), None);
        named(name, TypeKind::Input(members.iter().map(member).collect()))
    };
    let (int, text) = (|| Ref::named("Int"), || Ref::named("String"));
    let bytes = || Ref::named("Bytes");
    types.extend([
        enumeration("OrderDirection", &["asc", "desc"]),
        enumeration("_SubgraphErrorPolicy_", &["allow", "deny"]),
        enumeration("LogLevel", &["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"]),
        input("Block_height", &[("hash", bytes()), ("number", int()), ("number_gte", int())]),
        input("BlockChangedFilter", &[("number_gte", int().needed())]),
        object(
            "_Meta_",
            &[
                ("block", Ref::named("_Block_").needed()),
                ("deployment", text().needed()),
                ("hasIndexingErrors", Ref::named("Boolean").needed()),
            ],
        ),
        object(
            "_Block_",
            &[
                ("hash", bytes()),
                ("number", int().needed()),
                ("timestamp", int()),
                ("parentHash", bytes()),
            ],
        ),
        object(
            "_Log_",
            &[
                ("id", text().needed()),
                ("subgraphId", text().needed()),
                ("timestamp", text().needed()),
                ("level", Ref::named("LogLevel").needed()),
                ("text", text().needed()),
                ("arguments", Ref::list_of("_LogArgument_").needed()),
                ("meta", Ref::named("_LogMeta_").needed()),
            ],
        ),
        object("_LogArgument_", &[("key", text().needed()), ("value", text().needed())]),
        object(
            "_LogMeta_",
            &[("module", text().needed()), ("line", int().needed()), ("column", int().needed())],
        ),
    ]);
    types
}
