//! The body of an answer, whole or cut short. It does not know what it says.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Response};

use super::Answer;

/// A body on its way out.
#[derive(Debug)]
pub enum Said {
    /// All of it, unless it was said.
    Whole(Option<Bytes>),
    /// A part of what the head promises.
    Part(Bytes),
    /// The part was handed over and is to leave before the connection breaks.
    Leaving,
    /// Nothing more comes.
    Broken,
}

/// The connection is to break here.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection breaks on purpose")]
pub struct Break;

/// The whole answer.
pub fn whole(answer: Answer) -> Response<Said> {
    let (head, body) = answer.into_parts();
    head.map(|()| Said::Whole((!body.is_empty()).then(|| body.into())))
}

/// The first half of an answer.
///
/// # Errors
/// [`Break`] if it has no body that could be cut.
pub fn cut(answer: Answer, method: &Method) -> Result<Response<Said>, Break> {
    let (head, mut body) = answer.into_parts();
    if body.is_empty() || method == Method::HEAD {
        return Err(Break);
    }
    let promised = HeaderValue::from(body.len());
    body.truncate(body.len() / 2);
    let mut half = head.map(|()| Said::Part(body.into()));
    half.headers_mut().insert(header::CONTENT_LENGTH, promised);
    Ok(half)
}

impl Body for Said {
    type Data = Bytes;
    type Error = Break;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Break>>> {
        match std::mem::replace(&mut *self, Self::Broken) {
            Self::Whole(bytes) => {
                *self = Self::Whole(None);
                Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
            Self::Part(bytes) => {
                *self = Self::Leaving;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Leaving => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Broken => Poll::Ready(Some(Err(Break))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Part(_) | Self::Leaving | Self::Broken => SizeHint::default(),
        }
    }
}
