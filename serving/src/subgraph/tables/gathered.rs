//! What came by several ways, in one list, so that whatever else has to be learnt is learnt of all of it at once.

use std::collections::BTreeMap;

use subgraph::QueryError;

use crate::subgraph::table::Portion;

/// Keys that are asked for by one question.
const KEYS: usize = 20_000;

/// What came, each thing with the number of its way.
pub(super) struct Gathered<F, R, W> {
    portions: Vec<Portion<R, W>>,
    places: Vec<usize>,
    found: Vec<F>,
}

impl<F, R, W> Gathered<F, R, W> {
    /// Of so many ways.
    pub(super) fn new(ways: usize) -> Self {
        let portions = std::iter::repeat_with(Portion::default).take(ways).collect();
        Self { portions, places: Vec::new(), found: Vec::new() }
    }

    /// Adds what came by a way, and what is left of it.
    pub(super) fn add(
        &mut self,
        way: usize,
        found: impl IntoIterator<Item = F>,
        rest: impl IntoIterator<Item = W>,
    ) {
        let before = self.found.len();
        self.found.extend(found);
        self.places.resize(self.found.len(), way);
        if let Some(portion) = self.portions.get_mut(way) {
            portion.looked += self.found.len() - before;
            portion.rest.extend(rest);
        }
    }

    /// All that came.
    pub(super) fn found(&self) -> &[F] {
        &self.found
    }

    /// What came, by a function of all of it: it gives a row, or none, for each thing.
    pub(super) async fn rows<Made>(
        self,
        make: impl FnOnce(Vec<F>) -> Made + Send,
    ) -> Result<Vec<Portion<R, W>>, QueryError>
    where
        F: Send,
        R: Send,
        W: Send,
        Made: Future<Output = Result<Vec<Option<R>>, QueryError>> + Send,
    {
        let Self { mut portions, places, found } = self;
        if found.is_empty() {
            return Ok(portions);
        }
        let rows = make(found).await?;
        for (way, row) in places.into_iter().zip(rows) {
            if let Some(portion) = portions.get_mut(way) {
                portion.rows.extend(row);
            }
        }
        Ok(portions)
    }
}

/// The keys that ways name, each once, in parts that are asked for at once.
pub(super) fn parts<'a, K: Ord + Clone + 'a>(keys: impl IntoIterator<Item = &'a K>) -> Vec<Vec<K>> {
    let mut keys: Vec<K> = keys.into_iter().cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    keys.chunks(KEYS).map(<[K]>::to_vec).collect()
}

/// Those of a way's keys that were found, with what was found.
pub(super) fn those<K: Ord + Clone, F: Clone>(keys: &[K], found: &BTreeMap<K, F>) -> Vec<(K, F)> {
    keys.iter().filter_map(|key| Some((key.clone(), found.get(key)?.clone()))).collect()
}
