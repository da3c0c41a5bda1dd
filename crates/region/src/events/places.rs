//! Places for listeners: so many in all, and so many for each token, so that no one takes all of them.
//! It knows no stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::locks::lock;

/// Places for listeners.
#[derive(Debug)]
pub(crate) struct Places {
    all_max: usize,
    token_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// By the token's name, those without a listener left out.
    by_token: HashMap<String, usize>,
}

/// A listener's place, free again once it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    token: String,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occupied {
    /// So many listen, and no more may.
    All(usize),
    /// So many listen with this token, and no more may.
    Token(usize),
}

impl Places {
    pub(crate) fn new(all_max: usize, token_max: usize) -> Arc<Self> {
        Arc::new(Self { all_max, token_max, taken: Mutex::default() })
    }

    /// A place for a listener with the token of that name.
    pub(crate) fn take(self: &Arc<Self>, token: &str) -> Result<Place, Occupied> {
        let mut taken = lock(&self.taken);
        let own = taken.by_token.get(token).copied().unwrap_or(0);
        if own >= self.token_max {
            return Err(Occupied::Token(self.token_max));
        }
        if taken.all >= self.all_max {
            return Err(Occupied::All(self.all_max));
        }
        taken.all += 1;
        taken.by_token.insert(token.to_owned(), own + 1);
        Ok(Place { places: Arc::clone(self), token: token.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.places.taken);
        taken.all -= 1;
        if let Some(own) = taken.by_token.get_mut(&self.token) {
            *own -= 1;
        }
        taken.by_token.retain(|_, own| *own > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_in_all_and_for_each_token_and_come_back() {
        let places = Places::new(3, 2);
        let first = places.take("ann").expect("a place");
        let _second = places.take("ann").expect("a place");
        assert_eq!(places.take("ann").expect_err("two are hers"), Occupied::Token(2));
        let third = places.take("bob").expect("a place");
        assert_eq!(places.take("bob").expect_err("three are all"), Occupied::All(3));
        drop(first);
        let _again = places.take("ann").expect("her place came back");
        drop(third);
        assert!(!lock(&places.taken).by_token.contains_key("bob"));
    }
}
