//! What several commands open: store, clients, signals.

use chain::Client;
use indexer::{Metrics, Progress};
use observe::{Registry, Shutdown};
use store::{Embedded, EmbeddedOptions, Store, StoreError};
use tokio::sync::watch;

use crate::{
    config::{ChainConfig, Config, EMBEDDED},
    error::Error,
};

/// A store that is ready to use, with the local server under it when there is one.
#[derive(Debug)]
pub struct OpenStore {
    /// The store, migrated.
    pub store: Store,
    embedded: Option<Embedded>,
}

impl OpenStore {
    /// Starts the local server if configured, connects and migrates.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn open(config: &Config) -> Result<Self, Error> {
        let settings = &config.store;
        let (uri, embedded) = if settings.uri == EMBEDDED {
            let named = Some(settings.mongod.clone()).filter(|path| !path.as_os_str().is_empty());
            let binary =
                named.or_else(|| observe::config::variable("SOOHO_MONGOD").map(Into::into));
            let options = EmbeddedOptions {
                binary,
                data_dir: settings.data_dir.clone(),
                cache_mb: settings.cache_mb,
            };
            tracing::info!(folder = %settings.data_dir.display(), "starting the local MongoDB");
            let embedded = Embedded::start(options).await?;
            (embedded.uri(), Some(embedded))
        } else {
            (settings.uri.clone(), None)
        };
        let store = Store::connect(&uri, &settings.database).await?;
        store.migrate().await?;
        Ok(Self { store, embedded })
    }

    /// The same for a command that may run beside services: a local server that they run already is used as it is.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn open_beside(config: &Config) -> Result<Self, Error> {
        match Self::open(config).await {
            Err(Error::Store(in_use @ StoreError::FolderInUse { .. })) => {
                let uri = Embedded::running(&config.store.data_dir).ok_or(in_use)?;
                let store = Store::connect(&uri, &config.store.database).await?;
                store.migrate().await?;
                Ok(Self { store, embedded: None })
            }
            opened => opened,
        }
    }

    /// A local server of this process remembers little while one of these chains is fetched. Ends with their indexers.
    pub fn remember(&self, chains: Vec<watch::Receiver<Progress>>) {
        if self.embedded.is_some() {
            tokio::spawn(indexer::remember(self.store.clone(), chains));
        }
    }

    /// Stops the local server cleanly.
    pub async fn close(self) {
        drop(self.store);
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// The client of a chain; asks nothing yet.
///
/// # Errors
/// [`Error::Chain`] for an url that is none.
pub fn client(chain: &ChainConfig) -> Result<Client, Error> {
    Ok(Client::new(chain.id, &chain.rpc)?)
}

/// The same, its endpoints shown among the metrics of this registry.
///
/// # Errors
/// As [`client`]; and when the registry has a client of this chain already.
pub fn shown_client(chain: &ChainConfig, registry: &Registry) -> Result<Client, Error> {
    let client = client(chain)?;
    chain::metrics::register(registry, &chain.name, &client)
        .map_err(|error| Error::Service { service: "metrics", reason: error.to_string() })?;
    Ok(client)
}

/// The chain of this name; without one, the only chain.
///
/// # Errors
/// [`Error::Invalid`], naming the choices.
pub fn pick<'a>(config: &'a Config, name: Option<&str>) -> Result<&'a ChainConfig, Error> {
    let found = match (name, &config.chain[..]) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(name), chains) => chains.iter().find(|chain| chain.name == name),
    };
    found.ok_or_else(|| {
        let names: Vec<_> = config.chain.iter().map(|chain| chain.name.as_str()).collect();
        Error::Invalid(format!("name one of the chains with --chain: {}", names.join(", ")))
    })
}

/// A token that SIGINT and SIGTERM cancel.
///
/// # Errors
/// When signals cannot be handled.
pub fn shutdown() -> Result<Shutdown, Error> {
    observe::shutdown::on_signals().map_err(|error| Error::Service {
        service: "sooho",
        reason: format!("signal handlers: {error}"),
    })
}

/// The indexers' metrics in a registry.
///
/// # Errors
/// When they are there already.
pub fn metrics(registry: &Registry) -> Result<Metrics, Error> {
    Metrics::new(registry)
        .map_err(|error| Error::Service { service: "indexer", reason: error.to_string() })
}

/// How to call the store before people: never with what a URI holds.
#[must_use]
pub fn store_name(config: &Config) -> String {
    if config.store.uri == EMBEDDED {
        format!("embedded in {}", config.store.data_dir.display())
    } else {
        "at store.uri".to_owned()
    }
}
