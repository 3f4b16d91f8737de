//! Paths that an amount may be split over.

use std::collections::BTreeSet;

use alloy_primitives::U256;

use super::{
    Question, RouteError, SHARES,
    graph::{Edge, Graph},
    leg::Refusal,
    path::{Search, pools},
    work::Work,
};

/// Best paths for the whole amount, and for a share of it, that are tried in splits.
const FOR_WHOLE: usize = 8;
const FOR_SHARE: usize = 16;

/// What was found.
#[derive(Debug)]
pub(super) struct Candidates {
    /// Different paths; the best for the whole amount first.
    pub(super) paths: Vec<Vec<Edge>>,
    pub(super) work: Work,
}

/// Looks for paths; without splits only for the best.
pub(super) fn collect(graph: &Graph<'_>, question: &Question) -> Result<Candidates, RouteError> {
    let found = within(graph, question, Work::new(question.effort));
    let found = match found {
        // perhaps there are long swaps alone: one of them is better than nothing
        Err((_, work)) if work.is_cut() => within(graph, question, work.deep(question.effort)),
        found => found,
    };
    found.map_err(|(refusal, _)| RouteError::Refused(refusal))
}

fn within(
    graph: &Graph<'_>,
    question: &Question,
    work: Work,
) -> Result<Candidates, (Refusal, Work)> {
    let amount = question.amount.value();
    let splits = question.splits > 1;
    let mut all = Candidates { paths: Vec::new(), work };
    let mut seen = BTreeSet::new();
    let mut refusal: Option<(usize, Refusal)> = None;
    let share = (amount / U256::from(SHARES)).max(U256::ONE);
    let whole = (amount, if splits { FOR_WHOLE } else { 1 });
    for (amount, wanted) in
        [Some(whole), splits.then_some((share, FOR_SHARE))].into_iter().flatten()
    {
        // the best path comes before any choice of others
        let mut search = Search::new(graph, question, wanted, all.work);
        search.run(amount, question.hops);
        all.work = search.work;
        for path in search.found {
            if seen.insert(pools(&path.edges)) {
                all.paths.push(path.edges);
            }
        }
        refusal = refusal.or(search.refusal);
    }
    if all.paths.is_empty() {
        let other = if all.work.is_cut() { Refusal::Effort } else { Refusal::TooMuch };
        return Err((refusal.map_or(other, |(_, refusal)| refusal), all.work));
    }
    Ok(all)
}
