//! The REST door: routes, documents in and out, and the description generated from them.
//! It decides nothing about commands; it asks those who do.

mod body;
mod circuits;
mod commands;
mod events;
mod fail;
mod holds;
mod nodes;
mod openapi;
mod system;
mod tokens;

pub(crate) use body::{Document, Key, Params};
pub(crate) use fail::Fail;
pub use openapi::openapi;
pub(crate) use openapi::router;

/// What a handler answers.
pub(crate) type Answer<T> = Result<T, Fail>;
