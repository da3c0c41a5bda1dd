//! Walks the operands and operators of an expression from left to right. It does not read the
//! inside of an operand.

use core::mem;

use super::Groups;
use super::budget::Budget;
use super::operand::{Kind, Operand, operand_len, read_operand};
use crate::collect::Collector;
use crate::error::{ErrorKind, Fault, Syntax};
use crate::name::Parts;
use crate::rows::Op;
use crate::set::{CELLS_MAX, NodeSet};

pub(crate) struct Evaluation<'a> {
    text: &'a str,
    groups: Option<&'a dyn Groups>,
    budget: Budget,
    result: NodeSet,
    /// Operands that wait to be applied with one operation: a union or a difference of many
    /// short operands would otherwise walk the result once for each.
    batch: Collector,
    batch_op: Op,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(text: &'a str, groups: Option<&'a dyn Groups>, limit: usize) -> Self {
        let budget = Budget::new(limit, text.len());
        let (result, batch) = (NodeSet::default(), Collector::default());
        Self { text, groups, budget, result, batch, batch_op: Op::Union }
    }

    pub(crate) fn run(mut self) -> Result<NodeSet, Fault> {
        let mut at = self.skip_blanks(0);
        let mut op = Op::Union;
        while at < self.text.len() {
            self.select(op, at)?;
            let end = at + operand_len(&self.text[at..]);
            if end == at {
                return Err(Fault::syntax(at, Syntax::MissingOperand));
            }
            self.apply(at, end)?;
            (op, at) = self.next_op(self.skip_blanks(end))?;
        }
        self.flush(at)?;
        Ok(self.result)
    }

    fn skip_blanks(&self, at: usize) -> usize {
        let rest = self.text[at..].trim_start_matches(is_blank);
        self.text.len() - rest.len()
    }

    /// The operator at `at`, which is union when there is none, and where its operand starts.
    fn next_op(&self, at: usize) -> Result<(Op, usize), Fault> {
        let Some(op) = self.text[at..].chars().next().and_then(operator) else {
            return Ok((Op::Union, at));
        };
        let operand = self.skip_blanks(at + 1);
        if operand == self.text.len() {
            return Err(Fault::syntax(at, Syntax::MissingOperand));
        }
        Ok((op, operand))
    }

    /// Makes the batch one of `op`.
    fn select(&mut self, op: Op, at: usize) -> Result<(), Fault> {
        let joins = matches!(op, Op::Union | Op::Difference);
        if op != self.batch_op || !joins {
            self.flush(at)?;
            self.batch_op = op;
        }
        Ok(())
    }

    fn apply(&mut self, at: usize, end: usize) -> Result<(), Fault> {
        if let Some(parts) = plain_name(&self.text[at..end]) {
            let parts = parts.map_err(|fault| Fault::new(at + fault.at, fault.kind))?;
            self.make_room(1, parts.numbers.len(), at)?;
            self.batch.add_parts(&parts);
            return Ok(());
        }
        let operand = read_operand(self.text, at..end, &mut self.budget)?;
        match (operand.kind, self.groups) {
            (Kind::Nodes, _) => {
                self.make_room(operand.len(), operand.axes.len(), at)?;
                self.batch.add_product(&operand.template, &operand.axes);
                Ok(())
            }
            (Kind::Group | Kind::Wildcard, None) => Err(Fault::new(at, ErrorKind::NoGroups)),
            (Kind::Group, Some(groups)) => self.apply_groups(&operand, groups, at),
            (Kind::Wildcard, Some(groups)) => self.apply_wildcards(&operand, groups, at),
        }
    }

    fn apply_groups(
        &mut self,
        operand: &Operand,
        groups: &dyn Groups,
        at: usize,
    ) -> Result<(), Fault> {
        self.apply_found(operand, at, |name, _| {
            let found = if name == "*" { Some(groups.all()) } else { groups.group(name) };
            found.ok_or_else(|| Fault::new(at, ErrorKind::UnknownGroup { name: name.into() }))
        })
    }

    fn apply_wildcards(
        &mut self,
        operand: &Operand,
        groups: &dyn Groups,
        at: usize,
    ) -> Result<(), Fault> {
        self.apply_found(operand, at, |pattern, budget| {
            budget.wildcard(at)?;
            Ok(groups.wildcard(pattern))
        })
    }

    /// Adds what `find` answers for each text of the operand. The answers are one operand: an
    /// intersection is with their union.
    fn apply_found(
        &mut self,
        operand: &Operand,
        at: usize,
        mut find: impl FnMut(&str, &mut Budget) -> Result<NodeSet, Fault>,
    ) -> Result<(), Fault> {
        let mut found = Collector::default();
        for text in operand.texts() {
            let set = find(&text, &mut self.budget)?;
            self.budget.visit(set.len() + 1, at)?;
            found.add_set(&set);
            if found.names() > 2 * self.budget.names_max || found.cells() > 2 * CELLS_MAX {
                let compact = mem::take(&mut found).finish();
                self.check(&compact, at)?;
                found.add_set(&compact);
            }
        }
        let found = found.finish();
        self.check(&found, at)?;
        self.make_room_for(found.len(), found.cells(), at)?;
        self.batch.add_set(&found);
        Ok(())
    }

    fn make_room(&mut self, names: usize, numbers: usize, at: usize) -> Result<(), Fault> {
        let limit = self.budget.names_max_of(numbers);
        if names > limit {
            return Err(Fault::new(at, ErrorKind::TooMany { limit }));
        }
        self.make_room_for(names, names * numbers, at)
    }

    /// Applies the batch when `names` more names would make it larger than any allowed set.
    fn make_room_for(&mut self, names: usize, cells: usize, at: usize) -> Result<(), Fault> {
        self.budget.visit(names, at)?;
        let full = self.batch.names() + names > self.budget.names_max
            || self.batch.cells() + cells > CELLS_MAX;
        if full { self.flush(at) } else { Ok(()) }
    }

    fn flush(&mut self, at: usize) -> Result<(), Fault> {
        if self.batch.names() == 0 && !matches!(self.batch_op, Op::Intersection) {
            return Ok(());
        }
        let operand = mem::take(&mut self.batch).finish();
        self.budget.visit(self.result.len() + operand.len(), at)?;
        self.result = if self.batch_op == Op::Union && self.result.is_empty() {
            operand
        } else {
            self.result.combine(&operand, self.batch_op)
        };
        self.check(&self.result, at)
    }

    fn check(&self, set: &NodeSet, at: usize) -> Result<(), Fault> {
        let limit = self.budget.names_max;
        if set.len() > limit || set.cells() > CELLS_MAX {
            return Err(Fault::new(at, ErrorKind::TooMany { limit }));
        }
        Ok(())
    }
}

fn plain_name(text: &str) -> Option<Result<Parts, Fault>> {
    (!text.contains(['[', ']', '@', '*', '?'])).then(|| Parts::split(text))
}

pub(super) fn is_blank(found: char) -> bool {
    found.is_ascii_whitespace()
}

pub(super) fn operator(found: char) -> Option<Op> {
    match found {
        ',' => Some(Op::Union),
        '!' => Some(Op::Difference),
        '&' => Some(Op::Intersection),
        '^' => Some(Op::Symmetric),
        _ => None,
    }
}
