//! Lists over made-up ways: what is on them does not depend on how their rows come, and no more is read than has to be.

use domain::record::Record;
use proptest::{collection::vec, prelude::*};
use subgraph::{
    filter::Predicate,
    page::{By, Order},
    schema::Schema,
};

use super::{list::List, sight::Sight, *};
use crate::subgraph::{cells::Own, tables::NoFigures};

const SCHEMA: &str = "type Row @entity(source: \"rows\") { id: ID! key: BigInt! even: Boolean! }";

/// A row: its key and its number, which is its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Made(u64, u64);

impl Cells for Made {
    type Figures = NoFigures;

    fn figures(&self) -> &NoFigures {
        &NoFigures
    }

    fn own() -> Own<Self> {
        &[
            ("id", |row| Value::text(&format!("{:05}", row.1))),
            ("key", |row| Value::Integer(row.0.into())),
            ("even", |row| Value::Bool(row.1 % 2 == 0)),
        ]
    }

    fn changed(&self) -> u64 {
        0
    }
}

/// Ways are the numbers of lists, and where each goes on.
struct Rows;

impl Table for Rows {
    type Row = Made;
    type Way = (usize, usize);

    const KNOWS_CHANGES: bool = true;

    fn ways(_: &Moment, _: &Asked) -> Ways<(usize, usize)> {
        Ways::none()
    }

    async fn read(
        _: &Moment,
        _: Vec<(usize, usize)>,
        _: u32,
    ) -> Result<Vec<Portions<Self>>, QueryError> {
        Ok(Vec::new())
    }
}

/// How a list is asked for.
#[derive(Debug, Clone)]
struct Question {
    lists: Vec<Vec<Made>>,
    coming: Coming,
    in_turn: bool,
    repeats: bool,
    descending: bool,
    only_even: bool,
    enough: usize,
    limit: usize,
}

/// The ids of what is on the list, and the rows that were read for it.
fn read(question: &Question) -> (Vec<Value>, usize) {
    let schema = Schema::parse(SCHEMA).unwrap();
    let (ix, entity) = schema.entities().next().unwrap();
    let table = OfTable::<Rows>::new(&schema, entity, 1_000).unwrap();
    let field = |name| entity.find(name).unwrap();
    let order = Order { by: By::Field(field("key")), descending: question.descending };
    let filter = match question.only_even {
        true => Predicate::Field(field("even"), Test::Equal(Value::Bool(true))),
        false => Predicate::everything(),
    };
    let page = Page { skip: 0, first: 1 };
    let columns = [entity.id()];
    let (of, order) = (Of::All, Some(order));
    let wanted = Read { entity: ix, of, filter: &filter, order, page, columns: &columns };
    let sight = Sight::new(&table, &wanted, None);
    let ways = Ways::new((0..question.lists.len()).map(|list| (list, 0)), question.coming);
    let ways = ways.with_repeats(question.repeats);
    let ways = if question.in_turn { ways.in_turn() } else { ways };
    let mut list = List::new(ways, (&filter, None), order, question.enough);
    let mut turns = 0;
    while !list.is_done() {
        turns += 1;
        assert!(turns < 10_000, "it does not end");
        let next = list.next();
        assert!(!next.is_empty(), "nothing is left to read, and it is not done");
        let mut rests = Vec::new();
        for (place, (of, from)) in next.into_iter().rev() {
            let rows = &question.lists[of];
            let end = rows.len().min(from + question.limit);
            let rest = if end < rows.len() { vec![(of, end)] } else { Vec::new() };
            let portion = Portion { rows: rows[from..end].to_vec(), looked: end - from, rest };
            rests.push((place, list.take::<Rows>(&sight, place, &portion)));
        }
        list.settle(rests);
    }
    let looked = list.looked.rows;
    let found = list.into_found();
    let ids = found.iter().take(question.enough).map(|seen| seen.place.id.clone());
    (ids.collect(), looked)
}

/// The same by a look at all rows.
fn plain(question: &Question) -> Vec<Value> {
    let mut rows: Vec<Made> = question.lists.iter().flatten().copied().collect();
    rows.retain(|row| !question.only_even || row.1 % 2 == 0);
    rows.sort_by_key(|row| (row.0, row.1));
    rows.dedup();
    if question.descending {
        rows.reverse();
    }
    rows.iter().take(question.enough).map(|row| Value::text(&format!("{:05}", row.1))).collect()
}

fn questions() -> impl Strategy<Value = Question> {
    let rows = vec(vec(0_u64..40, 0..30), 0..6);
    let how = (0_u8..5, any::<bool>(), any::<bool>(), 1_usize..20, 1_usize..12);
    (rows, how).prop_map(|(keys, (how, descending, only_even, enough, limit))| {
        let mut number = 0;
        let mut row = |key| {
            number += 1;
            Made(key, number)
        };
        let mut lists: Vec<Vec<Made>> =
            keys.into_iter().map(|keys| keys.into_iter().map(&mut row).collect()).collect();
        let sort = |list: &mut Vec<Made>, by_id: bool| {
            list.sort_by_key(|row| (row.0, if by_id { row.1 } else { u64::MAX - row.1 }));
            if descending {
                list.reverse();
            }
        };
        let (mut coming, mut in_turn, mut repeats) = (Coming::Sorted, false, false);
        match how {
            0 => coming = Coming::Anyhow,
            1 => {
                coming = Coming::Alike;
                lists.iter_mut().for_each(|list| sort(list, false));
            }
            2 => lists.iter_mut().for_each(|list| sort(list, true)),
            3 => {
                // parts of one list
                in_turn = true;
                let mut all: Vec<Made> = lists.concat();
                sort(&mut all, true);
                lists = all.chunks(limit + 1).map(<[Made]>::to_vec).collect();
                lists.insert(lists.len() / 2, Vec::new());
            }
            _ => {
                // the same rows by several ways
                repeats = true;
                let all: Vec<Made> = lists.concat();
                lists = (0..3)
                    .map(|_| all.iter().copied().filter(|row| row.1 % 3 > 0).collect())
                    .collect();
                lists.push(all);
                lists.iter_mut().for_each(|list| sort(list, true));
            }
        }
        Question { lists, coming, in_turn, repeats, descending, only_even, enough, limit }
    })
}

proptest! {
    #[test]
    fn a_list_is_what_a_look_at_all_rows_gives(question in questions()) {
        prop_assert_eq!(read(&question).0, plain(&question));
    }
}

#[test]
fn lists_that_come_in_order_are_read_as_far_as_the_page_goes() {
    let list = |of: u64| (0..1_000).map(|key| Made(10_000 - key, key * 10 + of)).collect();
    let question = Question {
        lists: (0..10).map(list).collect(),
        coming: Coming::Alike,
        in_turn: false,
        repeats: false,
        descending: true,
        only_even: false,
        enough: 50,
        limit: 20,
    };
    let (found, looked) = read(&question);
    assert_eq!(found, plain(&question));
    assert!(looked <= 10 * 20, "{looked} rows for a page of 50");
    assert_eq!(NoFigures::count(), 0);
}
