//! Around routes: who asks, and whether it may.

use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};

use super::{Access, Grant, KeyId, KeyScope};
use crate::problem::Problem;

/// What stands around routes.
#[derive(Debug, Clone)]
struct Guard {
    access: Access,
    scope: KeyScope,
    /// Whether handlers see to it themselves.
    is_left: bool,
}

impl Access {
    /// The routes for those who may do this.
    pub fn guard(&self, scope: KeyScope, routes: Router) -> Router {
        self.around(scope, routes, false)
    }

    /// The routes with who asks, whom they refuse themselves, by [`Grant::require`].
    pub fn leave(&self, scope: KeyScope, routes: Router) -> Router {
        self.around(scope, routes, true)
    }

    fn around(&self, scope: KeyScope, routes: Router, is_left: bool) -> Router {
        let guard = Guard { access: self.clone(), scope, is_left };
        routes.route_layer(middleware::from_fn_with_state(guard, check))
    }
}

async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.access.identify(request.headers()).await {
        Ok(grant) => guard.answer(grant, request, next).await,
        Err(problem) => problem.into_response(),
    };
    if !guard.access.is_open(guard.scope) {
        keep_private(response.headers_mut());
    }
    response
}

impl Guard {
    async fn answer(&self, grant: Grant, mut request: Request, next: Next) -> Response {
        if let Some(id) = grant.key_id()
            && let Some(KeyId(noted)) = request.extensions().get()
        {
            // guards within guards find the same
            noted.get_or_init(|| id.to_owned());
        }
        let admitted = if self.is_left { Ok(()) } else { grant.require(self.scope) };
        match admitted {
            Ok(()) => {
                request.extensions_mut().insert(grant);
                next.run(request).await
            }
            Err(problem) => problem.into_response(),
        }
    }
}

/// What needs a key may be kept by its holder, and by nobody on the way.
fn keep_private(headers: &mut HeaderMap) {
    if let Some(said) = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok())
        && let Some(rest) = said.strip_prefix("public")
        && let Ok(private) = HeaderValue::try_from(format!("private{rest}"))
    {
        headers.insert(header::CACHE_CONTROL, private);
    }
    headers.append(header::VARY, HeaderValue::from_static("authorization, x-api-key"));
}

impl<S: Sync> FromRequestParts<S> for Grant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // routes without a guard are a defect, and nobody's
        parts.extensions.get().cloned().ok_or_else(Problem::internal)
    }
}
