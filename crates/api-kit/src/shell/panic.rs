//! A panic in a handler ends its request, not the service.

use std::any::Any;

use axum::{body::Body, http::Response, response::IntoResponse};
use tower_http::catch_panic::ResponseForPanic;

use crate::{metrics::HttpMetrics, problem::Problem};

#[derive(Clone)]
pub(super) struct Report {
    pub(super) service: &'static str,
    pub(super) metrics: HttpMetrics,
}

impl ResponseForPanic for Report {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        self.metrics.panicked();
        tracing::error!(service = self.service, message, "a request panicked");
        Problem::internal().into_response()
    }
}
