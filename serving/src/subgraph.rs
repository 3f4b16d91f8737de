//! DEXes as subgraphs: the query dialect that clients of those speak, over the rows of the store.
//!
//! A request goes `http` → `served` (which subgraph, at which block) → the engine of `crates/subgraph`, which asks `served`
//! for entities level by level → `table` (conditions, order, page) → one of `tables`, which knows the ways to the rows.

use std::sync::Arc;

use subgraph::{Api, schema::Schema};

use crate::deps::Deps;

mod asked;
mod budget;
mod cells;
mod described;
mod http;
mod moment;
mod served;
mod settings;
mod status;
mod table;
mod tables;

pub(crate) use self::http::{document, routes};
pub use self::settings::{KnownChain, MAX_FIRST, MAX_SKIP, SubgraphSettings, check};
use self::{
    budget::{Meter, Meters},
    moment::About,
    served::{Served, Subgraphs},
};

/// Opens what is configured.
///
/// # Errors
/// Which subgraph cannot be served, and why.
pub(crate) fn open(deps: &Deps) -> Result<Arc<Subgraphs>, String> {
    let meters = Meters::new(&deps.registry).map_err(|error| error.to_string())?;
    let all = deps.subgraphs.iter().map(|settings| {
        let meter = meters.of(&settings.name);
        served(deps, settings, meter).map(Arc::new)
    });
    Ok(Arc::new(Subgraphs::new(all.collect::<Result<_, _>>()?)))
}

fn served(deps: &Deps, settings: &SubgraphSettings, meter: Meter) -> Result<Served, String> {
    let wrong = |why: &str| format!("subgraph `{}`: {why}", settings.name);
    let chain = deps.chains.iter().find(|(_, chain)| chain.name == settings.chain);
    let (id, chain) = chain.ok_or_else(|| wrong("its chain is not served"))?;
    let dex = chain.dexes.iter().find(|dex| dex.name == settings.dex);
    let dex = dex.ok_or_else(|| wrong("its DEX is not served"))?;
    let schema = Schema::parse(settings.schema_text(dex.protocol));
    let schema = schema.map_err(|error| wrong(&error.to_string()))?;
    let limits = settings.limits();
    let most = limits.candidates as usize;
    let tables = schema.entities().map(|(_, entity)| tables::entity(&schema, entity, most));
    let tables = tables.collect::<Result<_, _>>().map_err(|error| wrong(&error.to_string()))?;
    Ok(Served {
        name: settings.name.clone(),
        aliases: settings.aliases.clone(),
        id: settings.deployment(),
        network: chain.name.clone(),
        chain: id,
        about: Arc::new(About {
            dex: dex.name.clone(),
            protocol: dex.protocol,
            factory: dex.factory,
            position_manager: dex.position_manager,
        }),
        start_block: chain.start_block,
        api: Api::of(&schema),
        schema,
        limits,
        tables,
        reader: deps.reader.clone(),
        client: chain.client.clone(),
        patience: deps.timeout.mul_f32(0.9),
        meter,
    })
}
