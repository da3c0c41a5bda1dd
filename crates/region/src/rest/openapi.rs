//! The routes, and the description of the interface that is generated from them.
//! It does not answer anything itself but what no route knows.

use std::any::Any;

use api::Code;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use utoipa::openapi::OpenApi as Description;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::BODY_BYTES_MAX;
use super::{Fail, circuits, commands, events, holds, nodes, system, tokens};
use crate::region::Shared;
use crate::web;

/// The description of the interface: the document of `GET /api/v1/openapi.json`.
#[must_use]
pub fn openapi() -> String {
    let mut text = routed().split_for_parts().1.to_pretty_json().expect("it has string keys only");
    text.push('\n');
    text
}

/// Every route.
pub(crate) fn router(region: Shared) -> Router {
    let (router, description) = routed().split_for_parts();
    let nosniff = HeaderValue::from_static("nosniff");
    let fresh = HeaderValue::from_static("no-store");
    router
        .route("/api/v1/openapi.json", get(move || async move { Json(description) }))
        .merge(web::router())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CompressionLayer::new())
        .layer(SetResponseHeaderLayer::if_not_present(X_CONTENT_TYPE_OPTIONS, nosniff))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, fresh))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http())
        .with_state(region)
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "lastword",
        description = "Changes and keeps the power state of fleets of machines. \
                       The last power command has the last word.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(api::Event, api::Snapshot, api::Ages, api::Problem)),
    security(("token" = [])),
    modifiers(&Token)
)]
struct Head;

struct Token;

impl Modify for Token {
    fn modify(&self, description: &mut Description) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

fn routed() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(commands::give, commands::list))
        .routes(routes!(commands::one, commands::withdraw_one))
        .routes(routes!(commands::withdraw))
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::groups))
        .routes(routes!(nodes::one))
        .routes(routes!(nodes::observed))
        .routes(routes!(nodes::history))
        .routes(routes!(nodes::why))
        .routes(routes!(nodes::tries))
        .routes(routes!(nodes::resolve))
        .routes(routes!(holds::list, holds::place))
        .routes(routes!(holds::release))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        .routes(routes!(events::listen))
        .routes(routes!(circuits::list))
        .routes(routes!(system::version))
        .routes(routes!(system::clusters))
        .routes(routes!(system::reload))
        .routes(routes!(system::alive))
        .routes(routes!(system::ready))
        .routes(routes!(system::metrics))
}

async fn not_found(uri: Uri) -> Fail {
    Fail::new(Code::NotFound, 404, format!("there is no {}", uri.path()))
}

async fn method_not_allowed(method: Method, uri: Uri) -> Fail {
    let words = format!("{} does not know {method}", uri.path());
    Fail::new(Code::MethodNotAllowed, 405, words)
}

fn panicked(_panic: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request met a defect of the server");
    let words = "a defect of the server; its log tells more";
    Fail::new(Code::Internal, 500, words).into_response()
}
