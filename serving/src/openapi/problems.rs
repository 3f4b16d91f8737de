//! How operations fail: the answers that many of them share, each described once.

use utoipa::openapi::{
    Content, Header, HeaderBuilder, Object, OpenApi, Ref, RefOr, Response, ResponseBuilder, Type,
    path::Operation,
};

use super::operations;

/// In whose shape failures are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Problem details (RFC 9457).
    Problem,
    /// Errors of the UDF protocol.
    Udf,
    /// Errors of DEXTools' adapter.
    DexTools,
}

/// What is wrong with a request, or with the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 400.
    BadRequest,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 413.
    TooLarge,
    /// 415.
    MediaType,
    /// 422.
    Unprocessable,
    /// 429.
    TooMany,
    /// 500.
    Internal,
    /// 503.
    Unavailable,
    /// 504.
    Timeout,
}

use Fault::{
    BadRequest, Forbidden, Internal, MediaType, NotFound, Timeout, TooLarge, TooMany, Unauthorized,
    Unavailable, Unprocessable,
};

/// All, in the order of their statuses.
const ALL: [Fault; 11] = [
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    TooLarge,
    MediaType,
    Unprocessable,
    TooMany,
    Internal,
    Unavailable,
    Timeout,
];

/// Whatever the shell of the service may answer.
pub(crate) const SHELL: &[Fault] = &[Internal, Timeout];
/// Of operations that read the store.
pub(crate) const READS: &[Fault] =
    &[BadRequest, NotFound, Unprocessable, TooMany, Internal, Unavailable, Timeout];
/// Of operations that may need a key; the store may be away when it is looked up.
pub(crate) const KEYS: &[Fault] = &[BadRequest, Unauthorized, Forbidden, Unavailable];
/// Of operations that read what is in the store as a whole.
pub(crate) const STORE: &[Fault] = &[Internal, Unavailable, Timeout];
/// Of operations that read a body, too.
pub(crate) const BODY: &[Fault] = &[TooLarge, MediaType];

impl Fault {
    const fn status(self) -> &'static str {
        match self {
            Self::BadRequest => "400",
            Self::Unauthorized => "401",
            Self::Forbidden => "403",
            Self::NotFound => "404",
            Self::TooLarge => "413",
            Self::MediaType => "415",
            Self::Unprocessable => "422",
            Self::TooMany => "429",
            Self::Internal => "500",
            Self::Unavailable => "503",
            Self::Timeout => "504",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "BadRequest",
            Self::Unauthorized => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "NotFound",
            Self::TooLarge => "BodyTooLarge",
            Self::MediaType => "MediaTypeUnsupported",
            Self::Unprocessable => "Unprocessable",
            Self::TooMany => "TooManyRequests",
            Self::Internal => "InternalError",
            Self::Unavailable => "Unavailable",
            Self::Timeout => "Timeout",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::BadRequest => {
                "The request is wrong in itself: `code` says what, `detail` what to do."
            }
            Self::Unauthorized => {
                "A key is needed (`KEY_REQUIRED`), or that of the request is good for nothing (`KEY_INVALID`, `KEY_UNKNOWN`, \
                 `KEY_EXPIRED`, `KEY_REVOKED`)."
            }
            Self::Forbidden => "The key has not the scope that this needs (`SCOPE_MISSING`).",
            Self::NotFound => {
                "What the request names does not exist, or the chain is not served (`CHAIN_UNSUPPORTED`)."
            }
            Self::TooLarge => "The body is larger than 1 MiB (`BODY_TOO_LARGE`).",
            Self::MediaType => "The body is not announced as JSON (`MEDIA_TYPE_UNSUPPORTED`).",
            Self::Unprocessable => {
                "The request is understood and cannot be fulfilled: history is forgotten, the question is too large, or a \
                 trade does not work."
            }
            Self::TooMany => {
                "Too much at once, of this client or of all (`RATE_LIMITED`, `EXPORTS_OF_CLIENT`): the same request may succeed \
                 after `Retry-After`."
            }
            Self::Internal => {
                "A defect of the service (`INTERNAL_ERROR`): report it with the `x-request-id` of the answer."
            }
            Self::Unavailable => {
                "Not now: the database, a node or the index is behind; the same request may succeed after `Retry-After`."
            }
            Self::Timeout => {
                "The answer took longer than a request may (`TIMEOUT`): ask for less, or try again."
            }
        }
    }

    fn response(self, told: Told) -> Response {
        let of = |schema: &str| Content::new(Some(Ref::from_schema_name(schema)));
        // what fails outside of a feed's handlers is told as everywhere: its key, too
        let outside = matches!(self, BadRequest | Internal | Unavailable | Timeout);
        let mut response = ResponseBuilder::new().description(self.description());
        response = match told {
            Told::Problem => response,
            Told::Udf => response.content("application/json", of("UdfFailed")),
            Told::DexTools => response.content("application/json", of("DexToolsFault")),
        };
        if told == Told::Problem || outside {
            response = response.content("application/problem+json", of("Problem"));
        }
        if self == Self::Unauthorized {
            let text = "How a key is sent.";
            let scheme = Object::builder().schema_type(Type::String);
            let header = HeaderBuilder::new().schema(Some(scheme)).description(Some(text));
            response = response.header("WWW-Authenticate", header.build());
        }
        if matches!(self, Self::Unavailable | Self::TooMany) {
            response = response.header("Retry-After", retry_after());
        }
        response.build()
    }
}

fn retry_after() -> Header {
    let whole = Object::builder().schema_type(Type::Integer).minimum(Some(0)).build();
    let text = "Seconds after which to try again.";
    HeaderBuilder::new().schema(Some(whole)).description(Some(text)).build()
}

/// The answers that operations point to.
pub(crate) fn components() -> impl Iterator<Item = (String, RefOr<Response>)> {
    ALL.into_iter().map(|fault| (fault.name().to_owned(), fault.response(Told::Problem).into()))
}

/// Says that every operation of a document may fail so. What an operation says itself stays.
pub(crate) fn add(document: &mut OpenApi, faults: &[Fault], told: Told) {
    for operation in operations(document) {
        add_to(operation, faults, told);
    }
}

/// The same of those operations that take a body.
pub(crate) fn add_to_bodies(document: &mut OpenApi) {
    for operation in operations(document).filter(|operation| operation.request_body.is_some()) {
        add_to(operation, BODY, Told::Problem);
    }
}

fn add_to(operation: &mut Operation, faults: &[Fault], told: Told) {
    for fault in faults {
        let response = || match told {
            Told::Problem => RefOr::Ref(Ref::from_response_name(fault.name())),
            other => RefOr::T(fault.response(other)),
        };
        let responses = &mut operation.responses.responses;
        responses.entry(fault.status().to_owned()).or_insert_with(response);
    }
}
