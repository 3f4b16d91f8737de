//! `sooho keys`: who may use the services.

use api_kit::{
    access::{KeyScope, NewKey, Scopes, admin::KeyView},
    clock,
};
use clap::{Args, Subcommand};
use domain::market::Millis;
use store::keys::{KeyRecord, Keys};

use super::table::table;
use crate::{chains::OpenStore, config::Config, error::Error};

const HOUR: Millis = 3_600_000;
/// Longest name.
const NAME: usize = 100;
/// Longest life of a key, in days; what is longer is for ever.
const MOST_DAYS: u64 = 36_500;

/// Arguments of `sooho keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a key and print it: it is shown this once and kept as a hash
    ///
    /// Example: sooho keys add "Partner Ltd" --scope read,export --days 365
    #[command(verbatim_doc_comment)]
    Add {
        /// Whose it is
        #[arg(value_name = "NAME", value_parser = parse_name)]
        name: String,
        /// What it is good for: read, feeds, export, simulate, admin
        #[arg(long, value_name = "SCOPES", value_delimiter = ',', required = true)]
        scope: Vec<KeyScope>,
        /// After so many days it is refused [default: never]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=MOST_DAYS))]
        days: Option<u64>,
    },
    /// Show all keys, what they are good for, and when they were used last
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Take a key back: within seconds every service refuses it
    ///
    /// Example: sooho keys revoke 6f1c0d5ab2e94770
    #[command(verbatim_doc_comment)]
    Revoke {
        /// Its id, as `sooho keys list` shows it
        #[arg(value_name = "ID", value_parser = parse_id)]
        id: String,
    },
    /// Make another key for the same holder, and let the old one end a while later
    ///
    /// Example: sooho keys rotate 6f1c0d5ab2e94770 --overlap-hours 48
    #[command(verbatim_doc_comment)]
    Rotate {
        /// Id of the old one
        #[arg(value_name = "ID", value_parser = parse_id)]
        id: String,
        /// How long both are good
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(0..=8_760))]
        overlap_hours: u64,
    },
}

fn parse_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(format!("give a name of 1 to {NAME} characters, without line ends"));
    }
    Ok(name.to_owned())
}

/// An id; a whole key is taken for its id, which is what stands in it.
fn parse_id(text: &str) -> Result<String, String> {
    let id =
        text.strip_prefix("sooho_key_").map_or(text, |rest| rest.split('_').next().unwrap_or(rest));
    if id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(id.to_ascii_lowercase())
    } else {
        Err("give the id of a key: 16 hex digits, as `sooho keys list` shows them".to_owned())
    }
}

/// Runs the command. It may run beside services.
///
/// # Errors
/// [`Error::Store`]; [`Error::Invalid`] for a key that is none.
pub async fn run(config: &Config, args: KeysArgs) -> Result<(), Error> {
    let open = OpenStore::open_beside(config).await?;
    let outcome = execute(&open.store.keys(), args.command).await;
    open.close().await;
    outcome
}

async fn execute(keys: &Keys, command: KeysCommand) -> Result<(), Error> {
    match command {
        KeysCommand::Add { name, scope, days } => {
            let expires = days.map(|days| clock::millis().saturating_add(days * 24 * HOUR));
            add(keys, name, scope.into_iter().collect(), expires).await
        }
        KeysCommand::List { json } => list(keys, json).await,
        KeysCommand::Revoke { id } => {
            if keys.revoke(&id, clock::millis()).await? {
                say(&format!("{id} is taken back; within seconds every service refuses it"));
                Ok(())
            } else {
                Err(no_key(&id))
            }
        }
        KeysCommand::Rotate { id, overlap_hours } => rotate(keys, &id, overlap_hours).await,
    }
}

async fn add(
    keys: &Keys,
    name: String,
    scopes: Scopes,
    expires: Option<Millis>,
) -> Result<(), Error> {
    let made = make(name, scopes, expires)?;
    put(keys, &made).await?;
    hand_over(&made);
    Ok(())
}

async fn rotate(keys: &Keys, id: &str, overlap_hours: u64) -> Result<(), Error> {
    let now = clock::millis();
    let old = keys.all().await?.into_iter().find(|key| key.id == id).ok_or_else(|| no_key(id))?;
    let KeyRecord { name, scopes, expires, revoked, created, successor, .. } = old;
    if let Some(successor) = successor {
        return Err(succeeded(id, &successor));
    }
    if revoked.is_some() || expires.is_some_and(|end| end <= now) {
        return Err(Error::Invalid(format!(
            "key {id} is good for nothing any more: make a new one with `sooho keys add`"
        )));
    }
    // the new one lives as long as the old one was to
    let expires = expires.map(|end| now.saturating_add(end.saturating_sub(created)));
    let mut made = make(name, Scopes::NONE, expires)?;
    // as they are stored: a newer version of the program may know more of them
    made.record.scopes = scopes;
    put(keys, &made).await?;
    let end = now.saturating_add(overlap_hours * HOUR);
    match keys.succeed(id, made.key.id(), end).await {
        Ok(true) => {}
        Ok(false) => {
            // somebody else was faster, and nobody has seen this one
            keys.revoke(made.key.id(), now).await?;
            return Err(succeeded(id, "another one"));
        }
        Err(error) => {
            // perhaps it was done all the same: then this one is all that its holder has
            hand_over(&made);
            say(&format!("whether {id} ends is not known: `sooho keys list` tells its successor"));
            return Err(error.into());
        }
    }
    hand_over(&made);
    say(&format!("{id} is refused in {overlap_hours} hours"));
    Ok(())
}

fn make(name: String, scopes: Scopes, expires: Option<Millis>) -> Result<NewKey, Error> {
    NewKey::make(name, scopes, expires)
        .map_err(|error| Error::Invalid(format!("the system gives no random numbers: {error}")))
}

async fn put(keys: &Keys, made: &NewKey) -> Result<(), Error> {
    if keys.add(&made.record).await? {
        return Ok(());
    }
    Err(Error::Invalid("the id of the new key exists already: run this again".into()))
}

fn hand_over(made: &NewKey) {
    say("keep this key: it cannot be shown again");
    show(&made.key.reveal());
}

fn succeeded(id: &str, successor: &str) -> Error {
    Error::Invalid(format!("{successor} takes the place of key {id} already: rotate that one"))
}

async fn list(keys: &Keys, json: bool) -> Result<(), Error> {
    let now = clock::millis();
    let views: Vec<_> =
        keys.all().await?.into_iter().map(|record| KeyView::at(record, now)).collect();
    if json {
        let text = serde_json::to_string_pretty(&views).unwrap_or_default();
        show(&text);
        return Ok(());
    }
    let or_never = |time: &Option<String>| time.clone().unwrap_or_else(|| "never".to_owned());
    let rows: Vec<_> = views
        .iter()
        .map(|key| {
            let (state, scopes) = (key.state.to_owned(), key.scopes.join(","));
            let (ends, used) = (or_never(&key.expires_at), or_never(&key.last_used_at));
            [key.id.clone(), key.name.clone(), state, scopes, ends, used]
        })
        .collect();
    show(table(["ID", "NAME", "STATE", "SCOPES", "ENDS", "LAST USED"], &rows).trim_end());
    Ok(())
}

fn no_key(id: &str) -> Error {
    Error::Invalid(format!("there is no key {id}: `sooho keys list` shows them"))
}

/// What scripts take: alone on standard output.
#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn show(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a word to the person beside the answer")]
fn say(text: &str) {
    eprintln!("{text}");
}
