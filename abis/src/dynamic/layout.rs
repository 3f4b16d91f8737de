//! An event's declaration as a layout to decode by and fields to store.

use alloy_dyn_abi::{DynSolType, Specifier as _};
use alloy_json_abi::{Event, EventParam, Param};
use alloy_primitives::B256;
use domain::contract::{Field, Kind};

use super::{error::ContractError, names};

/// Longest type text.
const LONGEST_TYPE: usize = 256;
/// Deepest nesting of arrays and structures.
const DEEPEST: usize = 8;
/// Most words of the part of an event that has a fixed size.
const MOST_WORDS: usize = 4_096;
/// Most parameters of an event, or members of a structure.
const MOST_FIELDS: usize = 128;
/// Topics beside the event's own.
const MOST_INDEXED: usize = 3;

/// How the bytes of an event lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// First topic.
    pub(crate) topic: B256,
    /// Type of each parameter, and whether it is a topic.
    pub(super) parameters: Vec<(DynSolType, bool)>,
}

/// The layout and the fields of an event.
pub(crate) fn of(event: &Event) -> Result<(Layout, Vec<Field>), ContractError> {
    if event.anonymous {
        return Err(ContractError::Anonymous(event.signature()));
    }
    if event.inputs.iter().filter(|input| input.indexed).count() > MOST_INDEXED {
        return Err(ContractError::TooManyIndexed(event.signature()));
    }
    let names = names::fields(event.inputs.iter().map(|input| input.name.as_str()));
    let (mut parameters, mut fields, mut words) = (Vec::new(), Vec::new(), 0usize);
    for (index, (input, name)) in event.inputs.iter().zip(names).enumerate() {
        let refuse = |reason| ContractError::Type {
            event: event.name.clone(),
            parameter: if input.name.is_empty() { index.to_string() } else { input.name.clone() },
            ty: input.ty.chars().take(60).collect(),
            reason,
        };
        let ty = resolve(input).map_err(refuse)?;
        words = words.saturating_add(ty.minimum_words());
        if words > MOST_WORDS || index >= MOST_FIELDS {
            return Err(refuse("makes the event larger than what can be indexed"));
        }
        let kind = match kind(&ty, &input.components) {
            _ if input.indexed && !is_word(&ty) => Kind::Hash,
            kind => kind,
        };
        fields.push(Field { name, kind, indexed: input.indexed });
        parameters.push((ty, input.indexed));
    }
    Ok((Layout { topic: event.selector(), parameters }, fields))
}

/// Whether a value of the type is one word.
pub(super) const fn is_word(ty: &DynSolType) -> bool {
    matches!(
        ty,
        DynSolType::Address
            | DynSolType::Bool
            | DynSolType::Uint(_)
            | DynSolType::Int(_)
            | DynSolType::FixedBytes(_)
            | DynSolType::Function
    )
}

fn resolve(input: &EventParam) -> Result<DynSolType, &'static str> {
    // before it is resolved: types nest as deep as their text is long
    check(&input.ty, &input.components, 0)?;
    let ty =
        input.resolve().map_err(|_| "is no type of the ABI (was it written by a compiler?)")?;
    if ty.nesting_depth() > DEEPEST {
        return Err(TOO_DEEP);
    }
    if has_nothing(&ty) {
        return Err("holds nothing");
    }
    Ok(ty)
}

const TOO_DEEP: &str = "nests deeper than what can be indexed";

fn check(ty: &str, components: &[Param], depth: usize) -> Result<(), &'static str> {
    if ty.len() > LONGEST_TYPE || components.len() > MOST_FIELDS {
        return Err("is longer than what can be indexed");
    }
    let brackets = ty.chars().filter(|c| matches!(c, '[' | '(')).count();
    if depth + brackets > DEEPEST {
        return Err(TOO_DEEP);
    }
    components.iter().try_for_each(|inner| check(&inner.ty, &inner.components, depth + 1))
}

/// Whether some part of the type takes no bytes, so that any number of them would fit anywhere.
fn has_nothing(ty: &DynSolType) -> bool {
    match ty {
        DynSolType::Array(inner) => has_nothing(inner),
        DynSolType::FixedArray(inner, size) => *size == 0 || has_nothing(inner),
        DynSolType::Tuple(types) => types.is_empty() || types.iter().any(has_nothing),
        _ => false,
    }
}

fn kind(ty: &DynSolType, components: &[Param]) -> Kind {
    match ty {
        DynSolType::Bool => Kind::Bool,
        DynSolType::Address => Kind::Address,
        DynSolType::String => Kind::Text,
        DynSolType::FixedBytes(_) | DynSolType::Function | DynSolType::Bytes => Kind::Bytes,
        // unsigned ones of 64 bits do not fit into 64 bits with sign
        DynSolType::Uint(bits) => small(*bits, 63).map_or(Kind::Uint, Kind::Int),
        DynSolType::Int(bits) => small(*bits, 64).map_or(Kind::Signed, Kind::Int),
        DynSolType::Array(inner) | DynSolType::FixedArray(inner, _) => {
            Kind::List(Box::new(kind(inner, components)))
        }
        DynSolType::Tuple(types) => {
            let unnamed = Param::default();
            let inner = |index: usize| components.get(index).unwrap_or(&unnamed);
            let names = names::fields((0..types.len()).map(|index| inner(index).name.as_str()));
            let fields = types.iter().zip(names).enumerate().map(|(index, (ty, name))| Field {
                name,
                kind: kind(ty, &inner(index).components),
                indexed: false,
            });
            Kind::Struct(fields.collect())
        }
    }
}

fn small(bits: usize, most: usize) -> Option<u16> {
    if bits <= most { u16::try_from(bits).ok() } else { None }
}
