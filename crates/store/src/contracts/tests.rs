//! Contract events: written with their block, read page by page through their indexes, taken back.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, B256, Bytes, I256, U256};
use bson::{Bson, Document, doc};
use domain::{
    contract::{Body, ContractLog, Field, Kind, Table, Value},
    row::{ContractEvent, Position, RowMeta},
};

use super::indexes;
use crate::{
    ContractEventQuery, Snapshot, StoreError,
    codec::chain_key,
    fixtures::{Chain, address},
    reader::contracts::plan,
    test_mongo::TestMongo,
    testing::{self, counts, dump},
    writer::Batch,
};

pub(crate) const ID: u64 = 31_337;
const LENGTH: u64 = 40;

fn field(name: &str, kind: Kind, indexed: bool) -> Field {
    Field { name: name.into(), kind, indexed }
}

/// An event with a value of every kind, three of them indexed.
pub(crate) fn table() -> Arc<Table> {
    let inner = vec![field("flag", Kind::Bool, false), field("note", Kind::Text, false)];
    Arc::new(Table {
        contract: "box".into(),
        event: "Put".into(),
        signature: "Put(…)".into(),
        collection: "contract_box_Put".into(),
        fields: vec![
            field("by", Kind::Address, true),
            field("key", Kind::Hash, true),
            field("delta", Kind::Signed, true),
            field("fee", Kind::Int(24), false),
            field("amount", Kind::Uint, false),
            field("blob", Kind::Bytes, false),
            field("parts", Kind::List(Box::new(Kind::Struct(inner))), false),
        ],
        many: true,
    })
}

pub(crate) fn announcements() -> Arc<Table> {
    Arc::new(Table {
        contract: "box".into(),
        event: "Made".into(),
        signature: "Made(address)".into(),
        collection: "contract_box_Made".into(),
        fields: vec![field("it", Kind::Address, false)],
        many: true,
    })
}

pub(crate) fn values(n: u64) -> Vec<Value> {
    let part = Value::Struct(vec![Value::Bool(true), Value::Text("a\0$.b".into())]);
    vec![
        Value::Address(address(n % 3)),
        Value::Bytes(Bytes::copy_from_slice(B256::with_last_byte(7).as_slice())),
        Value::Signed(I256::unchecked_from(i64::try_from(n).unwrap() - 20)),
        Value::Int(i64::try_from(n).unwrap()),
        Value::Uint(U256::MAX - U256::from(n)),
        Value::Bytes(Bytes::from(vec![7; 300])),
        Value::List(vec![part; usize::try_from(n % 3).unwrap()]),
    ]
}

/// The fixture's chain, with events in every block: two of boxes, each fifth unreadable, and an announcement.
pub(crate) fn chain(length: u64) -> Chain {
    let mut chain = Chain::new(length);
    let (put, made) = (table(), announcements());
    for changes in &mut chain.blocks {
        let n = changes.block.number;
        for log_index in [10, 11, 12] {
            let meta = RowMeta {
                position: Position { block: n, log_index, item: 0 },
                timestamp: changes.block.timestamp,
                tx_hash: B256::with_last_byte(9),
                tx_index: 1,
                origin: None,
                gas_price: Some(7),
            };
            let (table, emitter, body) = match log_index {
                12 => (&made, address(90 + n % 2), {
                    let values = vec![Value::Address(address(1_000 + n))];
                    Body::Decoded { values, lossy: false }
                }),
                11 if n.is_multiple_of(5) => (&put, address(51), {
                    let topics = vec![B256::repeat_byte(1); 2];
                    Body::Raw { topics, data: Bytes::from(vec![1, 2, 3]), lossy: false }
                }),
                _ => (&put, address(50 + n % 2), {
                    Body::Decoded { values: values(n), lossy: n.is_multiple_of(2) }
                }),
            };
            changes.rows.contract_events.push(ContractEvent {
                meta,
                address: emitter,
                log: ContractLog { table: Arc::clone(table), body },
            });
        }
    }
    chain
}

/// The chain under test and a neighbour with the same contracts.
pub(crate) async fn filled() -> (TestMongo, Chain) {
    let mongo = TestMongo::start().await;
    for (id, length) in [(ID, LENGTH), (ID + 1, 20)] {
        let writer = testing::writer(&mongo, id).await.unwrap();
        let new = writer.declare(&[table(), announcements()]).await.unwrap();
        assert_eq!(new.len(), if id == ID { 2 } else { 0 }, "{new:?}");
        let blocks = &chain(length).blocks;
        let batch = Batch { parent: None, blocks, undo_from: 1, prune_undo_below: 0 };
        writer.commit(&batch).await.unwrap();
    }
    (mongo, chain(LENGTH))
}

