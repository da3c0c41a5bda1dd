//! `/api/v1/events`.
//! It does not keep events.

use api::{Code, EventQuery, Problem};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{Answer, Fail, Params};
use crate::accounts::Caller;
use crate::events::{Listener, Occupied};
use crate::region::Shared;

/// When it is worth asking for a place again, in seconds.
const RETRY_S: u64 = 5;

/// What happens, as server-sent events whose data are `Event` documents. With `Last-Event-ID` it goes
/// on from there; a `reset` event tells that some are missing. With `snapshot` it begins with all that is known.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(EventQuery, ("last-event-id" = Option<String>, Header, description = "the newest id received")),
    responses((status = 200, content_type = "text/event-stream", body = String,
         description = "events without end"),
        (status = 429, body = Problem, content_type = "application/problem+json",
         description = "too-many-streams: as many are open with this token as may be"),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn listen(
    State(region): State<Shared>,
    caller: Caller,
    Params(query): Params<EventQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    if query.snapshot {
        region.ready().await?;
    }
    let place = region.sse_places.take(&caller.name).map_err(|why| occupied(&caller, why))?;
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let mut listener = Listener::new(region, caller, last_id, place);
    if query.snapshot {
        listener = listener.with_snapshots(last_id.is_some());
    }
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-cache")];
    Ok((headers, Body::from_stream(listener.stream())).into_response())
}

fn occupied(caller: &Caller, why: Occupied) -> Fail {
    let (code, status, words) = match why {
        Occupied::All(all) => {
            (Code::TooManyClients, 503, format!("{all} event streams are open, and no more may be"))
        }
        Occupied::Token(own) => {
            let words = format!(
                "{own} event streams are open with the token {}, and no more may be: end one",
                caller.name
            );
            (Code::TooManyStreams, 429, words)
        }
    };
    Fail::new(code, status, words).retry_after(RETRY_S)
}
