//! Every node at once, as one document of columns: what a page that shows the fleet begins with.
//!
//! It keeps nothing of a node: the document is drawn when somebody wants it, and shared by who comes shortly after.

mod columns;
mod drawings;
mod labels;
mod letters;

pub(crate) use drawings::{Drawing, Drawings, ages, snapshot};
