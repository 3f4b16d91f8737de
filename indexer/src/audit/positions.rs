//! Positions that are tokens: owner, range and liquidity.

use std::collections::BTreeMap;

use abis::state::{self, PositionState};
use alloy_primitives::{Address, U256};
use domain::{entity::Protocol, figures::NftPosition};
use store::{PositionId, PositionQuery};

use super::{Audit, AuditError, Kind, Report, Sample, view::View};

/// Positions per page.
const PAGE: u32 = 200;

/// A position as it is stored, by its id.
type Stored = (PositionId, NftPosition);

impl Audit {
    /// Compares positions with their managers.
    pub(super) async fn positions(
        &self,
        view: &mut View,
        report: &mut Report,
    ) -> Result<(), AuditError> {
        for dex in &self.watch.dexes {
            let (Some(manager), protocol) = (dex.position_manager, dex.protocol) else { continue };
            if let Sample::Some(count) = view.sample {
                let some = some_positions(view, manager, count).await?;
                self.compare_positions(view, report, protocol, some).await?;
                continue;
            }
            let mut after = None;
            loop {
                let page = page(view, manager, after, PAGE).await?;
                let Some((last, _)) = page.last() else { break };
                after = Some(*last);
                self.compare_positions(view, report, protocol, page).await?;
            }
        }
        Ok(())
    }

    async fn compare_positions(
        &self,
        view: &View,
        report: &mut Report,
        protocol: Protocol,
        newest: Vec<Stored>,
    ) -> Result<(), AuditError> {
        let mut stored = Vec::with_capacity(newest.len());
        for (id, position) in newest {
            let then = match view.block.number {
                now if now == view.snapshot.block().number => Some(position),
                block => view.snapshot.position_at(id, block).await?,
            };
            // of those made later there is nothing to say
            stored.extend(then.map(|position| (id, position)));
        }
        let calls = |id: &PositionId| state::position_calls(protocol, id.manager, id.token_id);
        let all: Vec<_> = stored.iter().flat_map(|(id, _)| calls(id)).collect();
        self.ask_and_compare(view, report, &all, |report, answers| {
            let mut rest = answers;
            for (id, position) in &stored {
                let (mine, others) = rest.split_at(calls(id).len().min(rest.len()));
                rest = others;
                let whole = position.pool.is_some();
                let on_chain = state::position_state(protocol, mine);
                let stored = (!position.owner.is_zero()).then(|| state_of(position));
                report.compare(
                    Kind::Positions,
                    || format!("position {} of {:#x}", id.token_id, id.manager),
                    show(stored, whole),
                    show(on_chain, whole),
                );
            }
        })
        .await
    }
}

fn state_of(position: &NftPosition) -> PositionState {
    let range = position.tick_lower.zip(position.tick_upper).unwrap_or_default();
    PositionState { owner: position.owner, range, liquidity: position.chain_liquidity }
}

/// Of one that was made unseen only the owner is known, and so it is of V4's before their first liquidity.
fn show(position: Option<PositionState>, whole: bool) -> String {
    match position {
        None => "nobody's".to_owned(),
        Some(PositionState { owner, .. }) if !whole => format!("of {owner:#x}"),
        Some(PositionState { owner, range: (lower, upper), liquidity }) => {
            format!("of {owner:#x}, ticks {lower} to {upper}, liquidity {liquidity}")
        }
    }
}

async fn page(
    view: &View,
    manager: Address,
    after: Option<PositionId>,
    limit: u32,
) -> Result<Vec<Stored>, AuditError> {
    let query = PositionQuery { manager: Some(manager), after, limit, ..PositionQuery::default() };
    Ok(view.snapshot.positions(&query).await?)
}

/// Positions from all over the manager's tokens. Ids are given out in order: a bit more is asked for until there are no
/// higher ones, then any below.
async fn some_positions(
    view: &mut View,
    manager: Address,
    count: u32,
) -> Result<Vec<Stored>, AuditError> {
    let after = |token_id: U256| Some(PositionId { manager, token_id });
    let mut bits = 0;
    while bits < 256 && !page(view, manager, after(U256::ONE << bits), 1).await?.is_empty() {
        bits += 1;
    }
    let mut found = BTreeMap::new();
    for _ in 0..count.saturating_mul(2) {
        let below = after(view.any_number(bits));
        let mut next = page(view, manager, below, 1).await?;
        if next.is_empty() {
            // no higher one is there: the first one instead
            next = page(view, manager, None, 1).await?;
        }
        if next.is_empty() {
            break;
        }
        found.extend(next);
        if found.len() >= count as usize {
            break;
        }
    }
    Ok(found.into_iter().collect())
}
