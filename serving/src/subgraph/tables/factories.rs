//! The DEX as a whole: one row.

use alloy_primitives::Address;
use domain::{
    figures::Factory,
    fold::{EntityType as _, Key},
};
use subgraph::{QueryError, value::Value};

use crate::subgraph::{
    asked::Asked,
    cells::{Cells, Own, integer},
    moment::{Moment, unread},
    table::{Coming, Portion, Portions, Table, Ways},
};

/// The DEX.
pub(in crate::subgraph) struct Factories;

/// Its totals.
#[derive(Debug, Clone)]
pub(in crate::subgraph) struct FactoryRow {
    address: Address,
    figures: Factory,
}

impl Cells for FactoryRow {
    type Figures = Factory;

    fn figures(&self) -> &Factory {
        &self.figures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::Bytes(row.address.into())),
            // V2's subgraph has it as it is configured there, in the spelling of EIP-55
            ("checksumAddress", |row| Value::text(&row.address.to_checksum(None))),
            ("one", |_| Value::text("1")),
            ("zeroAddress", |_| Value::Bytes(Address::ZERO.into())),
            ("zero", |_| integer(0_u64)),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

impl Table for Factories {
    type Row = FactoryRow;
    type Way = ();

    const KNOWS_CHANGES: bool = false;

    fn ways(_: &Moment, _: &Asked) -> Ways<()> {
        Ways::new([()], Coming::Sorted)
    }

    async fn read(at: &Moment, ways: Vec<()>, _: u32) -> Result<Vec<Portions<Self>>, QueryError> {
        let address = at.about().factory;
        let snapshot = at.snapshot();
        let found = match at.past() {
            Some(block) => {
                let then = snapshot.entity_at(&Key::Factory(address), block).await;
                then.map_err(|e| unread(&e))?.as_ref().and_then(Factory::of).cloned()
            }
            None => {
                let all = snapshot.factories().await.map_err(|e| unread(&e))?;
                all.into_iter().find(|(factory, _)| *factory == address).map(|(_, found)| found)
            }
        };
        let row: Vec<FactoryRow> =
            found.map(|figures| FactoryRow { address, figures }).into_iter().collect();
        let portion = |()| Portion { looked: row.len(), rows: row.clone(), rest: Vec::new() };
        Ok(ways.into_iter().map(portion).collect())
    }
}
