//! Schema files.

use super::*;
use crate::{Api, standard};

#[test]
fn plurals_are_those_that_clients_ask_for() {
    for (name, singular, plural) in [
        ("UniswapFactory", "uniswapFactory", "uniswapFactories"),
        ("Factory", "factory", "factories"),
        ("PoolManager", "poolManager", "poolManagers"),
        ("Bundle", "bundle", "bundles"),
        ("Flash", "flash", "flashes"),
        ("ModifyLiquidity", "modifyLiquidity", "modifyLiquidities"),
        ("UniswapDayData", "uniswapDayData", "uniswapDayDatas"),
        ("PairTokenLookup", "pairTokenLookup", "pairTokenLookups"),
        ("LiquidityPositionSnapshot", "liquidityPositionSnapshot", "liquidityPositionSnapshots"),
        ("Unsubscribe", "unsubscribe", "unsubscribes"),
        ("Key", "key", "keys"),
    ] {
        assert_eq!(names::singular(name), singular);
        assert_eq!(names::plural(singular), plural);
    }
}

const FILE: &str = r#"
    enum Colour { red green }
    type Pool @entity(source: "pools") {
      id: Bytes!
      name: String
      token: Token! @from(column: "token0")
      colour: Colour!
    }
    "The tokens"
    type Token @entity(immutable: true) {
      id: ID!
      "All of them"
      pools: [Pool!]! @derivedFrom(field: "token")
      listed: [Pool!]!
      supply: BigInt
      best: Pool
    }
    type Note { id: ID! }
"#;

#[test]
fn a_file_is_read() {
    let listed = Schema::parse(&FILE.replace("colour: Colour!", "colours: [Colour!]!"));
    let Err(SchemaError::UnknownType(_, field, _)) = listed else { panic!("{listed:?}") };
    assert_eq!(field, "colours", "lists of names are nobody's");
    let schema = Schema::parse(FILE).unwrap();
    let (pool, token) = (EntityIx(0), EntityIx(1));
    assert_eq!(schema.entities().count(), 2);
    assert_eq!(schema.root("pool"), Some(Root::One(pool)));
    assert_eq!(schema.root("tokens"), Some(Root::Many(token)));
    assert_eq!(schema.root("note"), None);
    assert_eq!((schema.id_kind(pool), schema.id_kind(token)), (Scalar::Bytes, Scalar::Id));
    let entity = schema.entity(token);
    let field = |name: &str| entity.field(entity.find(name).unwrap());
    assert_eq!(
        field("pools").kind,
        Kind::Derived { entity: pool, by: FieldIx(2), is_single: false }
    );
    assert_eq!(field("listed").kind, Kind::List(Item::Reference(pool)));
    assert_eq!(field("best").kind, Kind::Reference(pool));
    assert!(field("supply").is_nullable && !field("id").is_nullable && entity.is_immutable);
    assert_eq!((entity.description.as_deref(), &*entity.source), (Some("The tokens"), "tokens"));
    let pool = schema.entity(pool);
    let token = pool.field(pool.find("token").unwrap());
    assert_eq!((&*token.column, pool.is_immutable), ("token0", false));
    assert_eq!(schema.enums()[0].values.len(), 2);
}

#[test]
fn what_cannot_be_is_refused() {
    for (text, wanted) in [
        ("type", "the schema cannot be read"),
        ("type A @entity { a: Int }", "type A has no field `id`"),
        ("type A @entity { id: ID! b: B }", "A.b is of type B"),
        (
            "type A @entity { id: ID! b: [B!]! @derivedFrom(field: \"c\") } type B @entity { id: ID! c: Int }",
            "A.b is derived from B.c",
        ),
        ("type A @entity { id: ID! } type a @entity { id: ID! }", "the name `a`"),
    ] {
        let refused = Schema::parse(text).unwrap_err().to_string();
        assert!(refused.contains(wanted), "{refused}");
    }
}

