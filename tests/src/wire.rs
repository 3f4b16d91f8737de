//! A wire to an endpoint that can be cut, in the middle of an answer too.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Forwards connections until so many bytes of answers went through, then cuts all of them and takes no new ones.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    /// Bytes that may still pass.
    left: Arc<AtomicI64>,
    task: JoinHandle<()>,
}

impl Wire {
    /// A whole one, to an `http://` address.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn new(upstream: &str) -> Result<Self> {
        let upstream = upstream.strip_prefix("http://").context("no http url")?;
        let upstream: SocketAddr = upstream.trim_end_matches('/').parse()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let task = tokio::spawn(accept(listener, upstream, Arc::clone(&left)));
        Ok(Self { address, left, task })
    }

    /// Where to connect.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// After so many more bytes of answers it is cut.
    pub fn cut_after(&self, bytes: u32) {
        self.left.store(bytes.into(), Ordering::SeqCst);
    }

    /// Whether it is cut.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.left.load(Ordering::SeqCst) <= 0
    }

    /// Makes it whole again.
    pub fn mend(&self) {
        self.left.store(i64::MAX, Ordering::SeqCst);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, upstream: SocketAddr, left: Arc<AtomicI64>) {
    while let Ok((near, _)) = listener.accept().await {
        let left = Arc::clone(&left);
        if left.load(Ordering::SeqCst) > 0 {
            tokio::spawn(async move {
                // whatever ends it, both ends are closed
                drop(forward(near, upstream, &left).await);
            });
        }
    }
}

async fn forward(near: TcpStream, upstream: SocketAddr, left: &AtomicI64) -> std::io::Result<()> {
    let far = TcpStream::connect(upstream).await?;
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) =
        (near.into_split(), far.into_split());
    let answers = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let read = far_in.read(&mut buffer).await?;
            let read = i64::try_from(read).unwrap_or(i64::MAX);
            let before = left.fetch_sub(read, Ordering::SeqCst);
            let may = usize::try_from(read.min(before)).unwrap_or(0);
            near_out.write_all(buffer.get(..may).unwrap_or_default()).await?;
            if read == 0 || before <= read {
                return Ok(());
            }
        }
    };
    tokio::select! {
        done = answers => done,
        done = tokio::io::copy(&mut near_in, &mut far_out) => done.map(drop),
        // one that is waiting for an answer is cut as well
        () = async {
            while left.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        } => Ok(()),
    }
}
