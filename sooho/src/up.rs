//! `sooho up`: services until Ctrl-C, in one process.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use alloy_primitives::Address;
use api_kit::{
    access::{Access, AccessSettings, KeyScope},
    chains::Chains,
    health::Ready,
    price_jobs::{self, Planned},
    shell::{self, REQUEST_TIMEOUT, Shell},
    status,
};
use chain::Client;
use domain::entity::Protocol;
use indexer::{
    Audit, Indexer, Reconcile, Schedule, Target,
    schedule::{AuditJob, ReconcileJob},
};
use observe::{Registry, Shutdown};
use serving::{ChainDeps, Quoters, Routers};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    chains::{self, OpenStore},
    commands::restore,
    config::{self, ChainConfig, Config},
    error::Error,
    prices::Market,
    service::Service,
};

type Tasks = JoinSet<Result<(), Error>>;

/// Requests that come within so much of each other may read at the same moment.
const HOLD: std::time::Duration = std::time::Duration::from_millis(5);

/// Runs services until a signal, or until one of them fails; then all of them end, and the local database last.
///
/// # Errors
/// The first fault.
pub async fn run(config: &Config, services: &[Service]) -> Result<(), Error> {
    let shutdown = chains::shutdown()?;
    // a port that is taken shows before anything is started
    let mut listeners = Vec::new();
    for service in services.iter().collect::<BTreeSet<_>>() {
        listeners.push((*service, listen(*service, config).await?));
    }
    let open = OpenStore::open(config).await?;
    let mut tasks = Tasks::new();
    let begun = if services.contains(&Service::Indexer) {
        restore::snapshots(config, &open.store, &shutdown).await
    } else {
        Ok(())
    };
    let begun = begun.and_then(|()| start(config, &open, listeners, &mut tasks, &shutdown));
    let outcome = match begun {
        Ok(()) => settle(&mut tasks, &shutdown).await,
        Err(error) => Err(error),
    };
    tasks.shutdown().await;
    open.close().await;
    outcome
}

async fn listen(service: Service, config: &Config) -> Result<TcpListener, Error> {
    let address = service.address(config);
    TcpListener::bind(address).await.map_err(|source| Error::Listen {
        service: service.name(),
        address,
        source,
    })
}

fn start(
    config: &Config,
    open: &OpenStore,
    listeners: Vec<(Service, TcpListener)>,
    tasks: &mut Tasks,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    for (service, listener) in listeners {
        match service {
            Service::Indexer => start_indexer(config, open, listener, tasks, shutdown)?,
            Service::Serving => {
                let registry = Registry::new();
                // one: what the books hear of moves is known to all who read
                let reader = open.store.reader().holding(HOLD);
                let mut background = serving::Background::default();
                let searches = serving::book::Searches::default();
                let max_price_age = Duration::from_secs(config.prices.policy.max_age_s);
                let deps = serving::Deps {
                    access: access(config, open),
                    chains: per_chain(config, |chain| {
                        let client = chains::shown_client(chain, &registry)?;
                        let rows = config.serving.rows_mb << 20;
                        let (book, keeper) =
                            serving::book::open_with_rows(reader.clone(), chain.id, rows);
                        let (gas_price, watch) = serving::gas_price::open(client.clone());
                        let book = book.sharing(searches.clone());
                        background.keepers.push(keeper.with(node(chain, &client)));
                        background.gas_prices.push(watch);
                        let (native_price, watch) = serving::native_price::open(
                            open.store.reader(),
                            chain.id,
                            wrapped_native(chain),
                            max_price_age,
                        );
                        background.native_prices.extend(watch);
                        Ok(ChainDeps {
                            name: chain.name.clone(),
                            past: serving::past::PastBlocks::new(client.clone()),
                            live: serving::node::LiveNode::new(
                                client.clone(),
                                Arc::clone(&chain.contracts),
                            ),
                            dexes: chain.indexer().watch.dexes,
                            start_block: chain.start_block,
                            client,
                            quoters: quoters(chain),
                            routers: routers(chain),
                            permit2: chain.permit2,
                            book,
                            gas_price,
                            native_price,
                            wrapped_native: wrapped_native(chain),
                            max_quote_age: chain.max_quote_age(),
                            tables: chain.contracts.tables().cloned().collect(),
                            feeds: config.feeds.settings(chain),
                        })
                    })?,
                    reader,
                    registry,
                    max_price_age,
                    timeout: REQUEST_TIMEOUT,
                    shutdown: shutdown.clone(),
                    export: config.serving.export.settings(),
                    graphql: config.serving.graphql.settings(),
                    subgraphs: config.subgraph.clone(),
                };
                let run = serving::run(deps, background, listener, shutdown.clone());
                tasks.spawn(async move { run.await.map_err(|error| ended("serving", &error)) });
            }
            Service::NftApi => {
                let registry = Registry::new();
                let deps = nft_api::Deps {
                    access: access(config, open),
                    chains: per_chain(config, |chain| {
                        Ok(nft_api::ChainDeps {
                            name: chain.name.clone(),
                            client: chains::shown_client(chain, &registry)?,
                            collections: chain.collection.clone(),
                        })
                    })?,
                    reader: open.store.reader().holding(HOLD),
                    registry,
                    timeout: REQUEST_TIMEOUT,
                };
                let run = nft_api::run(deps, listener, shutdown.clone());
                tasks.spawn(async move { run.await.map_err(|error| ended("nft_api", &error)) });
            }
        }
    }
    Ok(())
}

