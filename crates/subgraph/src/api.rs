//! The schema that clients see: what the dialect makes of the entities, and how it tells it (`__schema`, `__type`).

use crate::{
    filter::{How, of_kind},
    page,
    schema::{Entity, Item, Kind, Scalar, Schema},
};

mod fixed;
mod tell;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use self::tell::{schema as tell_schema, type_named as tell_type};

/// All types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    types: Vec<Type>,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Type {
    name: String,
    description: Option<String>,
    kind: TypeKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum TypeKind {
    Scalar,
    Object(Vec<Field>),
    Enum(Vec<String>),
    Input(Vec<Argument>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    description: Option<String>,
    arguments: Vec<Argument>,
    ty: Ref,
}

/// An argument of a field, or a member of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Argument {
    name: String,
    ty: Ref,
    default: Option<&'static str>,
}

/// A type where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ref {
    Named(String),
    List(Box<Self>),
    NonNull(Box<Self>),
}

impl Ref {
    fn named(name: &str) -> Self {
        Self::Named(name.to_owned())
    }

    fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    fn needed(self) -> Self {
        Self::NonNull(Box::new(self))
    }

    fn if_needed(self, is_needed: bool) -> Self {
        if is_needed { self.needed() } else { self }
    }

    /// A list without gaps.
    fn list_of(name: &str) -> Self {
        Self::named(name).needed().list()
    }
}

fn argument(name: &str, ty: Ref, default: Option<&'static str>) -> Argument {
    Argument { name: name.to_owned(), ty, default }
}

impl Api {
    /// What the dialect makes of a schema.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let mut types = vec![fixed::query(schema)];
        for (_, entity) in schema.entities() {
            types.push(object(schema, entity));
            types.push(filter(schema, entity));
            types.push(orders(schema, entity));
        }
        for known in schema.enums() {
            let values = known.values.iter().map(|value| value.to_string()).collect();
            types.push(Type {
                name: known.name.clone(),
                description: None,
                kind: TypeKind::Enum(values),
            });
        }
        types.extend(fixed::types());
        types.sort_by(|one, other| one.name.cmp(&other.name));
        Self { types }
    }

    /// Whether a type has a field.
    pub(crate) fn has_field(&self, of: &str, name: &str) -> bool {
        let fields = self.find(of).and_then(|ty| match &ty.kind {
            TypeKind::Object(fields) => Some(fields),
            _ => None,
        });
        name == "__typename"
            || fields.is_some_and(|fields| fields.iter().any(|field| field.name == name))
    }

    fn find(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|known| known.name == name)
    }
}

/// Arguments of a list that hangs on an entity.
fn list_arguments(of: &str) -> Vec<Argument> {
    vec![
        argument("skip", Ref::named("Int"), Some("0")),
        argument("first", Ref::named("Int"), Some("100")),
        argument("orderBy", Ref::Named(format!("{of}_orderBy")), None),
        argument("orderDirection", Ref::named("OrderDirection"), None),
        argument("where", Ref::Named(format!("{of}_filter")), None),
    ]
}

fn object(schema: &Schema, entity: &Entity) -> Type {
    let fields = entity.fields().map(|(_, field)| {
        let name_of = |other| schema.entity(other).name.as_str();
        let (ty, arguments) = match field.kind {
            Kind::Scalar(scalar) => (Ref::named(scalar.name()), Vec::new()),
            Kind::Enum(number) => (enumeration(schema, number), Vec::new()),
            Kind::Reference(other) | Kind::Derived { entity: other, is_single: true, .. } => {
                (Ref::named(name_of(other)), Vec::new())
            }
            Kind::List(Item::Scalar(scalar)) => {
                (Ref::named(scalar.name()).if_needed(!field.has_gaps).list(), Vec::new())
            }
            Kind::List(Item::Reference(other))
            | Kind::Derived { entity: other, is_single: false, .. } => {
                let name = name_of(other);
                (Ref::named(name).if_needed(!field.has_gaps).list(), list_arguments(name))
            }
        };
        Field {
            name: field.name.clone(),
            description: field.description.clone(),
            arguments,
            ty: ty.if_needed(!field.is_nullable),
        }
    });
    let kind = TypeKind::Object(fields.collect());
    Type { name: entity.name.clone(), description: entity.description.clone(), kind }
}

fn enumeration(schema: &Schema, number: usize) -> Ref {
    schema.enums().get(number).map_or_else(|| Ref::named("String"), |known| Ref::named(&known.name))
}

fn filter(schema: &Schema, entity: &Entity) -> Type {
    let name = format!("{}_filter", entity.name);
    let item = |item: Item| match item {
        Item::Scalar(scalar) => scalar,
        Item::Reference(other) => schema.id_kind(other),
    };
    let mut members = Vec::new();
    for (_, field) in entity.fields() {
        let own = match &field.kind {
            Kind::Scalar(scalar) => Ref::named(scalar.name()),
            Kind::Enum(number) => enumeration(schema, *number),
            // ids are texts here, whatever they are in the entity
            Kind::Reference(_) => Ref::named("String"),
            Kind::List(Item::Scalar(scalar)) => Ref::list_of(scalar.name()),
            Kind::List(Item::Reference(_)) => Ref::list_of("String"),
            Kind::Derived { .. } => Ref::named("String"),
        };
        let child = match field.kind {
            Kind::Reference(other)
            | Kind::List(Item::Reference(other))
            | Kind::Derived { entity: other, .. } => Some(schema.entity(other).name.as_str()),
            _ => None,
        };
        for (end, how) in of_kind(&field.kind, item) {
            let ty = match how {
                How::In | How::NotIn => own.clone().needed().list(),
                How::Child => Ref::Named(format!("{}_filter", child.unwrap_or_default())),
                _ => own.clone(),
            };
            members.push(argument(&format!("{}{end}", field.name), ty, None));
        }
    }
    members.push(argument("_change_block", Ref::named("BlockChangedFilter"), None));
    for all in ["and", "or"] {
        members.push(argument(all, Ref::named(&name).list(), None));
    }
    Type { name, description: None, kind: TypeKind::Input(members) }
}

fn orders(schema: &Schema, entity: &Entity) -> Type {
    let mut values = Vec::new();
    for (_, field) in entity.fields() {
        if page::by(schema, entity, &field.name).is_none() {
            continue;
        }
        values.push(field.name.clone());
        let Kind::Reference(other) = field.kind else { continue };
        let of_other =
            schema.entity(other).fields().map(|(_, of)| format!("{}__{}", field.name, of.name));
        values.extend(of_other.filter(|name| page::by(schema, entity, name).is_some()));
    }
    let name = format!("{}_orderBy", entity.name);
    Type { name, description: None, kind: TypeKind::Enum(values) }
}

/// A scalar's name; those of GraphQL itself are among them.
fn scalar(scalar: Scalar) -> Type {
    Type { name: scalar.name().to_owned(), description: None, kind: TypeKind::Scalar }
}
