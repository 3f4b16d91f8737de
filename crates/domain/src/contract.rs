//! Events of contracts that are known by an ABI file only: what a table of them holds, and the values in it.
//!
//! One table per event of a configured contract. How the bytes of a log become values is not known here.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, I256, U256};

/// Where the events of one signature of one configured contract are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Configured name of the contract.
    pub contract: String,
    /// Name of the event; with the first digits of its topic where the ABI has several of that name.
    pub event: String,
    /// Types of the event in the ABI's notation.
    pub signature: String,
    /// Name of the collection, different for each table.
    pub collection: String,
    /// Parameters in their order.
    pub fields: Vec<Field>,
    /// Whether several contracts share the table, so that the address narrows a search.
    pub many: bool,
}

impl Table {
    /// The parameter of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What documents of the table look like, as text: equal for two tables that can share a collection.
    #[must_use]
    pub fn shape(&self) -> String {
        let mut text = format!("{} {}", self.contract, self.signature);
        for field in &self.fields {
            let mark = if field.indexed { " indexed" } else { "" };
            text.push_str(&format!("; {}{mark} {:?}", field.name, field.kind));
        }
        text
    }
}

/// A parameter of an event, or a member of a structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name, safe to be a key of a document; unique among its siblings.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether the log carries it as a topic, so that it can be searched for.
    pub indexed: bool,
}

/// What values of a parameter are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// An account.
    Address,
    /// True or false.
    Bool,
    /// A whole number that fits into 64 bits with sign; this many bits by its type.
    Int(u16),
    /// A larger unsigned number.
    Uint,
    /// A larger signed number.
    Signed,
    /// Bytes, of fixed or free length.
    Bytes,
    /// Text.
    Text,
    /// The keccak hash of a value that is too long for a topic.
    Hash,
    /// Values of one kind.
    List(Box<Self>),
    /// Values by name.
    Struct(Vec<Field>),
}

/// A value of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// [`Kind::Address`].
    Address(Address),
    /// [`Kind::Bool`].
    Bool(bool),
    /// [`Kind::Int`].
    Int(i64),
    /// [`Kind::Uint`].
    Uint(U256),
    /// [`Kind::Signed`].
    Signed(I256),
    /// [`Kind::Bytes`] and [`Kind::Hash`].
    Bytes(Bytes),
    /// [`Kind::Text`].
    Text(String),
    /// [`Kind::List`].
    List(Vec<Self>),
    /// [`Kind::Struct`], in the order of its fields.
    Struct(Vec<Self>),
}

/// What a log holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Values, in the order of the table's fields.
    Decoded {
        /// The values.
        values: Vec<Value>,
        /// Whether a text is not byte for byte that of the log: cut, or with characters replaced.
        lossy: bool,
    },
    /// A log that is not what the ABI says, as it came.
    Raw {
        /// All topics.
        topics: Vec<B256>,
        /// The data.
        data: Bytes,
        /// Whether the data was cut because no document could hold it.
        lossy: bool,
    },
}

impl Value {
    /// About how many bytes the value takes where it is stored.
    fn bytes(&self) -> usize {
        let inner = match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
            Self::List(values) | Self::Struct(values) => values.iter().map(Self::bytes).sum(),
            _ => 32,
        };
        inner.saturating_add(8)
    }
}

impl Body {
    /// About how many bytes the body takes where it is stored.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Decoded { values, .. } => values.iter().map(Value::bytes).sum(),
            Self::Raw { topics, data, .. } => data.len().saturating_add(32 * topics.len()),
        }
    }
}

/// An event of a contract that is known by its ABI only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractLog {
    /// Where it belongs.
    pub table: Arc<Table>,
    /// What it says.
    pub body: Body,
}
