//! Answering `__schema` and `__type`.

use async_graphql_value::ConstValue;
use serde_json::{Map, Value as Json, json};

use super::{Api, Argument, Field, Ref, Type, TypeKind};
use crate::{
    document::{Document, Selected},
    error::QueryError,
};

/// `__schema`.
pub(crate) fn schema(
    api: &Api,
    document: &Document,
    field: &Selected<'_>,
    steps: &mut usize,
) -> Result<String, QueryError> {
    let mut telling = Telling { api, document, steps, depth: 0 };
    telling
        .object("__Schema", field, |telling, field| match field.name {
            "queryType" => telling.named("Query", field).map(Some),
            "mutationType" | "subscriptionType" | "description" => Ok(Some(Json::Null)),
            "types" => {
                let types = telling.api.types.iter();
                types
                    .map(|ty| telling.ty(ty, field))
                    .collect::<Result<_, _>>()
                    .map(Json::Array)
                    .map(Some)
            }
            "directives" => {
                let directives = ["include", "skip"].into_iter();
                let told = directives.map(|name| telling.directive(name, field));
                told.collect::<Result<_, _>>().map(Json::Array).map(Some)
            }
            _ => Ok(None),
        })
        .map(|told| told.to_string())
}

/// `__type`.
pub(crate) fn type_named(
    api: &Api,
    document: &Document,
    field: &Selected<'_>,
    steps: &mut usize,
) -> Result<String, QueryError> {
    let mut telling = Telling { api, document, steps, depth: 0 };
    let Some(ConstValue::String(name)) = field.argument("name")? else {
        return Err(QueryError::new("No value provided for required argument: `name`"));
    };
    match api.find(&name) {
        Some(ty) => telling.ty(ty, field).map(|told| told.to_string()),
        None => Ok("null".to_owned()),
    }
}

struct Telling<'a> {
    api: &'a Api,
    document: &'a Document,
    steps: &'a mut usize,
    /// Objects within objects.
    depth: usize,
}

/// Objects within objects at most: types hold types of their own kind.
const DEPTH: usize = 40;

impl Telling<'_> {
    /// What is selected of an object; `tell` tells a field, or that there is none of its name.
    fn object(
        &mut self,
        of: &str,
        field: &Selected<'_>,
        mut tell: impl FnMut(&mut Self, &Selected<'_>) -> Result<Option<Json>, QueryError>,
    ) -> Result<Json, QueryError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(QueryError::new(format!(
                "query has a depth that exceeds the limit of `{DEPTH}`"
            )));
        }
        let mut told = Map::new();
        for field in self.document.fields(of, &field.sets, self.steps)? {
            let value = match field.name {
                "__typename" => Json::from(of),
                _ => tell(self, &field)?.ok_or_else(|| {
                    QueryError::new(format!("Type `{of}` has no field `{}`", field.name))
                        .at(field.position)
                })?,
            };
            told.insert(field.key.to_owned(), value);
        }
        self.depth -= 1;
        Ok(Json::Object(told))
    }

    fn named(&mut self, name: &str, field: &Selected<'_>) -> Result<Json, QueryError> {
        match self.api.find(name) {
            Some(ty) => self.ty(ty, field),
            None => Ok(Json::Null),
        }
    }

    fn ty(&mut self, ty: &Type, field: &Selected<'_>) -> Result<Json, QueryError> {
        self.object("__Type", field, |telling, field| {
            Ok(Some(match (field.name, &ty.kind) {
                ("kind", kind) => Json::from(match kind {
                    TypeKind::Scalar => "SCALAR",
                    TypeKind::Object(_) => "OBJECT",
                    TypeKind::Enum(_) => "ENUM",
                    TypeKind::Input(_) => "INPUT_OBJECT",
                }),
                ("name", _) => Json::from(ty.name.as_str()),
                ("description", _) => json!(ty.description),
                ("fields", TypeKind::Object(fields)) => {
                    let told = fields.iter().map(|of| telling.field(of, field));
                    Json::Array(told.collect::<Result<_, _>>()?)
                }
                ("inputFields", TypeKind::Input(members)) => telling.arguments(members, field)?,
                ("enumValues", TypeKind::Enum(values)) => {
                    let told = values.iter().map(|value| telling.value(value, field));
                    Json::Array(told.collect::<Result<_, _>>()?)
                }
                ("interfaces", TypeKind::Object(_)) => json!([]),
                (
                    "fields" | "inputFields" | "enumValues" | "interfaces" | "possibleTypes"
                    | "ofType" | "specifiedByURL" | "specifiedByUrl" | "isOneOf",
                    _,
                ) => Json::Null,
                _ => return Ok(None),
            }))
        })
    }

    fn type_ref(&mut self, ty: &Ref, field: &Selected<'_>) -> Result<Json, QueryError> {
        let (kind, inner) = match ty {
            Ref::Named(name) => return self.named(name, field),
            Ref::List(inner) => ("LIST", inner),
            Ref::NonNull(inner) => ("NON_NULL", inner),
        };
        self.object("__Type", field, |telling, field| {
            Ok(Some(match field.name {
                "kind" => Json::from(kind),
                "ofType" => telling.type_ref(inner, field)?,
                "name" | "description" | "fields" | "inputFields" | "enumValues" | "interfaces"
                | "possibleTypes" | "specifiedByURL" | "specifiedByUrl" | "isOneOf" => Json::Null,
                _ => return Ok(None),
            }))
        })
    }

    fn field(&mut self, of: &Field, field: &Selected<'_>) -> Result<Json, QueryError> {
        self.object("__Field", field, |telling, field| {
            Ok(Some(match field.name {
                "name" => Json::from(of.name.as_str()),
                "description" => json!(of.description),
                "args" => telling.arguments(&of.arguments, field)?,
                "type" => telling.type_ref(&of.ty, field)?,
                "isDeprecated" => Json::from(false),
                "deprecationReason" => Json::Null,
                _ => return Ok(None),
            }))
        })
    }

    fn arguments(&mut self, all: &[Argument], field: &Selected<'_>) -> Result<Json, QueryError> {
        let told = all.iter().map(|argument| {
            self.object("__InputValue", field, |telling, field| {
                Ok(Some(match field.name {
                    "name" => Json::from(argument.name.as_str()),
                    "type" => telling.type_ref(&argument.ty, field)?,
                    "defaultValue" => json!(argument.default),
                    "description" | "deprecationReason" => Json::Null,
                    "isDeprecated" => Json::from(false),
                    _ => return Ok(None),
                }))
            })
        });
        told.collect::<Result<_, _>>().map(Json::Array)
    }

    fn value(&mut self, name: &str, field: &Selected<'_>) -> Result<Json, QueryError> {
        self.object("__EnumValue", field, |_, field| {
            Ok(Some(match field.name {
                "name" => Json::from(name),
                "description" | "deprecationReason" => Json::Null,
                "isDeprecated" => Json::from(false),
                _ => return Ok(None),
            }))
        })
    }

    fn directive(&mut self, name: &str, field: &Selected<'_>) -> Result<Json, QueryError> {
        let when =
            [Argument { name: "if".to_owned(), ty: Ref::named("Boolean").needed(), default: None }];
        self.object("__Directive", field, |telling, field| {
            Ok(Some(match field.name {
                "name" => Json::from(name),
                "description" => Json::Null,
                "isRepeatable" => Json::from(false),
                "locations" => json!(["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"]),
                "args" => telling.arguments(&when, field)?,
                _ => return Ok(None),
            }))
        })
    }
}
