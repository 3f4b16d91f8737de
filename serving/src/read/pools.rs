//! Pages of pools.

use alloy_primitives::Address;
use api_kit::{
    cursor::List,
    page::{Rows, Slice},
    problem::Problem,
};
use domain::{
    entity::{Pool, Protocol},
    ids::PoolId,
};
use store::{PoolCursor, PoolOrder, PoolQuery, Snapshot};

/// Which pools, in which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) protocol: Option<Protocol>,
    pub(crate) token: Option<Address>,
    pub(crate) order: PoolOrder,
}

pub(crate) async fn page(
    snapshot: &Snapshot,
    filter: Filter,
    slice: Slice<'_>,
) -> Result<Rows<Pool>, Problem> {
    let Filter { protocol, token, order } = filter;
    let list = List::new(name(order), snapshot.chain(), format!("{protocol:?} {token:?}"));
    let after = list.after(slice.after, |bytes| read(order, bytes))?;
    let query = PoolQuery { protocol, token, order, after, limit: slice.size.limit() };
    let found = snapshot.pools(&query).await?;
    Ok(Rows::new(found, slice.size, &list, |pool| bytes(PoolCursor::of(pool, order))))
}

const fn name(order: PoolOrder) -> &'static str {
    match order {
        PoolOrder::Created => "pools by creation",
        PoolOrder::Swaps => "pools by swaps",
    }
}

fn bytes(cursor: PoolCursor) -> Vec<u8> {
    match cursor {
        PoolCursor::Created { block, log_index } => {
            [&block.to_be_bytes()[..], &log_index.to_be_bytes()].concat()
        }
        PoolCursor::Swaps { count, id } => [&count.to_be_bytes()[..], id.as_slice()].concat(),
    }
}

fn read(order: PoolOrder, bytes: &[u8]) -> Option<PoolCursor> {
    let (first, rest) = bytes.split_first_chunk()?;
    let first = u64::from_be_bytes(*first);
    Some(match order {
        PoolOrder::Created => PoolCursor::Created {
            block: first,
            log_index: u32::from_be_bytes(rest.try_into().ok()?),
        },
        PoolOrder::Swaps => PoolCursor::Swaps { count: first, id: PoolId::from_slice(rest)? },
    })
}