#[test]
fn schemas_of_the_family_have_the_entities_that_clients_know() {
    for (text, count, roots) in [
        (
            standard::UNISWAP_V2,
            17,
            "uniswapFactories tokens pairs users liquidityPositions liquidityPositionSnapshots transactions mints burns swaps \
             bundles uniswapDayDatas pairHourDatas pairDayDatas tokenDayDatas tokenHourDatas pairTokenLookups",
        ),
        (
            standard::UNISWAP_V3,
            20,
            "factories bundles tokens pools ticks transactions mints burns swaps collects flashes uniswapDayDatas poolDayDatas \
             poolHourDatas tokenDayDatas tokenHourDatas positions positionSnapshots tickDayDatas tickHourDatas",
        ),
        (
            standard::UNISWAP_V4,
            19,
            "poolManagers bundles tokens pools ticks transactions swaps modifyLiquidities uniswapDayDatas poolDayDatas \
             poolHourDatas tokenDayDatas tokenHourDatas positions subscribes unsubscribes transfers eulerSwapHooks arrakisHooks",
        ),
        (standard::BLOCKS, 1, "blocks"),
    ] {
        let schema = Schema::parse(text).unwrap();
        assert_eq!(schema.entities().count(), count);
        for name in roots.split_whitespace() {
            assert!(matches!(schema.root(name), Some(Root::Many(_))), "{name}");
        }
        assert_eq!(roots.split_whitespace().count(), count);
    }
    // of each some fields, as clients have them in their types
    for (text, fields) in [
        (
            standard::UNISWAP_V2,
            "Pair.token0: Token! Pair.reserveUSD: BigDecimal! Mint.to: Bytes! Mint.sender: Bytes Burn.needsComplete: Boolean! \
             Transaction.mints: [Mint!]! PairDayData.totalSupply: BigDecimal UniswapDayData.date: Int! \
             LiquidityPositionSnapshot.block: Int!",
        ),
        (
            standard::UNISWAP_V3,
            "Token.id: Bytes! Token.whitelistPools: [Pool!]! Pool.tick: BigInt Pool.ticks: [Tick!]! Tick.poolAddress: Bytes! \
             Transaction.mints: [Mint]! Burn.owner: Bytes Swap.recipient: Bytes! Position.tickLower: Tick! \
             PoolHourData.periodStartUnix: Int! Factory.owner: ID!",
        ),
        (
            standard::UNISWAP_V4,
            "Token.id: ID! Pool.hooks: String! Pool.isExternalLiquidity: Boolean! Tick.poolAddress: String \
             ModifyLiquidity.sender: Bytes ModifyLiquidity.origin: Bytes! Position.owner: String! Transfer.from: String!",
        ),
        (standard::BLOCKS, "Block.number: BigInt! Block.author: String Block.size: BigInt"),
    ] {
        let told = Api::of(&Schema::parse(text).unwrap()).to_string();
        let words: Vec<_> = fields.split_whitespace().collect();
        for field in words.chunks(2) {
            let [name, ty] = field else { panic!("{field:?}") };
            let (of, name) = name.trim_end_matches(':').split_once('.').unwrap();
            let (_, whole) = told.split_once(&format!("type {of} {{\n")).unwrap();
            let (whole, _) = whole.split_once('}').unwrap();
            let is_it = |line: &str| {
                let line = line.trim();
                (line.starts_with(&format!("{name}:")) || line.starts_with(&format!("{name}(")))
                    && line.ends_with(&format!(": {ty}"))
            };
            assert!(whole.lines().any(is_it), "{of}.{name}: {ty} is not in {whole}");
        }
    }
    // a field is what the schema says, a name of the root what the rule says
    let v4 = Schema::parse(standard::UNISWAP_V4).unwrap();
    let pool = v4.entities().find(|(_, entity)| entity.name == "Pool").unwrap().1;
    assert!(pool.find("modifyLiquiditys").is_some() && pool.find("modifyLiquidities").is_none());
}
