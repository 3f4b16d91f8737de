//! What is to be done, by what is stored and what is configured.

use store::Generation;

use super::{OnChange, Term, sources::Sources};
use crate::{config::IndexerConfig, error::IndexerError};

/// What is to be done.
#[derive(Debug)]
pub(super) enum Plan {
    /// What is stored is what is configured.
    Keep,
    /// It is not: a generation is to be built, while that of the old configuration is followed.
    Rebuild { old: Box<IndexerConfig>, generation: Generation },
}

impl Term<'_> {
    /// Looks at both and takes the first step, if there is one. It may be interrupted, and be called again.
    pub(super) async fn plan(&self) -> Result<Plan, IndexerError> {
        let chain = &self.indexer.config.name;
        let new = Sources::of(&self.indexer.config);
        let standing = self.generations.standing().await?;
        let Some(stored) = &standing.sources else {
            // data of a version that did not note it, or nothing yet
            self.generations.adopt(&new.text()?).await?;
            return Ok(Plan::Keep);
        };
        let old = Sources::read(stored)?;
        let differences = old.differences(&new)?;
        let nothing_stored = self.writer().watermark().await?.is_none();
        if differences.is_empty() || nothing_stored {
            if standing.building.is_some() {
                tracing::info!(
                    chain,
                    "the configuration is that of the stored data again, the rebuild is given up"
                );
                self.generations.abandon().await?;
                self.retired.notify_one();
            }
            let text = if nothing_stored { new } else { old.renamed(new) }.text()?;
            if text != *stored {
                self.generations.adopt(&text).await?;
            }
            return Ok(Plan::Keep);
        }
        let old = Box::new(old.onto(&self.indexer.config)?);
        let differences = differences.join(", ");
        let mut again = None;
        if let Some((generation, made_of)) = standing.building {
            if Sources::read(&made_of)?.differences(&new)?.is_empty() {
                tracing::info!(chain, %generation, differences, "the configuration changed: the rebuild goes on");
                return Ok(Plan::Rebuild { old, generation });
            }
            again = Some(generation);
        }
        if self.indexer.on_change == OnChange::Refuse {
            return Err(IndexerError::SourcesChanged { chain: chain.clone(), differences });
        }
        if let Some(generation) = again {
            tracing::info!(chain, %generation, "the configuration changed again, the rebuild begins anew");
        }
        // what cannot be stored beside what is there shows before anything is begun
        let tables: Vec<_> = self.indexer.config.contracts.tables().cloned().collect();
        self.writer().declare(&tables).await?;
        let generation = self.generations.begin(&new.text()?).await?;
        self.retired.notify_one();
        tracing::info!(
            chain, %generation, differences,
            "the configuration changed: everything is indexed anew beside what is stored, which is served until then"
        );
        Ok(Plan::Rebuild { old, generation })
    }
}
