//! What the server says of its own state.

use std::fmt::Write as _;

use super::{Subgraph, end, member};
use crate::{
    entities::{BlockInfo, Entities},
    moment::At,
    plan::{BlockField, Meta, MetaField},
    value::quoted,
};

impl<E: Entities> Subgraph<'_, E> {
    pub(super) fn meta(&self, at: &At, meta: &Meta, moment: &E::Moment) -> String {
        let block = self.entities.block(moment);
        let mut out = String::new();
        for (key, field) in &meta.fields {
            member(&mut out, key);
            match field {
                MetaField::TypeName => out.push_str("\"_Meta_\""),
                MetaField::HasErrors => out.push_str("false"),
                MetaField::Deployment => {
                    let _ = quoted(self.deployment, &mut out);
                }
                MetaField::Block(fields) => out.push_str(&of_block(at, &block, fields)),
            }
        }
        end(&mut out);
        out
    }
}

fn of_block(at: &At, block: &BlockInfo, fields: &[(String, BlockField)]) -> String {
    // of a block that was named by its height the reference knows no more than that
    let is_known = !matches!(at, At::Number(_));
    let mut out = String::new();
    for (key, field) in fields {
        member(&mut out, key);
        let _ = match field {
            BlockField::TypeName => write!(out, "\"_Block_\""),
            BlockField::Number => write!(out, "{}", block.number),
            _ if !is_known => write!(out, "null"),
            BlockField::Hash => write!(out, "\"{}\"", block.hash),
            BlockField::ParentHash => write!(out, "\"{}\"", block.parent),
            BlockField::Timestamp => write!(out, "{}", block.timestamp),
        };
    }
    end(&mut out);
    out
}
