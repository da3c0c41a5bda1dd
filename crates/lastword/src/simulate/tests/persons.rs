//! How callers react to what they hear and see.

use arbiter::Action::{Off, On};
use fastrand::Rng;

use super::super::people::Told::{Done, Failed, Refused, Superseded};
use super::super::people::{Caller, Moment, STORM_MS, Who, Wish, draw};

fn drawn() -> Vec<Caller> {
    (0..200).flat_map(|node| draw(node, &mut Rng::with_seed(node as u64))).collect()
}

fn first(who: Who) -> Caller {
    drawn().into_iter().find(|caller| caller.who == who).unwrap()
}

/// Its first click.
fn click(caller: &mut Caller) -> Option<(u64, Moment)> {
    assert!(caller.acts(Moment::Wish(0), false));
    caller.looks_again()
}

#[test]
fn a_person_clicks_again_until_it_sees_it_done_or_has_had_enough() {
    let mut patient = first(Who::Person);
    let mut clicks = 1;
    let (_, mut moment) = click(&mut patient).unwrap();
    while patient.acts(moment, false) {
        clicks += 1;
        (_, moment) = patient.looks_again().unwrap();
    }
    assert!((2..=6).contains(&clicks), "{clicks}");
    let mut content = first(Who::Person);
    let (_, moment) = click(&mut content).unwrap();
    assert!(!content.acts(moment, true));
}

#[test]
fn a_scheduler_and_a_fencer_do_not_look() {
    for who in [Who::Scheduler, Who::Fencer] {
        assert_eq!(click(&mut first(who)), None, "{who:?}");
    }
}

#[test]
fn all_try_again_what_was_refused_or_failed_and_only_a_fencer_insists_when_superseded() {
    for who in [Who::Person, Who::Scheduler, Who::Fencer] {
        for (told, tries_again) in
            [(Done, false), (Failed, true), (Refused, true), (Superseded, who == Who::Fencer)]
        {
            let mut caller = first(who);
            click(&mut caller);
            let again = caller.hears(caller.wish(), told);
            assert_eq!(again.is_some(), tries_again, "{who:?} {told:?}");
            assert!(again.is_none_or(|(_, moment)| caller.acts(moment, false)), "{who:?}");
        }
    }
}

#[test]
fn an_answer_ends_the_wait_for_the_next_look() {
    let mut caller = first(Who::Person);
    let (_, look) = click(&mut caller).unwrap();
    let (_, retry) = caller.hears(caller.wish(), Refused).unwrap();
    assert!(!caller.acts(look, false));
    assert!(caller.acts(retry, false));
}

#[test]
fn what_was_wanted_before_matters_no_more() {
    let wishes = vec![Wish { at: 0, action: On }, Wish { at: 5, action: Off }];
    let mut caller = Caller::once(0, wishes.clone());
    click(&mut caller);
    assert!(caller.acts(Moment::Wish(1), false));
    assert_eq!(caller.hears(wishes[0], Failed), None);
    assert_eq!(caller.wish(), wishes[1]);
}

#[test]
fn all_kinds_of_callers_come_up_and_wishes_only_during_the_storm() {
    let callers = drawn();
    for who in [Who::Person, Who::Scheduler, Who::Fencer] {
        assert!(callers.iter().filter(|caller| caller.who == who).count() > 50, "{who:?}");
    }
    assert!(callers.iter().flat_map(Caller::wishes).all(|wish| wish.at < STORM_MS));
}
