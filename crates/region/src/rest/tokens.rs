//! `/api/v1/tokens`.
//! It does not keep tokens.

use api::{Code, NewToken, Problem, Role, TokenList, TokenRequest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use nodeset::NodeSet;

use super::{Answer, Document, Fail};
use crate::accounts::{Caller, ChangeError};
use crate::commands::bad_node_set;
use crate::region::Shared;

/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The tokens, without their texts.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens",
    responses((status = 200, body = TokenList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn list(State(region): State<Shared>, caller: Caller) -> Answer<Json<TokenList>> {
    administers(&caller)?;
    Ok(Json(TokenList { tokens: region.accounts.list() }))
}

/// Make a token. Its text is shown this once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = TokenRequest,
    responses((status = 201, body = NewToken),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn create(
    State(region): State<Shared>,
    caller: Caller,
    Document(request): Document<TokenRequest>,
) -> Answer<(StatusCode, Json<NewToken>)> {
    administers(&caller)?;
    check(&region, &request)?;
    let token = region.accounts.create(request, region.now()).map_err(fail)?;
    tracing::info!(name = token.entry.name, role = %token.entry.role, by = caller.name, "token made");
    Ok((StatusCode::CREATED, Json(token)))
}

/// Delete a token. Whoever uses it is out at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{name}", tag = "tokens",
    params(("name" = String, Path, description = "the token's name")),
    responses((status = 200, body = TokenList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn delete(
    State(region): State<Shared>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer<Json<TokenList>> {
    administers(&caller)?;
    region.accounts.delete(&name).map_err(fail)?;
    tracing::info!(name, by = caller.name, "token deleted");
    Ok(Json(TokenList { tokens: region.accounts.list() }))
}

fn administers(caller: &Caller) -> Answer<()> {
    caller.needs(Role::Admin)?;
    caller.covers_all()
}

fn check(region: &Shared, request: &TokenRequest) -> Answer<()> {
    let name = &request.name;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
    if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(allowed) {
        let words = format!("a name has 1 to {NAME_BYTES_MAX} letters, digits and -_.@");
        return Err(Fail::value(words));
    }
    if let Some(scope) = &request.scope {
        let fleet = region.fleet();
        NodeSet::parse_with(scope, &*fleet, fleet.limits().nodes_max)
            .map_err(|error| bad_node_set(scope, &error))?;
    }
    Ok(())
}

fn fail(error: ChangeError) -> Fail {
    let words = error.to_string();
    match error {
        ChangeError::Exists(_) => Fail::new(Code::TokenExists, 409, words),
        ChangeError::Unknown(_) => Fail::new(Code::UnknownToken, 404, words),
        ChangeError::LastAdmin(_) => Fail::new(Code::LastAdmin, 409, words),
        ChangeError::TooMany => Fail::value(words),
        ChangeError::File(_) => Fail::new(Code::Internal, 500, words),
    }
}
