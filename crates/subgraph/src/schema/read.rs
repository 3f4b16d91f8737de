//! Reading schema files.

use std::collections::HashMap;

use async_graphql_parser::{
    Positioned, parse_schema,
    types::{
        BaseType, ConstDirective, FieldDefinition, ObjectType, TypeDefinition, TypeKind,
        TypeSystemDefinition,
    },
};
use async_graphql_value::ConstValue;
use thiserror::Error;

use super::{Entity, EntityIx, Enum, Field, FieldIx, Item, Kind, Root, Scalar, Schema, names};

/// Why a schema file is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaError {
    /// It cannot be read.
    #[error("the schema cannot be read: {0}")]
    Unreadable(String),
    /// A type without an id.
    #[error("type {0} has no field `id`")]
    NoId(String),
    /// A field of a type that does not exist.
    #[error("{0}.{1} is of type {2}, which the schema does not have")]
    UnknownType(String, String, String),
    /// A field that points to none of the other type.
    #[error("{0}.{1} is derived from {2}.{3}, which is no reference to {0}")]
    NotDerived(String, String, String, String),
    /// Two fields of the root have one name.
    #[error("two fields of the root would have the name `{0}`")]
    Twice(String),
}

pub(super) fn schema(text: &str) -> Result<Schema, SchemaError> {
    let document =
        parse_schema(text).map_err(|error| SchemaError::Unreadable(error.to_string()))?;
    let mut types: Vec<(TypeDefinition, ObjectType)> = Vec::new();
    let mut enums = Vec::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = definition.node;
        match definition.kind.clone() {
            TypeKind::Object(object)
                if argument(&definition.directives, "entity", "").is_some() =>
            {
                types.push((definition, object));
            }
            TypeKind::Enum(of) => enums.push(Enum {
                name: definition.name.node.to_string(),
                values: of
                    .values
                    .iter()
                    .map(|value| value.node.value.node.as_str().into())
                    .collect(),
            }),
            _ => {}
        }
    }
    let numbers: HashMap<&str, EntityIx> = types
        .iter()
        .enumerate()
        .map(|(place, (definition, _))| (definition.name.node.as_str(), EntityIx(place)))
        .collect();
    let kinds = Kinds { types: &types, numbers, enums: &enums };
    let entities = types.iter().map(|(definition, object)| kinds.entity(definition, object));
    let entities = entities.collect::<Result<Vec<_>, _>>()?;
    let roots = roots(&entities)?;
    Ok(Schema { entities, enums, roots })
}

fn roots(entities: &[Entity]) -> Result<HashMap<String, Root>, SchemaError> {
    let mut roots = HashMap::new();
    for (place, entity) in entities.iter().enumerate() {
        let number = EntityIx(place);
        let one = (entity.singular.clone(), Root::One(number));
        let many = (entity.plural.clone(), Root::Many(number));
        for (name, root) in [one, many] {
            if roots.insert(name.clone(), root).is_some() {
                return Err(SchemaError::Twice(name));
            }
        }
    }
    Ok(roots)
}

struct Kinds<'a> {
    types: &'a [(TypeDefinition, ObjectType)],
    numbers: HashMap<&'a str, EntityIx>,
    enums: &'a [Enum],
}

