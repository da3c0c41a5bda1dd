//! Folds a table of numbers into products of axes, in the pieces and the order ClusterShell
//! makes of it. It does not look for the fewest pieces: nobody's reader expects those.
//!
//! Pieces start as single rows. Two pieces merge when they differ on one axis only; all pieces
//! are disjoint, so nothing else can. First every piece merges with its direct followers, pass
//! by pass until nothing changes; then with every follower. Pieces are sorted before each pass:
//! largest first. Equality of axes is equality of ids, and followers are looked up, not scanned.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::axis::{Axes, AxisId};
use super::growing::{Followers, Growing, Piece};
use crate::number::Number;
use crate::rows::Rows;

/// The most passes of each kind. Real fleets take a few; a table made to take more is written
/// in more pieces than necessary.
const PASSES_MAX: usize = 64;

type Pass = fn(Vec<Piece>, &mut Axes) -> Vec<Piece>;

/// The pieces of `rows`: for each column the sorted numbers.
pub(crate) fn fold_rows(rows: &Rows) -> Vec<Vec<Rc<[Number]>>> {
    if let Some(product) = whole_product(rows) {
        return vec![product];
    }
    let mut axes = Axes::default();
    let mut pieces = single_rows(rows, &mut axes);
    repeat(&mut pieces, &mut axes, merge_neighbours);
    repeat(&mut pieces, &mut axes, merge_followers);
    let numbers = |id: &AxisId| axes.get(*id).numbers().clone();
    pieces.iter().map(|piece| piece.axes.iter().map(numbers).collect()).collect()
}

/// The axes of a table that is one product.
fn whole_product(rows: &Rows) -> Option<Vec<Rc<[Number]>>> {
    let mut size = 1_usize;
    let mut product = Vec::new();
    for column in 0..rows.width() {
        let mut numbers: Vec<Number> =
            rows.cells().iter().skip(column).step_by(rows.width()).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        size = size.checked_mul(numbers.len()).filter(|size| *size <= rows.len())?;
        product.push(numbers.into());
    }
    (size == rows.len()).then_some(product)
}

fn single_rows(rows: &Rows, axes: &mut Axes) -> Vec<Piece> {
    let mut piece = |row: &[Number]| Piece {
        axes: row.iter().map(|&number| axes.intern_one(number)).collect(),
        size: 1,
    };
    rows.cells().chunks_exact(rows.width()).map(&mut piece).collect()
}

/// Sorts and passes until a pass changes nothing.
fn repeat(pieces: &mut Vec<Piece>, axes: &mut Axes, pass: Pass) {
    for _ in 0..PASSES_MAX {
        pieces.sort_by(|left, right| fold_order(left, right, axes));
        let before = pieces.len();
        *pieces = pass(core::mem::take(pieces), axes);
        if pieces.len() == before {
            return;
        }
    }
}

fn fold_order(left: &Piece, right: &Piece, axes: &Axes) -> Ordering {
    let places = left.axes.iter().zip(&right.axes);
    let mut orders = places.map(|(l, r)| axes.get(*l).fold_order(axes.get(*r)));
    let first_difference = || orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
    right.size.cmp(&left.size).then_with(first_difference)
}

/// One pass in which each piece takes in the pieces that directly follow it.
fn merge_neighbours(pieces: Vec<Piece>, axes: &mut Axes) -> Vec<Piece> {
    let mut merged = Vec::new();
    let mut growing: Option<Growing> = None;
    for piece in pieces {
        let Some(current) = &mut growing else {
            growing = Some(Growing::new(piece));
            continue;
        };
        match current.place_of_merge(&piece, axes) {
            Some(place) => current.merge(place, &piece, axes),
            None => merged.extend(growing.replace(Growing::new(piece)).map(|g| g.close(axes))),
        }
    }
    merged.extend(growing.map(|current| current.close(axes)));
    merged
}

/// One pass in which each piece takes in every later piece it can, in order.
fn merge_followers(pieces: Vec<Piece>, axes: &mut Axes) -> Vec<Piece> {
    let places = pieces.first().map_or(0, |piece| piece.axes.len());
    let mut followers = Followers::new(&pieces, places);
    let mut merged = Vec::new();
    for start in 0..pieces.len() {
        if followers.is_taken(start) {
            continue;
        }
        let mut current = Growing::new(pieces[start].clone());
        let mut at = start;
        while let Some((next, place)) = followers.next(&mut current, at, axes) {
            current.merge(place, &pieces[next], axes);
            followers.take(next);
            at = next;
        }
        merged.push(current.close(axes));
    }
    merged
}
