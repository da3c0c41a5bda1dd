//! A piece that takes in others, and the search for the next it can take. It does not decide how
//! often to pass over the pieces.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::axis::{Axes, AxisId, Bag};

/// A product of axes, with how many rows it stands for.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) axes: Box<[AxisId]>,
    pub(super) size: usize,
}

/// A piece that takes in others. The axis that grows is kept open, for interning each step of it
/// would copy it each time.
pub(super) struct Growing {
    piece: Piece,
    open: Option<Open>,
}

struct Open {
    place: usize,
    numbers: Bag,
    /// Whether the piece's id at `place` is that of `numbers` as they are now.
    id_is_current: bool,
}

impl Growing {
    pub(super) fn new(piece: Piece) -> Self {
        Self { piece, open: None }
    }

    /// The one place where `other` differs; none when there are several.
    pub(super) fn place_of_merge(&mut self, other: &Piece, axes: &Axes) -> Option<usize> {
        let open = self.open.as_ref().map(|open| open.place);
        let ids = self.piece.axes.iter().zip(&other.axes).enumerate();
        let mut differing = ids
            .filter(|(place, (own, other))| Some(*place) != open && own != other)
            .map(|(place, _)| place);
        match (differing.next(), differing.next()) {
            (None, _) => open,
            (Some(place), None) => self.equals_at_open(other, axes).then_some(place),
            (Some(_), Some(_)) => None,
        }
    }

    /// Takes in `other`, which differs at `place` only.
    pub(super) fn merge(&mut self, place: usize, other: &Piece, axes: &Axes) {
        let mut open = self.open.take().filter(|open| open.place == place).unwrap_or_else(|| {
            let mut numbers = Bag::default();
            numbers.add(axes.get(self.piece.axes[place]));
            Open { place, numbers, id_is_current: false }
        });
        open.numbers.add(axes.get(other.axes[place]));
        open.id_is_current = false;
        self.open = Some(open);
        self.piece.size += other.size;
    }

    pub(super) fn close(mut self, axes: &mut Axes) -> Piece {
        if let Some(open) = self.open {
            self.piece.axes[open.place] = axes.intern(open.numbers);
        }
        self.piece
    }

    /// Whether the id of every place is known; only then does an open place equal any other's.
    fn settle(&mut self, axes: &Axes) -> bool {
        let Some(open) = &mut self.open else { return true };
        if !open.id_is_current
            && let Some(id) = axes.find(&mut open.numbers)
        {
            self.piece.axes[open.place] = id;
            open.id_is_current = true;
        }
        open.id_is_current
    }

    fn equals_at_open(&mut self, other: &Piece, axes: &Axes) -> bool {
        let settled = self.settle(axes);
        let place = self.open.as_ref().map(|open| open.place);
        settled && place.is_none_or(|place| self.piece.axes[place] == other.axes[place])
    }
}

/// Finds, for a growing piece, the next piece in order that it can take in.
pub(super) struct Followers<'a> {
    pieces: &'a [Piece],
    taken: Vec<bool>,
    /// For each place the indices of the pieces, those together that differ there only.
    alike: Vec<Vec<usize>>,
}

impl<'a> Followers<'a> {
    pub(super) fn new(pieces: &'a [Piece], places: usize) -> Self {
        let alike = |place| {
            let mut order: Vec<usize> = (0..pieces.len()).collect();
            order.sort_by(|&l, &r| order_except(place, &pieces[l], &pieces[r]));
            order
        };
        Self { pieces, taken: vec![false; pieces.len()], alike: (0..places).map(alike).collect() }
    }

    pub(super) fn is_taken(&self, index: usize) -> bool {
        self.taken[index]
    }

    pub(super) fn take(&mut self, index: usize) {
        self.taken[index] = true;
    }

    /// The first piece after `at` that `current` can take in, and the place they differ at.
    pub(super) fn next(
        &self,
        current: &mut Growing,
        at: usize,
        axes: &Axes,
    ) -> Option<(usize, usize)> {
        let settled = current.settle(axes);
        let open = current.open.as_ref().map(|open| open.place);
        let places = (0..self.alike.len()).filter(|&place| settled || open == Some(place));
        let next = |place| Some((self.next_at(place, &current.piece, at)?, place));
        places.filter_map(next).min()
    }

    /// The first piece after `at` that differs from `piece` at `place` only.
    fn next_at(&self, place: usize, piece: &Piece, at: usize) -> Option<usize> {
        let alike = &self.alike[place];
        let order = |index: usize| order_except(place, &self.pieces[index], piece);
        let from = alike.partition_point(|&i| order(i).then(i.cmp(&at)).is_le());
        let candidates = alike[from..].iter().copied().take_while(|&i| order(i).is_eq());
        candidates.into_iter().find(|&index| !self.taken[index])
    }
}

fn order_except(place: usize, left: &Piece, right: &Piece) -> Ordering {
    let before = left.axes[..place].cmp(&right.axes[..place]);
    before.then_with(|| left.axes[place + 1..].cmp(&right.axes[place + 1..]))
}