impl Kinds<'_> {
    fn entity(
        &self,
        definition: &TypeDefinition,
        object: &ObjectType,
    ) -> Result<Entity, SchemaError> {
        let name = definition.name.node.to_string();
        let fields = object.fields.iter().map(|field| self.field(&name, &field.node));
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        let id = fields.iter().position(|field| field.name == "id");
        let id = FieldIx(id.ok_or_else(|| SchemaError::NoId(name.clone()))?);
        let directive = |key| argument(&definition.directives, "entity", key);
        let singular = names::singular(&name);
        let mut plural = text(directive("plural")).unwrap_or_else(|| names::plural(&singular));
        if plural == singular {
            plural.push_str("_collection");
        }
        Ok(Entity {
            description: definition.description.as_ref().map(|text| text.node.clone()),
            source: text(directive("source")).unwrap_or_else(|| plural.clone()),
            is_immutable: directive("immutable") == Some(ConstValue::Boolean(true)),
            name,
            singular,
            plural,
            fields,
            id,
        })
    }

    fn field(&self, of: &str, field: &FieldDefinition) -> Result<Field, SchemaError> {
        let name = field.name.node.to_string();
        let (base, is_list, has_gaps) = match &field.ty.node.base {
            BaseType::Named(base) => (base.to_string(), false, false),
            BaseType::List(inner) => match &inner.base {
                BaseType::Named(base) => (base.to_string(), true, inner.nullable),
                BaseType::List(_) => return Err(self.unknown(of, &name, "[[…]]")),
            },
        };
        let derived = argument(&field.directives, "derivedFrom", "field");
        let scalar = Scalar::ALL.into_iter().find(|scalar| scalar.name() == base);
        let reference = self.numbers.get(&*base).copied();
        let kind = match (scalar, reference, text(derived)) {
            (_, Some(entity), Some(by)) => self.derived((of, &name), entity, &by, !is_list)?,
            (Some(scalar), ..) if is_list => Kind::List(Item::Scalar(scalar)),
            (Some(scalar), ..) => Kind::Scalar(scalar),
            (_, Some(entity), None) if is_list => Kind::List(Item::Reference(entity)),
            (_, Some(entity), None) => Kind::Reference(entity),
            (None, None, _) if is_list => return Err(self.unknown(of, &name, &base)),
            (None, None, _) => {
                let number = self.enums.iter().position(|known| known.name == base);
                Kind::Enum(number.ok_or_else(|| self.unknown(of, &name, &base))?)
            }
        };
        Ok(Field {
            description: field.description.as_ref().map(|text| text.node.clone()),
            column: text(argument(&field.directives, "from", "column"))
                .unwrap_or_else(|| name.clone()),
            kind,
            is_nullable: field.ty.node.nullable,
            has_gaps,
            name,
        })
    }

    fn derived(
        &self,
        (of, name): (&str, &str),
        entity: EntityIx,
        by: &str,
        is_single: bool,
    ) -> Result<Kind, SchemaError> {
        let other = self.types.get(entity.0);
        let found = other.and_then(|(_, object)| {
            object.fields.iter().enumerate().find(|(_, field)| field.node.name.node.as_str() == by)
        });
        match found {
            Some((place, field)) if base(&field.node) == of => {
                Ok(Kind::Derived { entity, by: FieldIx(place), is_single })
            }
            _ => {
                let other = other.map_or("", |(definition, _)| definition.name.node.as_str());
                let [of, name, other, by] = [of, name, other, by].map(str::to_owned);
                Err(SchemaError::NotDerived(of, name, other, by))
            }
        }
    }

    fn unknown(&self, of: &str, name: &str, base: &str) -> SchemaError {
        SchemaError::UnknownType(of.to_owned(), name.to_owned(), base.to_owned())
    }
}

fn base(field: &FieldDefinition) -> &str {
    let mut ty = &field.ty.node.base;
    loop {
        match ty {
            BaseType::Named(name) => return name.as_str(),
            BaseType::List(inner) => ty = &inner.base,
        }
    }
}

/// An argument of a directive; of one that stands there without it, null.
fn argument(
    directives: &[Positioned<ConstDirective>],
    directive: &str,
    name: &str,
) -> Option<ConstValue> {
    let found = directives.iter().find(|one| one.node.name.node == directive)?;
    Some(found.node.get_argument(name).map_or(ConstValue::Null, |value| value.node.clone()))
}

fn text(value: Option<ConstValue>) -> Option<String> {
    match value {
        Some(ConstValue::String(text)) => Some(text),
        _ => None,
    }
}
