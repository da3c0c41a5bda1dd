//! `/api/v1/events`.
//! It does not keep events.

use api::{Code, Problem};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};

use super::{Answer, Fail};
use crate::accounts::Caller;
use crate::events::{Listener, SILENCE};
use crate::region::Shared;

/// What happens, as server-sent events whose data are `Event` documents. With `Last-Event-ID` it goes
/// on from there; a `reset` event tells that some are missing.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(("last-event-id" = Option<String>, Header, description = "the newest id received")),
    responses((status = 200, content_type = "text/event-stream", body = String,
         description = "events without end"),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn listen(
    State(region): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Response> {
    let Ok(permit) = region.sse_places.clone().try_acquire_owned() else {
        let words = format!("{} event streams are open", region.options.sse_clients_max);
        return Err(Fail::new(Code::TooManyClients, 503, words).retry_after(5));
    };
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let listener = Listener::new(region, caller, last_id, permit);
    let alive = KeepAlive::new().interval(SILENCE);
    Ok(Sse::new(listener.stream()).keep_alive(alive).into_response())
}
