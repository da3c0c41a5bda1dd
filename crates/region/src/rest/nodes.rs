//! `/api/v1/nodes`.
//! It does not read machines: it asks for that.

use api::{
    GroupList, History, Node, NodeList, NodeQuery, Observed, ObservedAnswer, Problem, ResolveQuery,
    Resolved, TryList, Why, WhyQuery,
};
use axum::Json;
use axum::extract::{Path, State};

use super::{Answer, Document, Params};
use crate::accounts::Caller;
use crate::nodes;
use crate::observed;
use crate::region::Shared;

/// Nodes, chosen by node set and labels.
#[utoipa::path(get, path = "/api/v1/nodes", tag = "nodes", params(NodeQuery),
    responses((status = 200, body = NodeList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn list(
    State(region): State<Shared>,
    caller: Caller,
    Params(query): Params<NodeQuery>,
) -> Answer<Json<NodeList>> {
    region.ready().await?;
    Ok(Json(nodes::list(&region, &caller, &query).await?))
}

/// The names that node sets can be made of.
#[utoipa::path(get, path = "/api/v1/groups", tag = "nodes",
    responses((status = 200, body = GroupList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn groups(State(region): State<Shared>, caller: Caller) -> Json<GroupList> {
    Json(nodes::groups(&region, &caller))
}

/// One node.
#[utoipa::path(get, path = "/api/v1/nodes/{node}", tag = "nodes",
    params(("node" = String, Path, description = "its name"), WhyQuery),
    responses((status = 200, body = Node),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn one(
    State(region): State<Shared>,
    caller: Caller,
    Path(node): Path<String>,
    Params(query): Params<WhyQuery>,
) -> Answer<Json<Node>> {
    region.ready().await?;
    Ok(Json(nodes::one(&region, &caller, &node, &query).await?))
}

/// Tell what somebody saw of nodes that only people switch.
#[utoipa::path(post, path = "/api/v1/observations", tag = "nodes", request_body = Observed,
    responses((status = 200, body = ObservedAnswer),
        (status = 409, body = Problem, content_type = "application/problem+json",
         description = "the power of some of them is read"),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any other problem")))]
pub(super) async fn observed(
    State(region): State<Shared>,
    caller: Caller,
    Document(told): Document<Observed>,
) -> Answer<Json<ObservedAnswer>> {
    region.ready().await?;
    Ok(Json(observed::observed(&region, &caller, &told)?))
}

/// The intents of a node that are remembered, oldest first.
#[utoipa::path(get, path = "/api/v1/nodes/{node}/history", tag = "nodes",
    params(("node" = String, Path, description = "its name")),
    responses((status = 200, body = History),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn history(
    State(region): State<Shared>,
    caller: Caller,
    Path(node): Path<String>,
) -> Answer<Json<History>> {
    region.ready().await?;
    Ok(Json(nodes::history(&region, &caller, &node)?))
}

/// What is going on with a node: by whom, why, which step, since when, what next.
#[utoipa::path(get, path = "/api/v1/nodes/{node}/why", tag = "nodes",
    params(("node" = String, Path, description = "its name"), WhyQuery),
    responses((status = 200, body = Why),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn why(
    State(region): State<Shared>,
    caller: Caller,
    Path(node): Path<String>,
    Params(query): Params<WhyQuery>,
) -> Answer<Json<Why>> {
    region.ready().await?;
    Ok(Json(nodes::why(&region, &caller, &node, &query).await?))
}

/// The newest exchanges with a node's BMC that belonged to an operation or told something new.
#[utoipa::path(get, path = "/api/v1/nodes/{node}/tries", tag = "nodes",
    params(("node" = String, Path, description = "its name")),
    responses((status = 200, body = TryList),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn tries(
    State(region): State<Shared>,
    caller: Caller,
    Path(node): Path<String>,
) -> Answer<Json<TryList>> {
    region.ready().await?;
    Ok(Json(nodes::tries(&region, &caller, &node)?))
}

/// Which nodes an expression means. It reads nothing of them.
#[utoipa::path(get, path = "/api/v1/resolve", tag = "nodes", params(ResolveQuery),
    responses((status = 200, body = Resolved),
        (status = "default", body = Problem, content_type = "application/problem+json",
         description = "any problem")))]
pub(super) async fn resolve(
    State(region): State<Shared>,
    caller: Caller,
    Params(query): Params<ResolveQuery>,
) -> Answer<Json<Resolved>> {
    Ok(Json(nodes::resolve(&region, &caller, &query)?))
}
