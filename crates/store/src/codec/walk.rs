//! Reading documents in one walk over their bytes, for those that are read by the thousand: nothing is copied, named or boxed on
//! the way that the result does not hold.

use bson::{RawBsonRef, RawDocument, spec::BinarySubtype};

#[cfg(test)]
mod tests;

/// What a field of a document may be read into.
pub(crate) trait Field<'a>: Sized {
    /// From the stored value; or why not.
    fn read(value: RawBsonRef<'a>) -> Result<Self, String>;

    /// What stands for a field that is not there, if anything does.
    fn absent() -> Option<Self> {
        None
    }
}

/// Why a value is not what a field holds.
pub(crate) fn is_no(value: RawBsonRef<'_>, what: &str) -> String {
    format!("{:?} is no {what}", value.element_type())
}

/// Implements [`Field`] for a type that is stored as bytes.
pub(crate) fn bytes<'a, T>(
    value: RawBsonRef<'a>,
    what: &str,
    read: impl FnOnce(&'a [u8]) -> Option<T>,
) -> Result<T, String> {
    match value {
        RawBsonRef::Binary(binary) if binary.subtype == BinarySubtype::Generic => {
            let length = binary.bytes.len();
            read(binary.bytes).ok_or_else(|| format!("a binary of {length} bytes is no {what}"))
        }
        other => Err(is_no(other, what)),
    }
}

/// A whole number of either width.
pub(crate) fn whole<T: TryFrom<i64>>(value: RawBsonRef<'_>, what: &str) -> Result<T, String> {
    let number = match value {
        RawBsonRef::Int64(number) => number,
        RawBsonRef::Int32(number) => number.into(),
        other => return Err(is_no(other, what)),
    };
    T::try_from(number).map_err(|_| format!("{number} is no {what}"))
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {
        $(impl Field<'_> for $type {
            fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
                whole(value, stringify!($type))
            }
        })*
    };
}

whole_numbers!(u8, i32, i64);

impl Field<'_> for String {
    fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
        match value {
            RawBsonRef::String(text) => Ok(text.to_owned()),
            other => Err(is_no(other, "text")),
        }
    }
}

impl<'a> Field<'a> for &'a RawDocument {
    fn read(value: RawBsonRef<'a>) -> Result<Self, String> {
        match value {
            RawBsonRef::Document(document) => Ok(document),
            other => Err(is_no(other, "document")),
        }
    }
}

impl<'a, T: Field<'a>> Field<'a> for Option<T> {
    fn read(value: RawBsonRef<'a>) -> Result<Self, String> {
        match value {
            RawBsonRef::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<'a, T: Field<'a>> Field<'a> for [T; 2] {
    fn read(value: RawBsonRef<'a>) -> Result<Self, String> {
        let RawBsonRef::Array(array) = value else { return Err(is_no(value, "pair")) };
        let mut items = array.into_iter();
        let mut next = || items.next()?.ok();
        match (next(), next(), next()) {
            (Some(first), Some(second), None) => Ok([T::read(first)?, T::read(second)?]),
            _ => Err("a list that is not of two is no pair".to_owned()),
        }
    }
}

/// A struct whose fields are those of a document, by their names; fields that it does not have are passed over.
macro_rules! walked {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$on:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$attribute])*
        $visibility struct $name {
            $($(#[$on])* $field: $type,)*
        }

        impl<'a> $crate::codec::walk::Field<'a> for $name {
            fn read(value: bson::RawBsonRef<'a>) -> Result<Self, String> {
                use $crate::codec::walk::Field;
                let document = <&bson::RawDocument>::read(value)?;
                $(let mut $field: Option<$type> = None;)*
                for element in document {
                    let (name, value) = element.map_err(|error| error.to_string())?;
                    match name.as_str() {
                        $(stringify!($field) => {
                            let read = <$type as Field>::read(value);
                            $field = Some(read.map_err(|why| format!("`{}`: {why}", stringify!($field)))?);
                        })*
                        _ => {}
                    }
                }
                Ok(Self {
                    $($field: match $field.or_else(<$type as Field>::absent) {
                        Some(value) => value,
                        None => return Err(format!("`{}` is missing", stringify!($field))),
                    },)*
                })
            }
        }
    };
}

pub(crate) use walked;
