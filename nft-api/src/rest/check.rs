//! `POST /v1/ownership/check`: does a wallet own it, asked of the chain. One check, or a list of them.

use std::sync::Arc;

use api_kit::{extract::Json as Body, problem::Problem};
use axum::{Json, extract::State};
use serde::Serialize;
use serde_json::Value;

use crate::{
    check::{self, answer::Answer, request::Check},
    deps::Deps,
};

/// Checks in one request at most.
const MOST: usize = 50;

/// One answer to one check, a list to a list.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answers {
    One(Box<Answer>),
    Many { items: Vec<Answer> },
}

pub(super) async fn post(
    State(deps): State<Arc<Deps>>,
    Body(body): Body<Value>,
) -> Result<Json<Answers>, Problem> {
    let Value::Array(list) = body else {
        let check = Check::read(&deps, body, "")?;
        let answer = check::run(&deps, &[check]).await?.pop().ok_or_else(Problem::internal)?;
        return Ok(Json(Answers::One(Box::new(answer))));
    };
    if !(1..=MOST).contains(&list.len()) {
        let detail = format!("give 1 to {MOST} checks, not {}", list.len());
        return Err(Problem::bad_request("CHECKS_INVALID", detail));
    }
    let checks = list
        .into_iter()
        .enumerate()
        .map(|(index, body)| Check::read(&deps, body, &format!("[{index}].")));
    let checks = checks.collect::<Result<Vec<_>, _>>()?;
    Ok(Json(Answers::Many { items: check::run(&deps, &checks).await? }))
}
