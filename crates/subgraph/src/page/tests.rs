//! Orders and parts of lists.

use async_graphql_value::Name;

use super::*;

const SCHEMA: &str = r"
    type Token @entity { id: ID! symbol: String! pool: Pool! }
    type Pool @entity {
      id: ID! token: Token! tvl: BigDecimal all: [Token!]! tokens: [Token!]! @derivedFrom(field: \x22pool\x22)
    }
";

fn schema() -> Schema {
    Schema::parse(&SCHEMA.replace("\\x22", "\"")).unwrap()
}

fn named(name: &str) -> ConstValue {
    ConstValue::Enum(Name::new(name))
}

#[test]
fn orders_are_by_fields_and_by_fields_of_references() {
    let schema = schema();
    let (pool, entity) = schema.entities().nth(1).unwrap();
    let order = |by: &str| order(&schema, pool, Some(&named(by)), Some(&named("desc")));
    let field = |name: &str| entity.find(name).unwrap();
    assert_eq!(order("tvl").unwrap().by, By::Field(field("tvl")));
    assert_eq!(order("token").unwrap().by, By::Field(field("token")));
    let By::Child { field: at, of, .. } = order("token__symbol").unwrap().by else { panic!() };
    let token = schema.entities().next().unwrap().1;
    assert_eq!((at, of), (field("token"), token.find("symbol").unwrap()));
    for wrong in ["all", "tokens", "nothing", "tvl__id", "token__nothing", "token__pool"] {
        let text = order(wrong).unwrap_err().message;
        assert_eq!(text, format!("Entity `Pool` has no attribute `{wrong}`"));
    }
    let unsaid = super::order(&schema, pool, None, Some(&ConstValue::Null)).unwrap();
    assert_eq!(unsaid, Order { by: By::Field(entity.id()), descending: false });
    assert!(super::order(&schema, pool, None, Some(&named("up"))).is_err());
}

#[test]
fn nothing_is_last_and_equal_ones_are_by_id_in_the_same_direction() {
    let up = Order { by: By::Field(field_ix()), descending: false };
    let down = Order { descending: true, ..up };
    let values = [Value::Int(2), Value::Null, Value::Int(1), Value::Int(2), Value::Null];
    let ids: Vec<Value> = ["a", "b", "c", "d", "e"].map(Value::text).into();
    let sorted = |order: Order| {
        let mut places: Vec<usize> = (0..5).collect();
        places.sort_by(|one, other| {
            order.compare((&values[*one], &ids[*one]), (&values[*other], &ids[*other]))
        });
        places
    };
    assert_eq!(sorted(up), [2, 0, 3, 1, 4]);
    assert_eq!(sorted(down), [4, 1, 3, 0, 2]);
}

fn field_ix() -> FieldIx {
    schema().entities().next().unwrap().1.id()
}

#[test]
fn parts_of_lists_are_bounded() {
    let limits = Limits { first: 1_000, skip: 5_000, ..Limits::default() };
    let read = |first: Option<ConstValue>, skip: Option<ConstValue>| {
        page(first.as_ref(), skip.as_ref(), &limits)
    };
    assert_eq!(read(None, None), Ok(Page { first: 100, skip: 0 }));
    assert_eq!(read(Some(ConstValue::Null), None), Ok(Page { first: 100, skip: 0 }));
    let number = |number: i64| Some(ConstValue::Number(number.into()));
    assert_eq!(read(number(1_000), number(5_000)), Ok(Page { first: 1_000, skip: 5_000 }));
    for (first, skip, text) in [
        (1_001, 0, "The `first` argument must be between 0 and 1000, but is 1001"),
        (0, 0, "The `first` argument must be between 0 and 1000, but is 0"),
        (-1, 0, "The `first` argument must be between 0 and 1000, but is -1"),
        (1, 5_001, "The `skip` argument must be between 0 and 5000, but is 5001"),
        (1, -1, "The `skip` argument must be between 0 and 5000, but is -1"),
        (1 << 40, 0, "Invalid value provided for argument `first`: Int(1099511627776)"),
    ] {
        assert_eq!(read(number(first), number(skip)).unwrap_err().message, text);
    }
}
