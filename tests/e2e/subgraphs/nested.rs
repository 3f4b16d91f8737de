//! Lists of many at once, by chance: what points to others, what points to several of them, and what others have, at the newest
//! block and at an older one, beside a plain look at all entities.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use subgraph::{
    schema::{Entity, FieldIx, Kind, Scalar, Schema},
    standard,
};
use tests::process::Services;

use super::{
    all, ask,
    chance::{Chance, Fits, TESTS, compared, fields, text},
};

/// Lists of each kind.
const LISTS: u64 = 5;
/// A kind of which there are more is looked at by others.
const MOST: usize = 9_000;

pub(super) async fn lists_of_many_are_what_a_look_at_all_gives(
    services: &Services,
    head: u64,
) -> Result<()> {
    let schemas = [
        ("uniswap-v2", standard::UNISWAP_V2),
        ("uniswap-v3", standard::UNISWAP_V3),
        ("uniswap-v4", standard::UNISWAP_V4),
    ];
    let mut rows = 0;
    for (dex, text) in schemas {
        let schema = Schema::parse(text)?;
        for block in [head, head - 9] {
            for (_, entity) in schema.entities() {
                for (_, field) in entity.fields() {
                    let Kind::Derived { entity: child, by, is_single: false } = field.kind else {
                        continue;
                    };
                    let child = schema.entity(child);
                    let list = List { dex, block, entity, name: &field.name, child, by };
                    rows += list.check(services).await.with_context(|| {
                        format!("{dex}, block {block}: {}.{}", entity.name, field.name)
                    })?;
                }
            }
        }
    }
    ensure!(rows > 1_500, "only {rows} rows were on lists");
    Ok(())
}

/// What points to an entity.
struct List<'a> {
    dex: &'a str,
    block: u64,
    entity: &'a Entity,
    name: &'a str,
    child: &'a Entity,
    by: FieldIx,
}

/// A condition of a field, an order and a part.
struct Question<'a> {
    name: &'a str,
    kind: Scalar,
    bound: Value,
    end: &'a str,
    fits: Fits,
    by: &'a str,
    by_kind: Scalar,
    descending: bool,
    first: usize,
    skip: usize,
}

impl Question<'_> {
    fn condition(&self) -> String {
        format!("{}{}: {}", self.name, self.end, self.bound)
    }

    fn arguments(&self, also: &str) -> String {
        let direction = if self.descending { "desc" } else { "asc" };
        format!(
            "first: {}, skip: {}, orderBy: {}, orderDirection: {direction}, where: {{ {also}{} }}",
            self.first,
            self.skip,
            self.by,
            self.condition()
        )
    }

    fn is_true(&self, row: &Value) -> bool {
        (self.fits)(compared(self.kind, &row[self.name], &self.bound))
    }

    /// The part of these rows.
    fn part<'a>(&self, rows: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
        let mut rows: Vec<&Value> = rows.filter(|row| self.is_true(row)).collect();
        rows.sort_by(|one, other| {
            let order = compared(self.by_kind, &one[self.by], &other[self.by])
                .then_with(|| text(&one["id"]).cmp(text(&other["id"])));
            if self.descending { order.reverse() } else { order }
        });
        rows.into_iter().skip(self.skip).take(self.first).collect()
    }
}

