//! Shutdown is a token that is handed down; nobody asks a global.

/// Cancelled when the process is to end. Child tokens end with their parent.
pub use tokio_util::sync::CancellationToken as Shutdown;

/// A token that is cancelled by SIGINT or SIGTERM.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub fn on_signals() -> std::io::Result<Shutdown> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let token = Shutdown::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => tracing::info!("interrupted, shutting down"),
            _ = terminate.recv() => tracing::info!("asked to terminate, shutting down"),
        }
        cancelled.cancel();
    });
    Ok(token)
}
