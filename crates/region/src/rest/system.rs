//! What the server says of itself: version, health, numbers; and the inventory's reload.
//! It does not know what is in an inventory.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use api::{Alive, Cluster, ClusterList, Code, InventoryChange, Problem, Ready, Role, Version};
use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::{Answer, Fail};
use crate::accounts::Caller;
use crate::groups::cut;
use crate::locks::{lock, read};
use crate::region::{Inner, Region, Shared};

/// How long a request waits for the journal to be read at the start.
const READY: Duration = Duration::from_secs(5);

/// The server's version, and who it thinks that the caller is.
#[utoipa::path(get, path = "/api/v1/version", tag = "system",
    responses((status = 200, body = Version),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn version(State(region): State<Shared>, caller: Caller) -> Json<Version> {
    let fleet = region.fleet();
    Json(Version {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        cluster: fleet.cluster().to_owned(),
        nodes: cut(fleet.nodes(), caller.scope.as_ref()).len(),
        confirm_over: fleet.limits().confirm_over,
        you: caller.name,
        role: caller.role,
        scope: caller.scope.as_ref().map(ToString::to_string),
        nodes_max: fleet.limits().nodes_max,
    })
}

/// The clusters, and who leads them.
#[utoipa::path(get, path = "/api/v1/clusters", tag = "system",
    responses((status = 200, body = ClusterList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn clusters(
    State(region): State<Shared>,
    caller: Caller,
) -> Answer<Json<ClusterList>> {
    region.ready().await?;
    let (fleet, fold) = (region.fleet(), read(&region.fold));
    let name = fleet.cluster();
    let cluster = Cluster {
        cluster: name.to_owned(),
        nodes: cut(fleet.nodes(), caller.scope.as_ref()).len(),
        agent: fold.ledger.leader(name).map(str::to_owned),
        led_seq: fold.ledger.epoch(name),
    };
    Ok(Json(ClusterList { clusters: vec![cluster] }))
}

/// Read the inventory again; the answer tells what changed.
#[utoipa::path(post, path = "/api/v1/inventory/reload", tag = "system",
    responses((status = 200, body = InventoryChange),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn reload(
    State(region): State<Shared>,
    caller: Caller,
) -> Answer<Json<InventoryChange>> {
    caller.needs(Role::Admin)?;
    caller.covers_all()?;
    let changed = tokio::task::spawn_blocking(move || Region(region).reload()).await;
    let changed = changed.map_err(|_| {
        Fail::new(Code::Internal, 500, "reading the inventory met a defect of the server")
    })?;
    let changed = changed.map_err(|words| Fail::new(Code::InventoryInvalid, 422, words))?;
    Ok(Json(InventoryChange { changed }))
}

/// Whether the server runs.
#[utoipa::path(get, path = "/healthz", tag = "system", security(()),
    responses((status = 200, body = Alive)))]
pub(super) async fn alive() -> Json<Alive> {
    Json(Alive { alive: true })
}

/// Whether the server can be relied upon: it has read all of the journal and can write it, and
/// somebody acts on the nodes.
#[utoipa::path(get, path = "/readyz", tag = "system", security(()),
    responses((status = 200, body = Ready), (status = 503, body = Ready)))]
pub(super) async fn ready(State(region): State<Shared>) -> (StatusCode, Json<Ready>) {
    let ready = region.readiness().await;
    let status = if ready.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ready))
}

/// The numbers, as OpenMetrics text.
///
/// From another host they need a token without a scope: they count every node.
#[utoipa::path(get, path = "/metrics", tag = "system", security((), ("token" = [])),
    responses((status = 200, body = String, content_type = "application/openmetrics-text",
         description = "the numbers; without a token only on loopback"),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn metrics(
    State(region): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Answer<impl IntoResponse> {
    if !peer.ip().to_canonical().is_loopback() {
        let (mut parts, _) = request.into_parts();
        Caller::from_request_parts(&mut parts, &region).await?.covers_all()?;
    }
    region.measure();
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], region.metrics.text()))
}

impl Inner {
    /// Waits a moment for the journal to be read at the start, and refuses if it takes longer.
    pub(crate) async fn ready(self: &Shared) -> Answer<()> {
        if self.health.caught_up.load(Ordering::Acquire) {
            return Ok(());
        }
        let region = Region(Shared::clone(self));
        if tokio::time::timeout(READY, region.caught_up()).await.is_ok() {
            return Ok(());
        }
        let words = "the server has not read all of its journal yet";
        Err(Fail::new(Code::NotReady, 503, words).retry_after(5))
    }

    async fn readiness(&self) -> Ready {
        let refused = self.log.refused().await;
        let (seq, led) = {
            let (fold, fleet) = (read(&self.fold), self.fleet());
            (fold.ledger.seq(), fold.ledger.leader(fleet.cluster()).is_some())
        };
        let head = *self.log.head().borrow();
        let caught_up = self.health.caught_up.load(Ordering::Acquire) && seq >= head;
        let mut because: Vec<String> = lock(&self.health.fold_trouble).iter().cloned().collect();
        if !caught_up && because.is_empty() {
            because.push(format!("the journal is read up to {seq} of {head}"));
        }
        if !led {
            because.push(format!("no agent leads the cluster {}", self.fleet().cluster()));
        }
        let writable = refused.is_none();
        because.extend(refused);
        Ready { ready: because.is_empty(), caught_up, led, writable, seq, head, because }
    }
}
