//! Who gets a place.

use super::*;

fn at(text: &str) -> Client {
    Client::at(text.parse().unwrap())
}

#[test]
fn one_client_never_has_the_last_place() {
    let places = Places::new(3);
    let take = |client: &Client| places.take(client.clone()).map_err(|problem| problem.code());
    let (one, other) = (at("10.0.0.1"), Client::Key("k".to_owned()));
    let (first, _second) = (take(&one).unwrap(), take(&one).unwrap());
    assert_eq!(take(&one).unwrap_err(), "EXPORTS_OF_CLIENT");
    let _last = take(&other).unwrap();
    assert_eq!(take(&other).unwrap_err(), "EXPORTS_BUSY");
    assert_eq!(take(&one).unwrap_err(), "EXPORTS_BUSY");
    drop(first);
    assert!(take(&other).is_ok());
    assert!(take(&one).is_ok(), "it is free as soon as it is dropped");
}

#[test]
fn a_single_place_is_for_everybody() {
    let places = Places::new(1);
    let place = places.take(at("10.0.0.1")).unwrap();
    assert_eq!(places.take(at("10.0.0.2")).unwrap_err().code(), "EXPORTS_BUSY");
    drop(place);
    assert!(places.take(at("10.0.0.2")).is_ok());
    assert_eq!(Places::new(0).take(Client::Unknown).unwrap_err().code(), "EXPORTS_OFF");
}

#[test]
fn addresses_of_one_network_are_one_client() {
    assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2::9"));
    assert_ne!(at("2001:db8:1:2::9"), at("2001:db8:1:3::9"));
    assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
    assert_ne!(at("10.0.0.1"), at("10.0.0.2"));
}