fn start_indexer(
    config: &Config,
    open: &OpenStore,
    listener: TcpListener,
    tasks: &mut Tasks,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let registry = Registry::new();
    let metrics = Arc::new(chains::metrics(&registry)?);
    let (mut schedule, mut followed) = (Schedule::default(), Vec::new());
    let mut clients = Vec::new();
    for chain in &config.chain {
        let (settings, client) = (chain.indexer(), chains::shown_client(chain, &registry)?);
        clients.push(client.clone());
        let audit = Audit::new(&settings, client.clone(), open.store.reader());
        let most = config.indexer.reconcile_pools;
        let reconcile = Reconcile::new(&settings, client.clone(), open.store.reader(), most);
        let indexer = Indexer::new(settings, client, open.store.clone(), Arc::clone(&metrics))
            .with_standby(config.indexer.stand_by())
            .with_on_change(config.indexer.on_change)
            .with_retention(config.indexer.history);
        let job = AuditJob::new(audit, indexer.leading(), Arc::clone(&metrics));
        let name = format!("audit of {}", chain.name);
        schedule
            .add(&name, &config.indexer.audit, move || job.clone().run())
            .map_err(|error| Error::Invalid(format!("indexer.audit: {error}")))?;
        let job = ReconcileJob::new(reconcile, indexer.writing(), Arc::clone(&metrics));
        let name = format!("balances of {}", chain.name);
        schedule
            .add(&name, &config.indexer.reconcile, move || job.clone().run())
            .map_err(|error| Error::Invalid(format!("indexer.reconcile: {error}")))?;
        followed.push(indexer.progress());
        let run = indexer.run(Target::Follow, shutdown.clone());
        let name = chain.name.clone();
        tasks.spawn(
            async move { run.await.map_err(|source| Error::Indexer { chain: name, source }) },
        );
    }
    open.remember(followed);
    let jobs = schedule.run(shutdown.clone());
    tasks.spawn(async move {
        jobs.await
            .map_err(|error| Error::Service { service: "schedule", reason: error.to_string() })
    });
    let planned = start_prices(config, open, &registry, &clients, tasks, shutdown)?;
    let names = per_chain(config, |chain| Ok(chain.name.clone()))?;
    let ready = Ready::when_indexed(open.store.reader(), names.ids());
    let failed = |error: observe::MetricsError| Error::Service {
        service: "indexer",
        reason: error.to_string(),
    };
    let access = Access::new("indexer", access(config, open), &registry).map_err(failed)?;
    let jobs = price_jobs::routes(open.store.market().reader().clone(), planned);
    let jobs = access.guard(KeyScope::Admin, jobs);
    let shell = Shell { service: "indexer", timeout: REQUEST_TIMEOUT, ready, registry };
    let router =
        shell.wrap(status::routes(open.store.reader(), names).merge(jobs)).map_err(failed)?;
    let run = shell::serve(router, listener, shutdown.clone());
    tasks.spawn(async move { run.await.map_err(|error| ended("indexer", &error)) });
    Ok(())
}