impl List<'_> {
    async fn check(&self, services: &Services) -> Result<usize> {
        let Self { dex, block, entity, child, .. } = self;
        let fields = fields(child);
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let names = names.join(" ");
        let by = child.field(self.by);
        let to = match by.kind {
            Kind::Reference(_) => format!("pointed: {} {{ id }}", by.name),
            _ => format!("pointed: {}", by.name),
        };
        let parents = all(services, dex, (&entity.plural, ""), *block).await?;
        let rows = all(services, dex, (&child.plural, &format!("{names} {to}")), *block).await?;
        if rows.is_empty() || parents.is_empty() || rows.len() > MOST {
            return Ok(0);
        }
        let pointed = |row: &Value| {
            text(if row["pointed"].is_object() { &row["pointed"]["id"] } else { &row["pointed"] })
                .to_owned()
        };
        let mut chance = Chance(block ^ (rows.len() as u64) << 20 ^ self.name.len() as u64);
        let mut count = 0;
        for _ in 0..LISTS {
            let (name, kind) = *chance.of(&fields);
            let (end, fits) = *chance.of(&TESTS);
            if kind == Scalar::Boolean && !["", "_not"].contains(&end) {
                continue;
            }
            let bound = chance.of(&rows)[name].clone();
            // by time as often as by anything else
            let timed = fields.iter().find(|(name, _)| ["timestamp", "date"].contains(name));
            let (by, by_kind) = match timed {
                Some(timed) if chance.below(2) == 1 => *timed,
                _ => *chance.of(&fields),
            };
            let (first, skip) = (chance.small(6) + 1, chance.small(3));
            let descending = chance.below(3) > 0;
            let question =
                Question { name, kind, bound, end, fits, by, by_kind, descending, first, skip };
            count += self.nested(services, &question, (&parents, &rows), &names, pointed).await?;
            let some: Vec<String> =
                (0..=chance.below(4)).map(|_| pointed(chance.of(&rows))).collect();
            count += self.several(services, &question, &some, &rows, &names, pointed).await?;
            self.existing(services, &question, (&parents, &rows), pointed).await?;
        }
        Ok(count)
    }

    /// Of each parent its own list.
    async fn nested(
        &self,
        services: &Services,
        question: &Question<'_>,
        (parents, rows): (&[Value], &[Value]),
        names: &str,
        pointed: impl Fn(&Value) -> String,
    ) -> Result<usize> {
        let query = format!(
            "{{ parents: {}(first: 1000, block: {{ number: {} }}) {{ id rows: {}({}) {{ id {names} }} }} }}",
            self.entity.plural,
            self.block,
            self.name,
            question.arguments("")
        );
        let told = ask(services, self.dex, &query).await?;
        let told = told["parents"].as_array().context("parents")?;
        ensure!(told.len() == parents.len().min(1_000), "{query}: {} parents", told.len());
        let mut count = 0;
        for parent in told {
            let id = text(&parent["id"]);
            let wanted: Vec<Value> = question
                .part(rows.iter().filter(|row| pointed(row) == id))
                .into_iter()
                .map(without)
                .collect();
            let own = parent["rows"].as_array().context("rows")?;
            ensure!(*own == wanted, "{query}\ngives {id} {own:?}\nand not {wanted:?}");
            count += own.len();
        }
        Ok(count)
    }

    /// One list of what points to any of several.
    async fn several(
        &self,
        services: &Services,
        question: &Question<'_>,
        some: &[String],
        rows: &[Value],
        names: &str,
        pointed: impl Fn(&Value) -> String,
    ) -> Result<usize> {
        let by = &self.child.field(self.by).name;
        let query = format!(
            "{{ rows: {}({}, block: {{ number: {} }}) {{ id {names} }} }}",
            self.child.plural,
            question.arguments(&format!("{by}_in: {some:?}, ")),
            self.block
        );
        let told = ask(services, self.dex, &query).await?;
        let wanted: Vec<Value> = question
            .part(rows.iter().filter(|row| some.contains(&pointed(row))))
            .into_iter()
            .map(without)
            .collect();
        let own = told["rows"].as_array().context("rows")?;
        ensure!(*own == wanted, "{query}\ngives {own:?}\nand not {wanted:?}");
        Ok(own.len())
    }

    /// The parents that have any such.
    async fn existing(
        &self,
        services: &Services,
        question: &Question<'_>,
        (parents, rows): (&[Value], &[Value]),
        pointed: impl Fn(&Value) -> String,
    ) -> Result<()> {
        let query = format!(
            "{{ rows: {}(first: 1000, where: {{ {}_: {{ {} }} }}, block: {{ number: {} }}) {{ id }} }}",
            self.entity.plural,
            self.name,
            question.condition(),
            self.block
        );
        let told = ask(services, self.dex, &query).await?;
        let pointed: std::collections::BTreeSet<String> =
            rows.iter().filter(|row| question.is_true(row)).map(pointed).collect();
        let wanted = parents.iter().map(|parent| text(&parent["id"]));
        let wanted: Vec<&str> = wanted.filter(|id| pointed.contains(*id)).take(1_000).collect();
        let own: Vec<&str> =
            told["rows"].as_array().context("rows")?.iter().map(|row| text(&row["id"])).collect();
        ensure!(own == wanted, "{query}\ngives {own:?}\nand not {wanted:?}");
        Ok(())
    }
}

/// A row without what it points to.
fn without(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(members) = row.as_object_mut() {
        members.remove("pointed");
    }
    row
}
