//! `/admin/keys`: who may use the services. Never the keys themselves.

use axum::{Json, Router, extract::State};
use domain::{iso, market::Millis};
use serde::Serialize;
use store::keys::{KeyRecord, Keys};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{clock, problem::Problem};

/// What may be known of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// Names it; the part of it that is no secret.
    pub id: String,
    /// Whose it is.
    pub name: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// `active`, `expired` or `revoked`.
    pub state: &'static str,
    /// When it was made.
    pub created_at: String,
    /// From when on it is refused; `null`: never.
    pub expires_at: Option<String>,
    /// When it was taken back.
    pub revoked_at: Option<String>,
    /// When it was used last, to within a minute or so.
    pub last_used_at: Option<String>,
    /// Id of the key that takes its place.
    pub successor: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeyList {
    /// All keys, by id.
    pub keys: Vec<KeyView>,
}

impl KeyView {
    /// As it is at a time.
    #[must_use]
    pub fn at(record: KeyRecord, now: Millis) -> Self {
        let KeyRecord { id, name, hash: _, scopes, created, expires, revoked, used, successor } =
            record;
        let state = match (revoked, expires) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            _ => "active",
        };
        Self {
            id,
            name,
            scopes,
            state,
            created_at: iso::format(created),
            expires_at: expires.map(iso::format),
            revoked_at: revoked.map(iso::format),
            last_used_at: used.map(iso::format),
            successor,
        }
    }
}

/// All keys, as they are now.
///
/// # Errors
/// `STORE_UNAVAILABLE` when the store does not answer.
pub async fn read(keys: &Keys) -> Result<KeyList, Problem> {
    let now = clock::millis();
    let keys = keys.all().await?.into_iter().map(|record| KeyView::at(record, now));
    Ok(KeyList { keys: keys.collect() })
}

/// Keys.
///
/// Who may use the services, and when each was used last. They are made and taken back by `sooho keys`.
#[utoipa::path(
    get,
    path = "/admin/keys",
    operation_id = "keys",
    tag = "admin",
    responses((status = 200, description = "All keys, by id; never what is secret of them.", body = KeyList))
)]
async fn list(State(keys): State<Keys>) -> Result<Json<KeyList>, Problem> {
    read(&keys).await.map(Json)
}

/// The route. Put it behind a guard.
pub fn routes(keys: Keys) -> Router {
    OpenApiRouter::new().routes(routes!(list)).with_state(keys).into()
}

/// What it says of itself.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    OpenApiRouter::<Keys>::new().routes(routes!(list)).into_openapi()
}
