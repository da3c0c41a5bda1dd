//! What happens, kept for a while and told to whoever listens.
//! It does not make anything happen.

mod places;
mod pump;
mod ring;
mod stream;

pub(crate) use places::{Occupied, Places};
pub(crate) use pump::pump;
pub(crate) use ring::{Ring, frame};
pub(crate) use stream::Listener;
