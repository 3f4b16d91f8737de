//! Paths that an amount may be split over.

use std::collections::BTreeSet;

use alloy_primitives::U256;

use super::{
    Question, RouteError, SHARES,
    graph::{Edge, Graph},
    leg::Refusal,
    path::{Search, pools},
};

/// Best paths for the whole amount, and for a share of it, that are tried in splits.
const FOR_WHOLE: usize = 8;
const FOR_SHARE: usize = 16;

/// What was found.
#[derive(Debug)]
pub(super) struct Candidates {
    /// Different paths; the best for the whole amount first.
    pub(super) paths: Vec<Vec<Edge>>,
    pub(super) computed: u32,
    pub(super) exhausted: bool,
}

/// Looks for paths; without splits only for the best.
pub(super) fn collect(graph: &Graph<'_>, question: &Question) -> Result<Candidates, RouteError> {
    let amount = question.amount.value();
    let splits = question.splits > 1;
    let mut all = Candidates { paths: Vec::new(), computed: 0, exhausted: true };
    let mut seen = BTreeSet::new();
    let mut refusal: Option<(usize, Refusal)> = None;
    let share = (amount / U256::from(SHARES)).max(U256::ONE);
    let whole = (amount, if splits { FOR_WHOLE } else { 1 });
    for (amount, wanted) in
        [Some(whole), splits.then_some((share, FOR_SHARE))].into_iter().flatten()
    {
        let effort = question.effort.saturating_sub(all.computed);
        // the best path comes before any choice of others
        let mut search = Search::new(graph, question, wanted, effort);
        search.run(amount, question.hops);
        all.computed += search.computed;
        all.exhausted &= search.exhausted;
        for path in search.found {
            if seen.insert(pools(&path.edges)) {
                all.paths.push(path.edges);
            }
        }
        refusal = refusal.or(search.refusal);
    }
    if all.paths.is_empty() {
        let refusal = refusal.map_or(Refusal::TooMuch, |(_, refusal)| refusal);
        return Err(RouteError::Refused(refusal));
    }
    Ok(all)
}
