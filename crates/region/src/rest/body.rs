//! What comes in with a request, checked for form: bodies, queries, keys.
//! It does not check what it means.

use std::time::Duration;

use api::{Code, KEY_BYTES_MAX, KEY_HEADER};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Fail;
use crate::region::Shared;

/// The largest body, in bytes.
pub(super) const BODY_BYTES_MAX: usize = 4 << 20;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(20);

/// A JSON document in the body.
pub(crate) struct Document<T>(pub(crate) T);

/// A query.
pub(crate) struct Params<T>(pub(crate) T);

/// The idempotency key, if there is one.
pub(crate) struct Key(pub(crate) Option<String>);

impl<T: DeserializeOwned> FromRequest<Shared> for Document<T> {
    type Rejection = Fail;

    async fn from_request(request: Request, region: &Shared) -> Result<Self, Fail> {
        let arrived = tokio::time::timeout(BODY_TIME, Bytes::from_request(request, region)).await;
        let bytes = match arrived {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let words = format!("the body has more than {BODY_BYTES_MAX} bytes");
                return Err(Fail::new(Code::TooLarge, 413, words));
            }
            Ok(Err(error)) => return Err(Fail::new(Code::BadBody, 400, error.body_text())),
            Err(_) => {
                let words = format!("the body did not arrive within {} s", BODY_TIME.as_secs());
                return Err(Fail::new(Code::TooSlow, 408, words));
            }
        };
        let document = serde_json::from_slice(&bytes);
        document.map(Self).map_err(|error| {
            let words = format!("the body is not the JSON document expected here: {error}");
            Fail::new(Code::BadBody, 400, words).column(error.column())
        })
    }
}

impl<T: DeserializeOwned> FromRequestParts<Shared> for Params<T> {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, region: &Shared) -> Result<Self, Fail> {
        let query = Query::from_request_parts(parts, region).await;
        query
            .map(|Query(query)| Self(query))
            .map_err(|error| Fail::new(Code::BadQuery, 400, error.body_text()))
    }
}

impl FromRequestParts<Shared> for Key {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, _region: &Shared) -> Result<Self, Fail> {
        let Some(value) = parts.headers.get(KEY_HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| {
            let length = 1..=KEY_BYTES_MAX;
            length.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        });
        key.map(|key| Self(Some(key.to_owned()))).ok_or_else(|| {
            let words =
                format!("the header {KEY_HEADER} has 1 to {KEY_BYTES_MAX} visible characters");
            Fail::new(Code::BadHeader, 400, words)
        })
    }
}
