//! `/api/v1/circuits`.
//! It does not say what a circuit limits.

use api::{CircuitList, Problem};
use axum::Json;
use axum::extract::State;

use super::Answer;
use crate::accounts::Caller;
use crate::circuits;
use crate::region::Shared;

/// The circuits that limit power-ons, and how much of each is used.
#[utoipa::path(get, path = "/api/v1/circuits", tag = "nodes",
    responses((status = 200, body = CircuitList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn list(
    State(region): State<Shared>,
    caller: Caller,
) -> Answer<Json<CircuitList>> {
    Ok(Json(circuits::list(&region, &caller)))
}
