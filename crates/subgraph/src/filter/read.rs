//! Reading `where`.

use async_graphql_value::{ConstValue, Name, indexmap::IndexMap};

use super::{
    Pattern, Place, Predicate, Test,
    names::{How, find},
};
use crate::{
    error::{QueryError, invalid, undecodable},
    scalar,
    schema::{EntityIx, Item, Kind, Scalar, Schema},
    shown::Shown,
    value::Value,
};

type Members = IndexMap<Name, ConstValue>;

/// Conditions within conditions at most.
const DEPTH: usize = 32;

/// Reads a condition of an entity. Nothing, and nothing in it, is true of everything.
pub(crate) fn read(
    schema: &Schema,
    of: EntityIx,
    value: &ConstValue,
) -> Result<Predicate, QueryError> {
    let reading = Reading { schema, is_child: false, whole: value };
    reading.object(of, value, 0)
}

#[derive(Clone, Copy)]
struct Reading<'a> {
    schema: &'a Schema,
    /// Whether these are conditions of what a field speaks of.
    is_child: bool,
    /// All of `where`, which refusals show.
    whole: &'a ConstValue,
}

impl Reading<'_> {
    fn refused(&self) -> QueryError {
        invalid("where", &Shown(self.whole))
    }

    /// The same because of one name, which clients look for.
    fn unknown(&self, name: &str) -> QueryError {
        let mut refused = self.refused();
        if !refused.message.contains(name) {
            refused.message.push_str(&format!(" ({name})"));
        }
        refused
    }

    fn object(
        &self,
        of: EntityIx,
        value: &ConstValue,
        depth: usize,
    ) -> Result<Predicate, QueryError> {
        let members = match value {
            ConstValue::Null => return Ok(Predicate::everything()),
            ConstValue::Object(members) if depth < DEPTH => members,
            _ => return Err(self.refused()),
        };
        self.no_mixture(members)?;
        let parts = members.iter().map(|(name, value)| self.member(of, name, value, depth));
        Ok(Predicate::All(parts.collect::<Result<_, _>>()?))
    }

    fn member(
        &self,
        of: EntityIx,
        name: &Name,
        value: &ConstValue,
        depth: usize,
    ) -> Result<Predicate, QueryError> {
        match name.as_str() {
            "and" => self.all_of(of, value, depth).map(Predicate::All),
            "or" => self.all_of(of, value, depth).map(Predicate::Any),
            "_change_block" => self.changed_since(value),
            name => self.condition(of, name, value, depth),
        }
    }

    fn all_of(
        &self,
        of: EntityIx,
        value: &ConstValue,
        depth: usize,
    ) -> Result<Vec<Predicate>, QueryError> {
        let ConstValue::List(items) = value else { return Err(self.refused()) };
        items.iter().map(|item| self.object(of, item, depth + 1)).collect()
    }

    fn changed_since(&self, value: &ConstValue) -> Result<Predicate, QueryError> {
        let ConstValue::Object(members) = value else { return Err(self.refused()) };
        match members.get("number_gte") {
            Some(ConstValue::Number(number)) if members.len() == 1 => scalar::whole(number)
                .map(Predicate::ChangedSince)
                .ok_or_else(|| undecodable("Int", number)),
            _ => Err(self.refused()),
        }
    }

    fn condition(
        &self,
        of: EntityIx,
        name: &str,
        value: &ConstValue,
        depth: usize,
    ) -> Result<Predicate, QueryError> {
        let entity = self.schema.entity(of);
        let Some((number, how)) = find(entity, name, |item| self.item(item)) else {
            return Err(self.unknown(name));
        };
        let field = entity.field(number);
        let child = match field.kind {
            Kind::Reference(other) | Kind::List(Item::Reference(other)) => other,
            Kind::Derived { entity, .. } => entity,
            _ => of,
        };
        if how == How::Child {
            if self.is_child {
                return Err(QueryError::new(format!(
                    "Child filter nesting not supported by value `{name}`: `{}`",
                    Shown(value)
                )));
            }
            let reading = Self { is_child: true, ..*self };
            let of = reading.object(child, value, depth + 1)?;
            // a condition of what it refers to that only speaks of its id is one of its own
            let id = self.schema.entity(child).id();
            return Ok(match field.kind {
                Kind::Reference(_) if of.speaks_only_of(id) => of.about(number),
                _ => Predicate::Child { field: number, entity: child, of: Box::new(of) },
            });
        }
        let test = match &field.kind {
            Kind::List(item) => self.of_list(name, how, self.item(*item), value)?,
            Kind::Enum(_) => self.of_value(name, how, None, value)?,
            Kind::Reference(other) => {
                self.of_value(name, how, Some(self.schema.id_kind(*other)), value)?
            }
            Kind::Scalar(scalar) => self.of_value(name, how, Some(*scalar), value)?,
            Kind::Derived { .. } => return Err(self.refused()),
        };
        Ok(Predicate::Field(number, test))
    }

    /// The kind of what stands in a list.
    fn item(&self, item: Item) -> Scalar {
        match item {
            Item::Scalar(scalar) => scalar,
            Item::Reference(entity) => self.schema.id_kind(entity),
        }
    }

    fn of_value(
        &self,
        name: &str,
        how: How,
        scalar: Option<Scalar>,
        value: &ConstValue,
    ) -> Result<Test, QueryError> {
        let one = || read_one(scalar, value);
        let known = || match one()? {
            Value::Null => Err(self.refused()),
            value => Ok(value),
        };
        let many = || self.many(name, scalar, value);
        Ok(match how {
            How::Equal => Test::Equal(one()?),
            How::Not => Test::Not(one()?),
            How::Greater => Test::Greater(known()?),
            How::Less => Test::Less(known()?),
            How::AtLeast => Test::AtLeast(known()?),
            How::AtMost => Test::AtMost(known()?),
            How::In => Test::In(many()?.into()),
            How::NotIn => Test::NotIn(many()?.into()),
            How::Contains { negated, nocase } => {
                part(known()?, Place::Within, negated, nocase).ok_or_else(|| self.refused())?
            }
            How::StartsWith { negated, nocase } => {
                part(known()?, Place::Beginning, negated, nocase).ok_or_else(|| self.refused())?
            }
            How::EndsWith { negated, nocase } => {
                part(known()?, Place::End, negated, nocase).ok_or_else(|| self.refused())?
            }
            How::Child => return Err(self.refused()),
        })
    }

    fn of_list(
        &self,
        name: &str,
        how: How,
        scalar: Scalar,
        value: &ConstValue,
    ) -> Result<Test, QueryError> {
        if *value == ConstValue::Null {
            return match how {
                How::Equal => Ok(Test::Equal(Value::Null)),
                How::Not => Ok(Test::Not(Value::Null)),
                _ => Err(self.refused()),
            };
        }
        let items = self.many(name, Some(scalar), value)?;
        match how {
            How::Equal => Ok(Test::Equal(Value::List(items))),
            How::Not => Ok(Test::Not(Value::List(items))),
            How::Contains { negated: false, nocase: false } => Ok(Test::HasAll(items)),
            How::Contains { negated: true, nocase: false } => Ok(Test::HasNone(items)),
            How::Contains { negated: false, nocase: true } => Ok(Test::HasAllNoCase(small(items))),
            How::Contains { negated: true, nocase: true } => Ok(Test::HasNoneNoCase(small(items))),
            _ => Err(self.refused()),
        }
    }

    fn many(
        &self,
        name: &str,
        kind: Option<Scalar>,
        value: &ConstValue,
    ) -> Result<Vec<Value>, QueryError> {
        let ConstValue::List(items) = value else { return Err(self.unknown(name)) };
        items.iter().map(|item| read_one(kind, item)).collect()
    }

    /// Of `or` and conditions of fields in one object it cannot be said how they belong together.
    fn no_mixture(&self, members: &Members) -> Result<(), QueryError> {
        if !members.contains_key("or") {
            return Ok(());
        }
        let is_field = |name: &&Name| !["or", "and", "_change_block"].contains(&name.as_str());
        let fields: Vec<_> =
            members.keys().filter(is_field).map(|name| format!("'{name}'")).collect();
        if fields.is_empty() {
            return Ok(());
        }
        let fields = fields.join(", ");
        Err(QueryError::new(format!(
            "Cannot mix column filters with 'or' operator at the same level. Found column filter(s) {fields} alongside \
             'or' operator.\n\nConsider putting the column filters into each part of 'or':\nInstead of:\nwhere: {{ {fields}: \
             ..., or: [{{ ... }}, {{ ... }}] }}\n\nwrite:\nwhere: {{ or: [{{ {fields}: ..., ... }}, {{ {fields}: ..., ... }}] }}"
        )))
    }
}

