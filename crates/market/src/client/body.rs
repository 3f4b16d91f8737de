//! Bodies: read piece by piece, unpacked, and never longer than a limit.

use std::io::Read as _;

use alloy_primitives::bytes::Bytes;
use flate2::read::MultiGzDecoder;
use reqwest::{Response, header};

use crate::metrics::BodyFault;

/// Bytes of an answer at most, packed and unpacked.
pub(super) const LIMIT: usize = 10 << 20;
/// Bytes of an error's text that are read.
const ERROR_LIMIT: usize = 64 << 10;
const LONGEST_KEY: usize = 1 << 10;

/// Why there is no body.
#[derive(Debug)]
pub(super) enum BodyError {
    /// The connection ended before it did.
    Broken(reqwest::Error),
    /// What came is of no use.
    Refused(BodyFault, String),
}

/// The whole body of a good answer.
pub(super) async fn read(response: Response) -> Result<Bytes, BodyError> {
    let encoding = response.headers().get(header::CONTENT_ENCODING).cloned();
    let packed = match encoding.as_ref().map(|text| text.as_bytes().to_ascii_lowercase()).as_deref()
    {
        None | Some(b"" | b"identity") => false,
        Some(b"gzip" | b"x-gzip") => true,
        Some(_) => {
            let why = "it is packed in a way that was not offered".to_owned();
            return Err(BodyError::Refused(BodyFault::Packed, why));
        }
    };
    let body = collect(response, LIMIT, true).await?;
    if packed { unpack(&body) } else { Ok(body.into()) }
}

/// The beginning of an error's text; what cannot be read is left out.
pub(super) async fn text(response: Response) -> String {
    let packed = response.headers().contains_key(header::CONTENT_ENCODING);
    let mut body = collect(response, ERROR_LIMIT, false).await.unwrap_or_default();
    if packed {
        let mut text = Vec::new();
        let limit = u64::try_from(ERROR_LIMIT).unwrap_or(u64::MAX);
        // what could be unpacked stands in the text whether or not the rest could
        drop(MultiGzDecoder::new(body.as_slice()).take(limit).read_to_end(&mut text));
        body = text;
    }
    if body.len() >= ERROR_LIMIT {
        // half a key at the cut would not be recognised as one
        body.truncate(ERROR_LIMIT - LONGEST_KEY);
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// Reads up to `limit` bytes; of a longer body only the beginning unless that is an error.
async fn collect(mut response: Response, limit: usize, refuse: bool) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(BodyError::Broken)? {
        let room = limit - body.len();
        if piece.len() > room {
            if refuse {
                return Err(too_large());
            }
            body.extend_from_slice(piece.get(..room).unwrap_or_default());
            break;
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn unpack(packed: &[u8]) -> Result<Bytes, BodyError> {
    let mut body = Vec::new();
    let most = u64::try_from(LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    match MultiGzDecoder::new(packed).take(most).read_to_end(&mut body) {
        Ok(_) if body.len() > LIMIT => Err(too_large()),
        Ok(_) => Ok(body.into()),
        Err(error) => {
            Err(BodyError::Refused(BodyFault::Packed, format!("it cannot be unpacked: {error}")))
        }
    }
}

fn too_large() -> BodyError {
    let why = format!("it is longer than {} MB", LIMIT >> 20);
    BodyError::Refused(BodyFault::TooLarge, why)
}
