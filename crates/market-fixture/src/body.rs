//! Bodies, whole and otherwise.

use std::{io::Write as _, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use futures::stream;

use crate::fault::Fault;

/// The response of a status, some headers and a body that a fault may have bent.
pub(crate) fn response(
    status: u16,
    headers: &[(&'static str, String)],
    body: String,
    faults: &[Fault],
) -> Response {
    let mut body = body.into_bytes();
    let mut encoding = None;
    let mut pieces = Pieces::Whole;
    for fault in faults {
        match fault {
            Fault::Slow(wait) => pieces = Pieces::Slow(*wait),
            Fault::Cut => pieces = Pieces::Cut,
            Fault::Gzip => (body, encoding) = (packed(&body), Some("gzip")),
            Fault::CutGzip => {
                body = packed(&body);
                body.truncate(body.len() / 2);
                encoding = Some("gzip");
            }
            Fault::Long(length, true) => (body, encoding) = (bomb(*length), Some("gzip")),
            Fault::OddEncoding => encoding = Some("br"),
            _ => {}
        }
    }
    let length = body.len();
    let mut response = Response::new(pieces.body(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    own.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(encoding) = encoding {
        own.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            own.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

enum Pieces {
    Whole,
    Slow(Duration),
    Cut,
}

impl Pieces {
    fn body(&self, body: Vec<u8>) -> Body {
        let half = body.len() / 2;
        let (first, rest) = body.split_at(half);
        let (first, rest) = (Bytes::copy_from_slice(first), Bytes::copy_from_slice(rest));
        let wait = match self {
            Self::Whole => return Body::from(body),
            Self::Slow(wait) => Some(*wait),
            Self::Cut => None,
        };
        Body::from_stream(stream::unfold(0_u8, move |step| {
            let (first, rest) = (first.clone(), rest.clone());
            async move {
                match (step, wait) {
                    (0, _) => Some((Ok(first), 1)),
                    (1, Some(wait)) => {
                        tokio::time::sleep(wait).await;
                        Some((Ok(rest), 2))
                    }
                    (1, None) => {
                        // what was sent before has to be on its way
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        Some((Err(std::io::Error::other("cut")), 2))
                    }
                    _ => None,
                }
            }
        }))
    }
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    // a vector takes whatever is written
    packer.write_all(body).and_then(|()| packer.finish()).unwrap_or_default()
}

/// Blanks that become at least as many bytes, packed a megabyte at a time.
fn bomb(length: usize) -> Vec<u8> {
    const PART: usize = 1 << 20;
    packed(&vec![b' '; PART]).repeat(length.div_ceil(PART))
}
