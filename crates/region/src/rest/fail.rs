//! A problem on its way out.
//! It does not decide what is wrong.

use api::{Code, Problem};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use nodeset::NodeSet;

use crate::groups::{Group, verdict_groups};

/// A problem on its way out.
#[derive(Clone, Debug)]
pub(crate) struct Fail(Box<Problem>);

impl Fail {
    pub(crate) fn new(code: Code, status: u16, detail: impl Into<String>) -> Self {
        Self(Problem::new(code, status, detail).into())
    }

    /// A value that makes no sense.
    pub(crate) fn value(detail: impl Into<String>) -> Self {
        Self::new(Code::BadValue, 400, detail)
    }

    pub(crate) fn nodes(mut self, nodes: &NodeSet) -> Self {
        self.0.nodes = Some(nodes.to_string());
        self
    }

    pub(crate) fn column(mut self, column: usize) -> Self {
        self.0.column = Some(column);
        self
    }

    pub(crate) fn counts(mut self, count: usize, on: usize) -> Self {
        self.0.count = Some(count);
        self.0.on = Some(on);
        self
    }

    pub(crate) fn seq(mut self, seq: u64) -> Self {
        self.0.seq = Some(seq);
        self
    }

    pub(crate) fn verdicts(mut self, verdicts: Vec<Group<api::Verdict>>) -> Self {
        self.0.verdicts = verdict_groups(verdicts);
        self
    }

    pub(crate) fn powers(mut self, groups: Vec<Group<api::Power>>) -> Self {
        let group = |group: Group<api::Power>| api::PowerGroup {
            nodes: group.nodes.to_string(),
            count: group.nodes.len(),
            power: group.what,
        };
        self.0.powers = groups.into_iter().map(group).collect();
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).expect("problems have string keys only");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