/// A value of this kind; names of an enum have none.
fn read_one(kind: Option<Scalar>, value: &ConstValue) -> Result<Value, QueryError> {
    match (kind, value) {
        (Some(kind), value) => scalar::read(kind, value),
        (None, ConstValue::Enum(name)) => Ok(Value::text(name.as_str())),
        (None, ConstValue::String(name)) => Ok(Value::text(name)),
        (None, ConstValue::Null) => Ok(Value::Null),
        (None, other) => Err(undecodable("Enum", &Shown(other))),
    }
}

/// Texts in small letters.
fn small(items: Vec<Value>) -> Vec<Value> {
    let small = |item| match item {
        Value::Text(text) => Value::text(&text.to_lowercase()),
        other => other,
    };
    items.into_iter().map(small).collect()
}

fn part(value: Value, place: Place, negated: bool, nocase: bool) -> Option<Test> {
    match value {
        Value::Text(text) => {
            let pattern = match place {
                Place::Within => Pattern::within(&text, nocase),
                Place::Beginning => Pattern::beginning(&text, nocase),
                Place::End => Pattern::end(&text, nocase),
            };
            Some(if negated { Test::NotLike(pattern) } else { Test::Like(pattern) })
        }
        part @ Value::Bytes(_) => Some(Test::Bytes { place, part, negated }),
        _ => None,
    }
}
