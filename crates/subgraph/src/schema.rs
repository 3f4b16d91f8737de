//! What a subgraph consists of: entities with their fields, as a schema file in the schema definition language tells.
//!
//! Beside `@entity(immutable: …)` and `@derivedFrom(field: …)`, which every subgraph has, a file says with
//! `@entity(source: "…")` which rows of the store an entity is made of, and with `@from(column: "…")` which column of theirs
//! a field is, where it is not the one of the same name.

use std::{collections::HashMap, sync::Arc};

pub use self::read::SchemaError;

mod names;
mod read;
#[cfg(test)]
mod tests;

/// Number of an entity in its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityIx(usize);

/// Number of a field in its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldIx(usize);

/// All entities of a subgraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    entities: Vec<Entity>,
    enums: Vec<Enum>,
    roots: HashMap<String, Root>,
}

/// A field of the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// One entity, by its id.
    One(EntityIx),
    /// A list.
    Many(EntityIx),
}

/// A kind of entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Name of the type.
    pub name: String,
    /// What it is, for people.
    pub description: Option<String>,
    /// Field of the root that gives one.
    pub singular: String,
    /// Field of the root that gives a list.
    pub plural: String,
    /// Rows of the store that it is made of.
    pub source: String,
    /// Whether it never changes.
    pub is_immutable: bool,
    fields: Vec<Field>,
    id: FieldIx,
}

/// A field of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// What it is, for people.
    pub description: Option<String>,
    /// Column of the rows that it is made of.
    pub column: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be nothing.
    pub is_nullable: bool,
    /// Whether what stands in its list may be nothing, as far as clients are told.
    pub has_gaps: bool,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One value.
    Scalar(Scalar),
    /// One of these names.
    Enum(usize),
    /// The id of another entity.
    Reference(EntityIx),
    /// A list that is stored.
    List(Item),
    /// The entities whose field points here.
    Derived {
        /// Which.
        entity: EntityIx,
        /// Their field.
        by: FieldIx,
        /// Whether there is at most one.
        is_single: bool,
    },
}

/// What stands in a stored list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Values.
    Scalar(Scalar),
    /// Ids of entities.
    Reference(EntityIx),
}

/// Kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// `ID`.
    Id,
    /// `String`.
    String,
    /// `Bytes`.
    Bytes,
    /// `Int`.
    Int,
    /// `Int8`.
    Int8,
    /// `Timestamp`.
    Timestamp,
    /// `BigInt`.
    BigInt,
    /// `BigDecimal`.
    BigDecimal,
    /// `Boolean`.
    Boolean,
}

/// An enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// Name of the type.
    pub name: String,
    /// Its values.
    pub values: Vec<Arc<str>>,
}

impl Schema {
    /// Reads a schema file.
    ///
    /// # Errors
    /// When it is no schema, or says what cannot be.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        read::schema(text)
    }

    /// All entities, in the order of the file.
    pub fn entities(&self) -> impl Iterator<Item = (EntityIx, &Entity)> {
        self.entities.iter().enumerate().map(|(place, entity)| (EntityIx(place), entity))
    }

    /// All enumerations.
    #[must_use]
    pub fn enums(&self) -> &[Enum] {
        &self.enums
    }

    /// An entity.
    ///
    /// # Panics
    /// With a number of another schema.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "numbers come from here")]
    pub fn entity(&self, number: EntityIx) -> &Entity {
        &self.entities[number.0]
    }

    /// A field of the root.
    #[must_use]
    pub fn root(&self, name: &str) -> Option<Root> {
        self.roots.get(name).copied()
    }

    /// The kind of an entity's id.
    #[must_use]
    pub fn id_kind(&self, of: EntityIx) -> Scalar {
        let entity = self.entity(of);
        match entity.field(entity.id).kind {
            Kind::Scalar(scalar) => scalar,
            _ => Scalar::Id,
        }
    }
}

impl Entity {
    /// Its fields, in the order of the file.
    pub fn fields(&self) -> impl Iterator<Item = (FieldIx, &Field)> {
        self.fields.iter().enumerate().map(|(place, field)| (FieldIx(place), field))
    }

    /// How many fields it has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.fields.len()
    }

    /// A field.
    ///
    /// # Panics
    /// With a number of another entity.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "numbers come from here")]
    pub fn field(&self, number: FieldIx) -> &Field {
        &self.fields[number.0]
    }

    /// A field by its name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<FieldIx> {
        self.fields.iter().position(|field| field.name == name).map(FieldIx)
    }

    /// The id.
    #[must_use]
    pub const fn id(&self) -> FieldIx {
        self.id
    }
}

impl EntityIx {
    /// Its place among the entities.
    #[must_use]
    pub const fn place(self) -> usize {
        self.0
    }
}

impl FieldIx {
    /// Its place among the fields.
    #[must_use]
    pub const fn place(self) -> usize {
        self.0
    }
}

impl Scalar {
    /// Name in a schema.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::String => "String",
            Self::Bytes => "Bytes",
            Self::Int => "Int",
            Self::Int8 => "Int8",
            Self::Timestamp => "Timestamp",
            Self::BigInt => "BigInt",
            Self::BigDecimal => "BigDecimal",
            Self::Boolean => "Boolean",
        }
    }

    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Id,
        Self::String,
        Self::Bytes,
        Self::Int,
        Self::Int8,
        Self::Timestamp,
        Self::BigInt,
        Self::BigDecimal,
        Self::Boolean,
    ];
}
