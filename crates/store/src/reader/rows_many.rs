//! Rows of many lists and of many transactions at once.

use std::collections::BTreeSet;

use alloy_primitives::B256;
use bson::RawDocumentBuf;
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use super::{RowQuery, Snapshot, lists::BATCH};
use crate::{
    error::StoreError,
    rows::{COLLECTION, Kept, RawChunk, RowPage, Selection, Way, chunks_for, of_transactions},
};

/// Transactions that are asked for by one command.
const TRANSACTIONS: usize = 10_000;
/// How many times more chunks are read where those that were read hold no whole page.
const MORE: u32 = 8;

impl Snapshot {
    /// A page of each list, newest first: lists of pools together by one command, those of accounts by another one, whatever
    /// their number. A page has about as many rows as its query says: what was read anyway is given, too.
    pub async fn rows_many<R: Kept + Clone + Sync>(
        &self,
        queries: &[RowQuery],
    ) -> Result<Vec<RowPage<R>>, StoreError> {
        if let [query] = queries {
            return Ok(vec![self.page_of(query).await?]);
        }
        let mut pages: Vec<RowPage<R>> = queries.iter().map(|_| RowPage::default()).collect();
        let selections: Vec<Selection> = queries.iter().map(Selection::from).collect();
        for way in [Way::Pool, Way::Account] {
            let places = selections.iter().enumerate();
            let places = places.filter(|(_, selection)| Way::of(selection) == Some(way));
            let places: Vec<usize> = places.map(|(place, _)| place).collect();
            self.pages(way, &selections, places, &mut pages).await?;
        }
        for ((query, selection), page) in queries.iter().zip(&selections).zip(&mut pages) {
            if Way::of(selection).is_none() {
                *page = self.page_of(query).await?;
            }
        }
        Ok(pages)
    }

    /// The rows of these transactions below a place: one command, in no order that means anything.
    pub async fn rows_of_transactions<R: Kept>(
        &self,
        hashes: &BTreeSet<B256>,
        before: Option<domain::row::Position>,
    ) -> Result<Vec<R>, StoreError> {
        let mut rows = Vec::new();
        let mut left = hashes.iter();
        loop {
            let some: BTreeSet<B256> = left.by_ref().take(TRANSACTIONS).copied().collect();
            if some.is_empty() {
                break;
            }
            let filter = of_transactions::<R>(self.key(), &some, before);
            let (database, mut session) = self.parts().await;
            let mut cursor = database
                .collection::<RawDocumentBuf>(COLLECTION)
                .find(filter)
                .hint(Hint::Name("transaction".to_owned()))
                .batch_size(BATCH)
                .session(&mut *session)
                .await?;
            let mut chunks = cursor.stream(&mut session);
            while let Some(raw) = chunks.try_next().await? {
                RawChunk::new(&raw)?
                    .rows::<R>(|row| some.contains(&row.first.tx_hash), &mut rows)?;
            }
        }
        if let Some(before) = before {
            rows.retain(|row| row.meta().position < before);
        }
        Ok(rows)
    }

    /// A page of one list, read until it is full.
    async fn page_of<R: Kept>(&self, query: &RowQuery) -> Result<RowPage<R>, StoreError> {
        let rows: Vec<R> = self.rows(&query.into()).await?;
        let last = rows.last().filter(|_| rows.len() >= query.limit as usize);
        let rest = last.map(|row| row.meta().position);
        Ok(RowPage { rest, rows })
    }

    /// Pages of the lists with these numbers, which are found in one way.
    async fn pages<R: Kept>(
        &self,
        way: Way,
        selections: &[Selection],
        mut places: Vec<usize>,
        pages: &mut [RowPage<R>],
    ) -> Result<(), StoreError> {
        let rows = selections.iter().filter_map(|selection| selection.limit).max().unwrap_or(0);
        let mut asked = chunks_for(rows);
        while !places.is_empty() {
            let of = |place: &usize| selections.get(*place);
            let parts = places
                .iter()
                .filter_map(of)
                .map(|one| one.part::<R>(self.key()))
                .collect::<Vec<_>>();
            let found = self.lists(&way.lists(asked), &parts).await?;
            let mut without = Vec::new();
            for (place, chunks) in places.into_iter().zip(found) {
                let Some((selection, page)) = selections.get(place).zip(pages.get_mut(place))
                else {
                    continue;
                };
                match selection.page::<R>(way, &chunks, asked)? {
                    Some(found) => *page = found,
                    None => without.push(place),
                }
            }
            places = without;
            asked = asked.saturating_mul(MORE);
        }
        Ok(())
    }
}
