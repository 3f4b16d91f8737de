//! Places for files: so many are written at a time, and one client never has the last of them.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use api_kit::{access::Grant, problem::Problem};
use axum::{extract::ConnectInfo, http::Extensions};

#[cfg(test)]
mod tests;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Client {
    /// The holder of a key, by its id.
    Key(String),
    /// Without one whoever is at this address; of IPv6 at any of the same /64.
    Address(IpAddr),
    /// Nothing is known.
    Unknown,
}

impl Client {
    pub(super) fn of(extensions: &Extensions) -> Self {
        if let Some(key) = extensions.get().and_then(Grant::key_id) {
            return Self::Key(key.to_owned());
        }
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        peer.map_or(Self::Unknown, |ConnectInfo(peer)| Self::at(peer.ip()))
    }

    fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(whole) => {
                Ipv6Addr::from_bits(whole.to_bits() & !u128::from(u64::MAX)).into()
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// All places; clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Places {
    most: usize,
    taken: Arc<Mutex<BTreeMap<Client, usize>>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    client: Client,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// A place for a client.
    ///
    /// # Errors
    /// `EXPORTS_OFF` where there are none at all, `EXPORTS_BUSY` while all are taken, `EXPORTS_OF_CLIENT` while this client has as
    /// many as one may have.
    pub(super) fn take(&self, client: Client) -> Result<Place, Problem> {
        let most = self.most;
        if most == 0 {
            let detail = "this service writes no files: ask for pages";
            return Err(Problem::unprocessable("EXPORTS_OFF", detail));
        }
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= most {
            let detail = format!("{most} exports are under way; try again when one has ended");
            return Err(Problem::unavailable("EXPORTS_BUSY", detail));
        }
        let own = taken.entry(client.clone()).or_default();
        if *own >= most_of_one(most) {
            let detail = format!(
                "{own} exports of yours are under way, the most of one client; try again when one has ended"
            );
            return Err(Problem::too_many("EXPORTS_OF_CLIENT", detail));
        }
        *own += 1;
        Ok(Place { places: self.clone(), client })
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<Client, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All but one, if there are several.
fn most_of_one(most: usize) -> usize {
    most.saturating_sub(1).max(1)
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(own) = taken.get_mut(&self.client) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.client);
            }
        }
    }
}
