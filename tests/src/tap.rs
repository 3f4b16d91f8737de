//! A wire to a `mongod` on which every command is read as it passes.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use bson::{Bson, Document};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// Bytes of a message's header: its length, two numbers of messages, and what it is.
const HEADER: usize = 16;
/// A command.
const OP_MSG: i32 = 2013;
/// How drivers of any age say hello.
const OP_QUERY: i32 = 2004;

/// What passed.
#[derive(Debug, Default)]
struct Seen {
    commands: Vec<Document>,
    /// What could not be read.
    faults: Vec<String>,
}

/// Forwards connections to a server and keeps all commands, each in the form in which a driver tells of it.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Tap {
    /// One to the server on this port of the machine.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn new(uri: &str) -> Result<Self> {
        let rest = uri.strip_prefix("mongodb://").context("no mongodb uri")?;
        let server: SocketAddr = rest.split('/').next().context("no address")?.parse()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let seen = Arc::default();
        let task = tokio::spawn(accept(listener, server, Arc::clone(&seen)));
        Ok(Self { address, seen, task })
    }

    /// Where to connect: to nobody else, whatever the server says of its replica set.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("mongodb://{}/?directConnection=true", self.address)
    }

    /// The commands since the last call.
    ///
    /// # Errors
    /// When one could not be read.
    pub fn take(&self) -> Result<Vec<Document>> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        ensure!(seen.faults.is_empty(), "{:?}", seen.faults);
        Ok(seen.commands)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, seen: Arc<Mutex<Seen>>) {
    while let Ok((near, _)) = listener.accept().await {
        let seen = Arc::clone(&seen);
        tokio::spawn(async move {
            if let Err(error) = forward(near, server, &seen).await {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.faults.push(format!("{error:#}"));
            }
        });
    }
}

async fn forward(near: TcpStream, server: SocketAddr, seen: &Mutex<Seen>) -> Result<()> {
    let far = TcpStream::connect(server).await?;
    let ((near_in, mut near_out), (mut far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        done = questions(near_in, far_out, seen) => done,
        // a connection may end at any time, as they do
        _ = tokio::io::copy(&mut far_in, &mut near_out) => Ok(()),
    }
}

async fn questions(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    seen: &Mutex<Seen>,
) -> Result<()> {
    let mut header = [0; HEADER];
    while from.read_exact(&mut header).await.is_ok() {
        let (length, code) = (number(&header, 0)?, number(&header, 12)?);
        let length = usize::try_from(length)?.checked_sub(HEADER).context("a short message")?;
        let mut body = vec![0; length];
        if from.read_exact(&mut body).await.is_err() {
            return Ok(());
        }
        match code {
            OP_MSG => {
                let command = command(&body)?;
                seen.lock().unwrap_or_else(PoisonError::into_inner).commands.push(command);
            }
            OP_QUERY => {}
            _ => bail!("message of kind {code}"),
        }
        if to.write_all(&[header.as_slice(), &body].concat()).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn number(bytes: &[u8], at: usize) -> Result<i32> {
    let bytes = bytes.get(at..at + 4).context("a message ends early")?;
    Ok(i32::from_le_bytes(bytes.try_into()?))
}

/// The command of an `OP_MSG`: its document, with the lists that came beside it as fields.
fn command(body: &[u8]) -> Result<Document> {
    let checksum = if number(body, 0)? & 1 == 1 { 4 } else { 0 };
    let end = body.len().checked_sub(checksum).context("a short message")?;
    let mut rest = body.get(4..end).context("a short message")?;
    let (mut command, mut lists) = (None, Document::new());
    while let Some((kind, section)) = rest.split_first() {
        let length = usize::try_from(number(section, 0)?)?;
        let bytes = section.get(..length).context("a section ends early")?;
        rest = section.get(length..).context("a section ends early")?;
        if *kind == 0 {
            command = Some(Document::from_reader(bytes)?);
            continue;
        }
        let mut bytes = bytes.get(4..).context("a section ends early")?;
        let name = bytes.iter().position(|byte| *byte == 0).context("a list without a name")?;
        let (name, list) = bytes.split_at(name);
        bytes = list.get(1..).context("a section ends early")?;
        let mut items = Vec::new();
        while !bytes.is_empty() {
            items.push(Bson::from(Document::from_reader(&mut bytes)?));
        }
        lists.insert(str::from_utf8(name)?, items);
    }
    let mut command = command.context("a message without a command")?;
    command.extend(lists);
    Ok(command)
}