/// Who may do what.
fn access(config: &Config, open: &OpenStore) -> AccessSettings {
    AccessSettings { keys: open.store.keys(), anonymous: config.access.anonymous }
}

/// Starts what collects prices, and says which jobs there are. Whatever happens to it, the services go on.
fn start_prices(
    config: &Config,
    open: &OpenStore,
    registry: &Registry,
    clients: &[Client],
    tasks: &mut Tasks,
    shutdown: &Shutdown,
) -> Result<Vec<Planned>, Error> {
    if config.prices.tokens.is_empty() {
        return Ok(Vec::new());
    }
    let client = |index: usize| {
        let client = clients.get(index).cloned();
        client.ok_or_else(|| Error::Invalid("a chain without a client".to_owned()))
    };
    let prices = Market::new(config, &open.store, registry, client)?.service();
    let planned = prices.planned().map(|(name, cron)| Planned { name, cron }).collect();
    let run = prices.run(shutdown.clone());
    tasks.spawn(async move {
        run.await;
        Ok(())
    });
    Ok(planned)
}

/// Waits for all services; the first fault ends the others.
async fn settle(tasks: &mut Tasks, shutdown: &Shutdown) -> Result<(), Error> {
    let mut outcome = Ok(());
    while let Some(joined) = tasks.join_next().await {
        let ended = joined.unwrap_or_else(|error| {
            Err(Error::Service { service: "a task", reason: error.to_string() })
        });
        if let Err(error) = ended
            && outcome.is_ok()
        {
            tracing::error!(%error, "stopping all services");
            outcome = Err(error);
            shutdown.cancel();
        }
    }
    outcome
}

fn ended(service: &'static str, error: &std::io::Error) -> Error {
    Error::Service { service, reason: error.to_string() }
}

fn per_chain<T>(
    config: &Config,
    mut make: impl FnMut(&ChainConfig) -> Result<T, Error>,
) -> Result<Chains<T>, Error> {
    let chains = config.chain.iter().map(|chain| Ok((chain.id, make(chain)?)));
    Ok(Chains::new(chains.collect::<Result<_, Error>>()?))
}

/// The token that the chain's DEXes reckon in, which stands for the native currency.
fn wrapped_native(chain: &ChainConfig) -> Option<Address> {
    let tokens = chain.dex.iter().map(|dex| dex.pricing.reference_token);
    tokens.into_iter().find(|token| !token.is_zero())
}

fn routers(chain: &ChainConfig) -> BTreeMap<String, Routers> {
    let routers = chain.dex.iter().map(|dex| {
        // no V4 pool can be reached by SwapRouter02
        let swap_router02 = dex.swap_router02.filter(|_| dex.protocol != Protocol::V4);
        (dex.name.clone(), Routers { swap_router02, universal_router: dex.universal_router })
    });
    routers.collect()
}

/// What only the chain knows of its pools.
fn node(chain: &ChainConfig, client: &Client) -> serving::book::Node {
    let managers = chain.dex.iter().filter(|dex| dex.protocol == Protocol::V4);
    serving::book::Node {
        client: client.clone(),
        managers: managers.map(|dex| (dex.name.clone(), dex.factory)).collect(),
        taxes: chain.tax.iter().map(config::TaxConfig::tax).collect(),
        tries_transfers: chain.try_transfers,
    }
}

fn quoters(chain: &ChainConfig) -> BTreeMap<String, Quoters> {
    let quoters = chain.dex.iter().map(|dex| {
        let mut quoters = Quoters::default();
        match dex.protocol {
            Protocol::V2 => quoters.v2_router = dex.quoter,
            Protocol::V3 => quoters.quoter_v2 = dex.quoter,
            Protocol::V4 => quoters.v4_quoter = dex.quoter,
        }
        (dex.name.clone(), quoters)
    });
    quoters.collect()
}
