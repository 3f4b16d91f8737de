//! The connection: one database of one MongoDB deployment.

use std::time::Duration;

use bson::{Document, doc};
use domain::ids::ChainId;
use mongodb::{
    Client, Database,
    event::{EventHandler, command::CommandEvent},
    options::ClientOptions,
};

use crate::{
    documents::lease::LEASES,
    error::StoreError,
    generations::{self, Generation, Generations, Standing, waiting},
    keys::Keys,
    lease::{self, Lease},
    market::MarketWriter,
    reader::Reader,
    schema,
    writer::Writer,
};

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectOptions {
    /// How long an operation looks for a usable server before it gives up.
    pub server_selection: Duration,
    /// How long a TCP connection may take.
    pub connect: Duration,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self { server_selection: Duration::from_secs(5), connect: Duration::from_secs(5) }
    }
}

/// A database. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    database: Database,
}

impl Store {
    /// Connects and checks that the deployment has transactions.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when nobody answers (retryable), [`StoreError::NoTransactions`] for a standalone
    /// server, [`StoreError::InvalidUri`] and [`StoreError::InvalidDatabase`] for a wrong configuration.
    pub async fn connect(uri: &str, database: &str) -> Result<Self, StoreError> {
        Self::connect_with(uri, database, ConnectOptions::default()).await
    }

    /// Whether a database can have this name: letters, digits, `-` and `_`, which every platform and every tool takes.
    ///
    /// # Errors
    /// [`StoreError::InvalidDatabase`].
    pub fn check_name(database: &str) -> Result<(), StoreError> {
        let fine = (1..=38).contains(&database.len())
            && database
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if fine {
            Ok(())
        } else {
            Err(StoreError::InvalidDatabase(database.chars().take(60).collect()))
        }
    }

    /// Like [`Store::connect`], with other patience. What the URI itself says wins.
    ///
    /// # Errors
    /// Like [`Store::connect`].
    pub async fn connect_with(
        uri: &str,
        database: &str,
        patience: ConnectOptions,
    ) -> Result<Self, StoreError> {
        Self::open(uri, database, patience, None).await
    }

    /// The same, with somebody who is told of every command.
    pub(crate) async fn open(
        uri: &str,
        database: &str,
        patience: ConnectOptions,
        observer: Option<EventHandler<CommandEvent>>,
    ) -> Result<Self, StoreError> {
        Self::check_name(database)?;
        let mut options = ClientOptions::parse(uri).await.map_err(|error| {
            // what stands before an `@` may be a password, and the driver may quote it
            let detail = if uri.contains('@') { String::new() } else { format!(" ({error})") };
            StoreError::InvalidUri { detail }
        })?;
        options.app_name.get_or_insert_with(|| "sooho".to_owned());
        options.server_selection_timeout.get_or_insert(patience.server_selection);
        options.connect_timeout.get_or_insert(patience.connect);
        options.command_event_handler = observer;
        let client = Client::with_options(options)?;
        let hello = client.database("admin").run_command(doc! { "hello": 1 }).await?;
        let sharded = hello.get_str("msg").is_ok_and(|kind| kind == "isdbgrid");
        if !sharded && !hello.contains_key("setName") {
            return Err(StoreError::NoTransactions);
        }
        let database = client.database(database);
        Ok(Self { client, database })
    }

    /// Creates what is missing of collections and indexes. Does nothing the second time.
    ///
    /// # Errors
    /// [`StoreError::SchemaNewer`] when the database was written by a newer version; else as the server says.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        schema::migrate(&self.database).await
    }

    /// Takes the right to write a chain. It lasts `ttl` and is renewed as long as the lease lives.
    ///
    /// # Errors
    /// [`StoreError::LeaseHeld`] when somebody else has it, who is alive or was a moment ago; retryable when no server
    /// answers.
    pub async fn acquire(&self, chain: ChainId, ttl: Duration) -> Result<Lease, StoreError> {
        lease::acquire(self.client.clone(), self.database.clone(), chain, ttl).await
    }

    /// The same, from whoever has it: for tests, whose writers are all their own.
    pub(crate) async fn seize(&self, chain: ChainId) -> Result<Lease, StoreError> {
        lease::seize(self.client.clone(), self.database.clone(), chain).await
    }

    /// Takes the right to write a generation of the chain that is being built. Only who holds the chain's lease gets it,
    /// and it ends with that one: after a take-over its writers are refused as soon as the new holder builds on.
    ///
    /// # Errors
    /// Like [`Store::acquire`]; [`StoreError::LeaseLost`] when the chain's lease is lost.
    pub async fn acquire_generation(
        &self,
        lease: &Lease,
        generation: Generation,
        ttl: Duration,
    ) -> Result<Lease, StoreError> {
        lease::acquire_generation(lease, generation, ttl).await
    }

    /// The generations of the lease's chain, and the steps from one to the next.
    #[must_use]
    pub fn generations(&self, lease: &Lease) -> Generations {
        Generations::new(lease)
    }

    /// Where a chain stands, for who does not write it.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn standing(&self, chain: ChainId) -> Result<Standing, StoreError> {
        generations::read::standing(&self.database, chain).await
    }

    /// Says that this process waits for the chain's lease and would go on with this generation; it counts for `ttl`.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn stand_by(
        &self,
        chain: ChainId,
        generation: Generation,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        waiting::stand_by(&self.documents(LEASES), chain, generation, ttl).await
    }

    /// The one way to write indexed data: under a lease of its chain.
    #[must_use]
    pub fn writer(&self, lease: &Lease) -> Writer {
        Writer::new(self.database.clone(), lease)
    }

    /// The way to write market prices, which are of no block and of nobody's chain: no lease is needed.
    #[must_use]
    pub fn market(&self) -> MarketWriter {
        MarketWriter::new(self.database.clone())
    }

    /// The keys of those who use the services.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys::new(self.database.clone())
    }

    /// The way to read; it has no method that writes.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(self.client.clone(), self.database.clone())
    }

    /// Whether a server answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.run_command(doc! { "ping": 1 }).await?;
        Ok(())
    }

    /// The name of the database.
    #[must_use]
    pub fn database_name(&self) -> &str {
        self.database.name()
    }

    /// Removes the database with all it holds; for tests and for `reset`.
    ///
    /// # Errors
    /// As the server says.
    pub async fn drop_database(&self) -> Result<(), StoreError> {
        Ok(self.database.drop().await?)
    }

    /// A collection of documents as they are.
    pub(crate) fn documents(&self, name: &str) -> mongodb::Collection<Document> {
        self.database.collection(name)
    }

    /// What the server says of the size of the database.
    pub(crate) async fn db_stats(&self) -> Result<Document, StoreError> {
        Ok(self.database.run_command(doc! { "dbStats": 1 }).await?)
    }

    /// The server's own database, for its settings.
    pub(crate) fn admin(&self) -> Database {
        self.client.database("admin")
    }

    /// The database.
    #[cfg(test)]
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }
}
