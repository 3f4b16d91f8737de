//! The members of a struct, one after the other, as serde tells them.

use serde::{
    Serialize, Serializer,
    ser::{Error as _, Impossible, SerializeMap, SerializeStruct},
};
use serde_json::Error;

/// Takes members.
pub trait Members {
    /// The next one.
    fn take<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error>;

    /// The next one is not there.
    fn skip(&mut self, name: &str);

    /// Whether it looks at names.
    const NAMED: bool;

    /// Whether it takes more of them.
    fn takes_more(&self) -> bool {
        true
    }

    /// All members of a struct.
    fn all(&mut self, of: &impl Serialize) -> Result<(), Error>
    where
        Self: Sized,
    {
        of.serialize(Each(self))
    }
}

/// What is told of a row itself, by the names of its fields. Whatever of it the schema calls a text, a number or a truth value is
/// written by serde; all else, and what is not told here, the library resolves.
pub trait Leaves: Send + Sync + 'static {
    /// Tells all members, always in one order.
    ///
    /// # Errors
    /// When one cannot be written.
    fn members(&self, members: &mut impl Members) -> Result<(), Error>;
}

struct Each<'a, M>(&'a mut M);

fn no_struct<T>() -> Result<T, Error> {
    Err(Error::custom("a row is a struct"))
}

macro_rules! refused {
    ($($method:ident($($argument:ty),*) -> $told:ty;)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$told, Error> { no_struct() })*
    };
}

impl<'a, M: Members> Serializer for Each<'a, M> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        Ok(self)
    }

    // what has a flattened part
    fn serialize_map(self, _: Option<usize>) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Error> {
        no_struct()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        no_struct()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        no_struct()
    }

    refused! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

impl<M: Members> SerializeStruct for Each<'_, M> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.0.take(name, value)
    }

    fn skip_field(&mut self, name: &'static str) -> Result<(), Error> {
        self.0.skip(name);
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

impl<M: Members> SerializeMap for Each<'_, M> {
    type Ok = ();
    type Error = Error;

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        name: &K,
        value: &V,
    ) -> Result<(), Error> {
        if !M::NAMED {
            return self.0.take("", value);
        }
        match serde_json::to_value(name)? {
            serde_json::Value::String(name) => self.0.take(&name, value),
            _ => no_struct(),
        }
    }

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Error> {
        no_struct()
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Error> {
        no_struct()
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}
