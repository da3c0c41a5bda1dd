//! `/api/v1/commands` and `/api/v1/withdrawals`.
//! It does not judge commands.

use api::{
    Command, CommandAnswer, CommandList, CommandQuery, CommandRequest, Problem, WaitQuery,
    WithdrawRequest, Withdrawal,
};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{Answer, Document, Key, Params};
use crate::accounts::Caller;
use crate::commands;
use crate::region::Shared;

/// Give a command. The answer tells what it does on each node, as the journal's order decided.
#[utoipa::path(post, path = "/api/v1/commands", tag = "commands", request_body = CommandRequest,
    params(("idempotency-key" = Option<String>, Header, description = "makes a retry harmless"),
           ("lastword-door" = Option<String>, Header, description = "cli, rest or web")),
    responses(
        (status = 200, body = CommandAnswer, description = "a dry run"),
        (status = 202, body = CommandAnswer, description = "accepted for at least one node"),
        (status = 409, body = Problem, content_type = "application/problem+json",
         description = "stale, held, busy or full on every node; or confirm-count, protected, state-differs"),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any other problem")))]
pub(super) async fn give(
    State(region): State<Shared>,
    caller: Caller,
    Key(key): Key,
    Document(request): Document<CommandRequest>,
) -> Answer<(StatusCode, Json<CommandAnswer>)> {
    let answer = commands::give(&region, &caller, key, request).await?;
    let status = if answer.dry_run { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(answer)))
}

/// The newest commands.
#[utoipa::path(get, path = "/api/v1/commands", tag = "commands", params(CommandQuery),
    responses((status = 200, body = CommandList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn list(
    State(region): State<Shared>,
    caller: Caller,
    Params(query): Params<CommandQuery>,
) -> Answer<Json<CommandList>> {
    region.ready().await?;
    Ok(Json(commands::list(&region, &caller, &query)?))
}

/// A command and what became of it; with `wait_ms` a long poll.
#[utoipa::path(get, path = "/api/v1/commands/{seq}", tag = "commands",
    params(("seq" = u64, Path, description = "the command"), WaitQuery),
    responses((status = 200, body = Command),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn one(
    State(region): State<Shared>,
    caller: Caller,
    Path(seq): Path<String>,
    Params(query): Params<WaitQuery>,
) -> Answer<Json<Command>> {
    region.ready().await?;
    Ok(Json(commands::one(&region, &caller, commands::seq(&seq)?, &query).await?))
}

/// Withdraw what is open of one command, on the nodes in the scope of the token.
#[utoipa::path(delete, path = "/api/v1/commands/{seq}", tag = "commands",
    params(("seq" = u64, Path, description = "the command")),
    responses((status = 200, body = Withdrawal),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn withdraw_one(
    State(region): State<Shared>,
    caller: Caller,
    Path(seq): Path<String>,
    Key(key): Key,
) -> Answer<Json<Withdrawal>> {
    region.ready().await?;
    let seq = commands::seq(&seq)?;
    Ok(Json(commands::withdraw_one(&region, &caller, key, seq).await?))
}

/// Withdraw what is open on nodes.
#[utoipa::path(post, path = "/api/v1/withdrawals", tag = "commands", request_body = WithdrawRequest,
    responses((status = 200, body = Withdrawal),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn withdraw(
    State(region): State<Shared>,
    caller: Caller,
    Key(key): Key,
    Document(request): Document<WithdrawRequest>,
) -> Answer<Json<Withdrawal>> {
    region.ready().await?;
    Ok(Json(commands::withdraw(&region, &caller, key, request).await?))
}
