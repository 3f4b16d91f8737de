//! A wire to a service that can be cut: connections break in the middle, and others can be made at once.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// The wire; what is connected ends with it.
pub(super) struct Door {
    /// Where it listens.
    pub(super) url: String,
    cuts: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Door {
    /// One to this address.
    pub(super) async fn to(service: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (cuts, cut) = watch::channel(0);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut cut = cut.clone();
                cut.mark_unchanged();
                tokio::spawn(async move {
                    tokio::select! {
                        () = forward(client, service) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Ok(Self { url, cuts, task })
    }

    /// Breaks all connections.
    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn forward(mut client: TcpStream, service: SocketAddr) {
    if let Ok(mut service) = TcpStream::connect(service).await {
        // it ends when either side does, however that happens
        drop(copy_bidirectional(&mut client, &mut service).await);
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}