fn of_table(chain: &Chain, table: &Table) -> Vec<ContractEvent> {
    let rows = chain.blocks.iter().flat_map(|block| block.rows.contract_events.clone());
    let mut rows: Vec<ContractEvent> =
        rows.filter(|row| row.log.table.collection == table.collection).collect();
    rows.reverse();
    rows
}

pub(crate) fn query(
    address: Option<Address>,
    parameter: Option<(&str, Value)>,
) -> ContractEventQuery {
    let parameter = parameter.map(|(name, value)| (name.to_owned(), value));
    ContractEventQuery { table: table(), address, parameter, after: None, limit: 7 }
}

async fn all(snapshot: &Snapshot, query: &ContractEventQuery) -> Vec<ContractEvent> {
    let mut found: Vec<ContractEvent> = Vec::new();
    loop {
        let after = found.last().map(|row| row.meta.position);
        let page =
            snapshot.contract_events(&ContractEventQuery { after, ..query.clone() }).await.unwrap();
        let short = page.len() < 7;
        found.extend(page);
        if short {
            return found;
        }
    }
}

fn holds(row: &ContractEvent, index: usize, value: &Value) -> bool {
    matches!(&row.log.body, Body::Decoded { values, .. } if values[index] == *value)
}

#[tokio::test]
async fn events_are_listed_once_newest_first_by_contract_and_value() {
    let (mongo, chain) = filled().await;
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let rows = of_table(&chain, &table());
    assert_eq!(all(&snapshot, &query(None, None)).await, rows);
    let (by, delta) = (Value::Address(address(2)), Value::Signed(I256::unchecked_from(-9)));
    for emitter in [None, Some(address(51))] {
        let of_emitter = |row: &&ContractEvent| emitter.is_none_or(|it| row.address == it);
        let some: Vec<_> = rows.iter().filter(of_emitter).cloned().collect();
        assert_eq!(all(&snapshot, &query(emitter, None)).await, some);
        for (index, name, value) in [(0, "by", &by), (2, "delta", &delta)] {
            let with: Vec<_> =
                some.iter().filter(|row| holds(row, index, value)).cloned().collect();
            assert!(!with.is_empty());
            assert_eq!(all(&snapshot, &query(emitter, Some((name, value.clone())))).await, with);
        }
    }
    let nothing = all(&snapshot, &query(None, Some(("fee", Value::Int(1))))).await;
    assert_eq!(nothing, [], "no index, no search");
    let raw = rows.iter().filter(|row| matches!(row.log.body, Body::Raw { .. })).count();
    assert_eq!(raw, 8);

    let made = announcements();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let announced = writer.announced(&made, address(91), "it").await.unwrap();
    assert_eq!(announced.len(), 20);
    assert!(announced.contains(&address(1_001)) && !announced.contains(&address(1_002)));
    mongo.stop().await;
}

