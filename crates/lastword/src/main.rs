//! lastword.
fn main() {}
