//! `/api/v1/holds`.
//! It does not say what a hold forbids.

use api::{HoldAnswer, HoldList, HoldRequest, Problem, ReleaseAnswer, ReleaseRequest};
use axum::Json;
use axum::extract::State;

use super::{Answer, Document, Key};
use crate::accounts::Caller;
use crate::holds;
use crate::region::Shared;

/// The live holds.
#[utoipa::path(get, path = "/api/v1/holds", tag = "holds",
    responses((status = 200, body = HoldList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn list(State(region): State<Shared>, caller: Caller) -> Answer<Json<HoldList>> {
    region.ready().await?;
    Ok(Json(holds::list(&region, caller.scope.as_ref())))
}

/// Place a hold.
#[utoipa::path(post, path = "/api/v1/holds", tag = "holds", request_body = HoldRequest,
    responses((status = 200, body = HoldAnswer),
        (status = 409, body = Problem, content_type = "application/problem+json",
         description = "somebody else holds every node"),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any other problem")))]
pub(super) async fn place(
    State(region): State<Shared>,
    caller: Caller,
    Key(key): Key,
    Document(request): Document<HoldRequest>,
) -> Answer<Json<HoldAnswer>> {
    region.ready().await?;
    Ok(Json(holds::place(&region, &caller, key, request).await?))
}

/// End holds: one's own, or with `break` everybody's.
#[utoipa::path(post, path = "/api/v1/holds/release", tag = "holds", request_body = ReleaseRequest,
    responses((status = 200, body = ReleaseAnswer),
        (status = 409, body = Problem, content_type = "application/problem+json",
         description = "only others hold these nodes"),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any other problem")))]
pub(super) async fn release(
    State(region): State<Shared>,
    caller: Caller,
    Key(key): Key,
    Document(request): Document<ReleaseRequest>,
) -> Answer<Json<ReleaseAnswer>> {
    region.ready().await?;
    Ok(Json(holds::release(&region, &caller, key, &request).await?))
}
