//! `[[subgraph]]`: DEXes that answer as subgraphs.

use std::path::Path;

use serving::subgraph::SubgraphSettings;

use crate::error::Error;

/// Reads the schema files that are named, relative to `folder`.
pub(super) fn read(all: &mut [SubgraphSettings], folder: &Path) -> Result<(), Error> {
    for (index, subgraph) in all.iter_mut().enumerate() {
        let read = subgraph.read_schema(folder);
        read.map_err(|error| Error::Invalid(format!("subgraph.{index}.{error}")))?;
    }
    Ok(())
}
