//! Lists by chance: conditions, orders and pages of random fields, beside a plain look at all entities.

use std::cmp::Ordering;

use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use serde_json::Value;
use subgraph::{
    schema::{Entity, Kind, Scalar, Schema},
    standard,
};
use tests::process::Services;

use super::{all, ask};

/// Lists of each kind of entity.
const LISTS: u64 = 12;
/// A kind of which there are more is looked at by others of its kind.
const MOST: usize = 9_000;

pub(super) async fn lists_are_what_their_conditions_say(
    services: &Services,
    head: u64,
) -> Result<()> {
    let schemas = [
        ("uniswap-v2", standard::UNISWAP_V2),
        ("uniswap-v3", standard::UNISWAP_V3),
        ("uniswap-v4", standard::UNISWAP_V4),
    ];
    let mut asked = 0;
    for (dex, schema) in schemas {
        let schema = Schema::parse(schema)?;
        for (_, entity) in schema.entities() {
            asked += of_entity(services, dex, entity, head)
                .await
                .with_context(|| format!("{dex}: {}", entity.name))?;
        }
    }
    ensure!(asked > 200, "only {asked} lists had something in them");
    Ok(())
}

/// Fields that are asked for, and how they compare.
pub(super) fn fields(entity: &Entity) -> Vec<(&str, Scalar)> {
    let own = entity.fields().filter(|(_, field)| !field.is_nullable);
    own.filter_map(|(_, field)| match field.kind {
        Kind::Scalar(scalar) => Some((field.name.as_str(), scalar)),
        _ => None,
    })
    .collect()
}

async fn of_entity(services: &Services, dex: &str, entity: &Entity, head: u64) -> Result<u64> {
    let fields = fields(entity);
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let names = names.join(" ");
    let rows = all(services, dex, (&entity.plural, &names), head).await?;
    ensure!(rows.len() < MOST, "{} are too many for this test", rows.len());
    if rows.is_empty() {
        return Ok(0);
    }
    let mut chance = Chance(head ^ (rows.len() as u64) << 20 ^ entity.plural.len() as u64);
    for _ in 0..LISTS {
        let (by, by_kind) = *chance.of(&fields);
        let (name, kind) = *chance.of(&fields);
        let bound = chance.of(&rows)[name].clone();
        let (end, fits) = *chance.of(&TESTS);
        if kind == Scalar::Boolean && !["", "_not"].contains(&end) {
            continue;
        }
        let (first, skip) = (chance.small(40) + 1, chance.small(20));
        let descending = chance.below(2) == 1;
        let direction = if descending { "desc" } else { "asc" };
        let query = format!(
            "{{ rows: {}(first: {first}, skip: {skip}, orderBy: {by}, orderDirection: {direction}, \
             where: {{ {name}{end}: {bound} }}, block: {{ number: {head} }}) {{ id {names} }} }}",
            entity.plural
        );
        let mut wanted: Vec<&Value> =
            rows.iter().filter(|row| fits(compared(kind, &row[name], &bound))).collect();
        wanted.sort_by(|one, other| {
            let order = compared(by_kind, &one[by], &other[by])
                .then_with(|| text(&one["id"]).cmp(text(&other["id"])));
            if descending { order.reverse() } else { order }
        });
        let wanted: Vec<&Value> = wanted.into_iter().skip(skip).take(first).collect();
        let told = ask(services, dex, &query).await?;
        let told: Vec<&Value> = told["rows"].as_array().context("rows")?.iter().collect();
        ensure!(told == wanted, "{query}\ngives {told:?}\nand not {wanted:?}");
    }
    Ok(LISTS)
}

pub(super) type Fits = fn(Ordering) -> bool;

pub(super) const TESTS: [(&str, Fits); 6] = [
    ("", Ordering::is_eq),
    ("_not", Ordering::is_ne),
    ("_gt", Ordering::is_gt),
    ("_gte", Ordering::is_ge),
    ("_lt", Ordering::is_lt),
    ("_lte", Ordering::is_le),
];

pub(super) fn compared(kind: Scalar, one: &Value, other: &Value) -> Ordering {
    match kind {
        Scalar::BigInt | Scalar::BigDecimal | Scalar::Int => number(one).cmp(&number(other)),
        _ => one.to_string().cmp(&other.to_string()),
    }
}

fn number(value: &Value) -> Decimal {
    value.to_string().trim_matches('"').parse().unwrap_or_default()
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The same numbers in every run.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }

    pub(super) fn small(&mut self, end: u64) -> usize {
        usize::try_from(self.below(end)).unwrap_or_default()
    }

    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.small(all.len() as u64)]
    }
}