#[tokio::test]
async fn events_go_with_their_block() {
    let (mongo, chain) = filled().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    // a chain that never went further, with the same undo records
    let short = TestMongo::start().await;
    for (id, length) in [(ID, 25), (ID + 1, 20)] {
        let writer = testing::writer(&short, id).await.unwrap();
        writer.declare(&[table(), announcements()]).await.unwrap();
        let blocks = &self::chain(length).blocks;
        let batch = Batch { parent: None, blocks, undo_from: 1, prune_undo_below: 0 };
        writer.commit(&batch).await.unwrap();
    }
    for _ in 25..LENGTH {
        writer.revert_newest().await.unwrap();
    }
    assert_eq!(dump(&mongo.store).await.unwrap(), dump(&short.store).await.unwrap());
    let left = counts(&mongo.store).await.unwrap();
    assert_eq!((left["contract_box_Put"], left["contract_box_Made"]), (50 + 40, 25 + 20));
    assert_eq!(writer.announced(&announcements(), address(91), "it").await.unwrap().len(), 13);

    // and come back with it; a snapshot that was taken before does not see them
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let batch =
        Batch { parent: Some(25), blocks: &chain.blocks[25..], undo_from: 1, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();
    let newest = |rows: Vec<ContractEvent>| rows[0].meta.position.block;
    let all_events = query(None, None);
    assert_eq!(newest(snapshot.contract_events(&all_events).await.unwrap()), 25);
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert_eq!(newest(snapshot.contract_events(&all_events).await.unwrap()), LENGTH);
    short.stop().await;
    mongo.stop().await;
}

#[tokio::test]
async fn tables_are_declared_once_and_keep_their_shape() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let mut one = Table::clone(&table());
    one.many = false;
    assert_eq!(writer.declare(&[Arc::new(one)]).await.unwrap(), ["contract_box_Put"]);
    assert!(writer.declare(&[table()]).await.unwrap().is_empty(), "another contract shares it now");
    let names = mongo.documents("contract_box_Put").list_index_names().await.unwrap();
    assert_eq!(names.len(), 1 + indexes(&table()).len());
    assert_eq!(indexes(&table()).len(), 7);
    let mut other = Table::clone(&table());
    other.fields[3].kind = Kind::Uint;
    let error = writer.declare(&[Arc::new(other)]).await.unwrap_err();
    assert!(matches!(error, StoreError::ContractChanged { .. }), "{error}");
    assert!(!error.retryable() && error.to_string().contains("another name"), "{error}");
    // a service that reads before anything is declared
    let snapshot_of_nothing = query(None, None);
    let blocks = &Chain::new(1).blocks;
    let batch = Batch { parent: None, blocks, undo_from: 1, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();
    let mut unknown = Table::clone(&table());
    unknown.collection = "contract_box_Never".into();
    let unknown = ContractEventQuery { table: Arc::new(unknown), ..snapshot_of_nothing };
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert_eq!(snapshot.contract_events(&unknown).await.unwrap(), []);
    mongo.stop().await;
}

#[tokio::test]
async fn large_logs_are_stored_in_portions() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    writer.declare(&[table()]).await.unwrap();
    let mut chain = Chain::new(1);
    let (block, timestamp) = (1, chain.blocks[0].block.timestamp);
    chain.blocks[0].rows.contract_events = (0..3)
        .map(|log_index| ContractEvent {
            meta: RowMeta {
                position: Position { block, log_index, item: 0 },
                timestamp,
                tx_hash: B256::ZERO,
                tx_index: 0,
                origin: None,
                gas_price: None,
            },
            address: address(50),
            log: ContractLog {
                table: table(),
                body: Body::Raw {
                    topics: Vec::new(),
                    data: Bytes::from(vec![7; 4 * 1024 * 1024]),
                    lossy: true,
                },
            },
        })
        .collect();
    let batch = Batch { parent: None, blocks: &chain.blocks, undo_from: 1, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert_eq!(all(&snapshot, &query(None, None)).await.len(), 3);
    mongo.stop().await;
}

fn stages(plan: &Bson, out: &mut BTreeMap<String, usize>) {
    match plan {
        Bson::Document(plan) => {
            if let Ok(stage) = plan.get_str("stage") {
                *out.entry(stage.to_owned()).or_default() += 1;
            }
            plan.iter().for_each(|(_, value)| stages(value, out));
        }
        Bson::Array(plans) => plans.iter().for_each(|plan| stages(plan, out)),
        _ => {}
    }
}

#[tokio::test]
async fn every_query_walks_its_index() {
    let (mongo, _) = filled().await;
    let mut used = Vec::new();
    let position = Some(Position { block: 30, log_index: 11, item: 0 });
    for emitter in [None, Some(address(51))] {
        for (name, index) in [("", 0), ("by", 0), ("key", 1), ("delta", 2)] {
            for after in [None, position] {
                let parameter = (!name.is_empty()).then(|| (name, values(21).remove(index)));
                let query = ContractEventQuery { after, ..query(emitter, parameter) };
                let plan = plan(chain_key(ID), &query);
                let find = doc! {
                    "find": "contract_box_Put", "filter": &plan.filter, "sort": &plan.sort,
                    "hint": &plan.index, "limit": i64::from(plan.limit),
                };
                let explain = doc! { "explain": find, "verbosity": "executionStats" };
                let answer: Document = mongo.unseen().run_command(explain).await.unwrap();
                let mut found = BTreeMap::new();
                let planner = answer.get_document("queryPlanner").unwrap();
                stages(planner.get("winningPlan").unwrap(), &mut found);
                assert!(found.contains_key("IXSCAN"), "{found:?} {plan:?}");
                assert!(
                    !found.contains_key("SORT") && !found.contains_key("COLLSCAN"),
                    "{found:?}"
                );
                let stats = answer.get_document("executionStats").unwrap();
                let number = |name: &str| i64::from(stats.get_i32(name).unwrap());
                assert!(number("totalDocsExamined") <= number("nReturned"), "{plan:?}: {stats:?}");
                used.push(plan.index);
            }
        }
    }
    for (name, _) in indexes(&table()) {
        assert!(used.contains(&name), "{name} serves no query");
    }
    mongo.stop().await;
}
