//! Snapshots from elsewhere.

use std::{
    fs::{self, File},
    io::Write as _,
    path::PathBuf,
    time::Duration,
};

use crate::{commands::restore::Local, error::Error};

/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// A snapshot as a file: where the configuration names a path that file, of an `http://` or `https://` URL a copy.
///
/// # Errors
/// [`Error::Download`], naming the URL without what stands before an `@`.
pub async fn local(from: &str) -> Result<Local, Error> {
    if !(from.starts_with("http://") || from.starts_with("https://")) {
        return Ok(Local { path: from.into(), fetched: false });
    }
    let path = std::env::temp_dir().join(format!("sooho-snapshot-{}.part", std::process::id()));
    let local = Local { path: path.clone(), fetched: true };
    download(from, path).await.map_err(|reason| Error::Download {
        url: from.rsplit_once('@').map_or(from, |(_, rest)| rest).to_owned(),
        reason,
    })?;
    Ok(local)
}

async fn download(url: &str, to: PathBuf) -> Result<(), String> {
    // the folder is everybody's: whatever lies at this name is not followed
    drop(fs::remove_file(&to));
    let mut file = File::create_new(&to).map_err(|error| format!("{}: {error}", to.display()))?;
    let said = |error: reqwest::Error| error.without_url().to_string();
    let client = reqwest::Client::builder()
        .connect_timeout(SILENCE)
        .read_timeout(SILENCE)
        .build()
        .map_err(said)?;
    let answer = client.get(url).send().await.map_err(said)?;
    let mut answer = answer.error_for_status().map_err(said)?;
    while let Some(part) = answer.chunk().await.map_err(said)? {
        file.write_all(&part).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    Ok(())
}
