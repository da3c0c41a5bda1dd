//! `cargo xtask mutants`: breaks the core's rules one at a time, in a copy, and wants a proof to notice
//! each. It tells nothing about rules that no mutation breaks.

mod copy;
mod list;
mod proof;

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::shell;
use copy::Copy;
use list::Mutation;
use proof::{Proof, Verdict};

/// A broken core may never come to an end. A proof that takes this long, and longer than
/// `SLOWER_MAX` times its time on the sound core, has noticed.
const PATIENCE_MIN: Duration = Duration::from_secs(60);
const SLOWER_MAX: u32 = 10;

/// A proof, and how long it takes when nothing is broken.
type Timed = (Proof, Duration);

pub fn run(names: &[String]) -> Result<()> {
    let mutations = list::read(&shell::root())?;
    if let Some(unknown) = names.iter().find(|name| mutations.iter().all(|m| m.name != **name)) {
        bail!("no mutation is called {unknown:?}");
    }
    let chosen: Vec<&Mutation> =
        mutations.iter().filter(|m| names.is_empty() || names.contains(&m.name)).collect();
    let copy = Copy::of(&shell::root(), &shell::target().join("mutants"))?;
    // all of them can be made before any is tried
    chosen.iter().try_for_each(|mutation| mutation.applied(&copy).map(drop))?;
    let proofs = baseline(&copy, &chosen)?;
    let begun = Instant::now();
    let mut survivors = Vec::new();
    let width = chosen.iter().map(|mutation| mutation.name.len()).max().unwrap_or(0);
    for mutation in &chosen {
        let found = attempt(&copy, mutation, &proofs)?;
        let says = found.clone().unwrap_or_else(|| "NOBODY".to_owned());
        println!(
            "{:width$}  breaks: {}\n{:width$}  caught by: {says}",
            mutation.name, mutation.breaks, ""
        );
        if found.is_none() {
            survivors.push(mutation.name.as_str());
        }
    }
    let (all, took) = (chosen.len(), begun.elapsed().as_secs());
    println!("{} of {all} mutations caught in {took} s", all - survivors.len());
    ensure!(survivors.is_empty(), "no proof noticed: {}", survivors.join(", "));
    Ok(())
}

/// Runs every proof that is needed on the sound copy; the quickest comes first in the answer.
fn baseline(copy: &Copy, mutations: &[&Mutation]) -> Result<Vec<Timed>> {
    let mut timed: Vec<Timed> = Vec::new();
    for proof in mutations.iter().flat_map(|mutation| &mutation.caught_by) {
        if timed.iter().any(|(known, _)| known == proof) {
            continue;
        }
        let begun = Instant::now();
        let patience = Duration::from_secs(1_200);
        match proof.run(copy, patience)? {
            Verdict::Passed { tests: 0 } => bail!("the proof \"{proof}\" names no test"),
            Verdict::Passed { .. } => timed.push((proof.clone(), begun.elapsed())),
            Verdict::Noticed(what) => bail!("the sound core fails \"{proof}\": {what}"),
        }
    }
    timed.sort_by_key(|(_, took)| *took);
    println!("the sound copy passes {} proofs", timed.len());
    Ok(timed)
}

/// Breaks the copy, asks the mutation's proofs until one notices, and mends the copy.
fn attempt(copy: &Copy, mutation: &Mutation, proofs: &[Timed]) -> Result<Option<String>> {
    let (path, broken) = mutation.applied(copy)?;
    let _mended = copy.replace(&path, &broken)?;
    for (proof, took) in proofs.iter().filter(|(proof, _)| mutation.caught_by.contains(proof)) {
        let patience = PATIENCE_MIN.max(*took * SLOWER_MAX);
        if let Verdict::Noticed(what) = proof.run(copy, patience)? {
            return Ok(Some(format!("{proof}: {what}")));
        }
    }
    Ok(None)
}
