//! Faults as text.

use super::*;

#[test]
fn faults_are_written_as_they_are_read() {
    let text = "takes-on=1500ms,lag=5ms,drop=20%,silent,reads-stale=2m,ignores-first=3,deaf";
    let faults: Faults = text.parse().unwrap();
    assert_eq!(faults.to_string(), text);
    assert_eq!(faults.takes_on, Some(Span(1_500)));
    assert_eq!(faults.ignores_first, Some(3));
    assert_eq!("".parse(), Ok(Faults::default()));
}

#[test]
fn a_change_keeps_what_it_does_not_name_and_takes_away_what_it_is_told_to() {
    let faults: Faults = "lag=5ms,silent".parse().unwrap();
    assert_eq!(faults.changed("drop=1%, -silent").unwrap().to_string(), "lag=5ms,drop=1%");
    assert_eq!(faults.changed("lag=1s").unwrap().to_string(), "lag=1s,silent");
    assert!(faults.changed("-quiet").is_err());
}

#[test]
fn what_is_no_fault_is_told_with_what_would_be_one() {
    let told = |text: &str| text.parse::<Faults>().unwrap_err().to_string();
    assert!(told("late=3s").starts_with("no fault is called \"late\""));
    assert_eq!(
        told("lag=5"),
        "lag takes a span of a day at most, such as 5ms, 2s or 1m, not \"5\""
    );
    assert_eq!(
        told("lag=99h"),
        "lag takes a span of a day at most, such as 5ms, 2s or 1m, not \"99h\""
    );
    assert_eq!(told("drop=200%"), "drop takes a share such as 20%, not \"200%\"");
    assert!(told("silent=yes").starts_with("silent takes"), "{}", told("silent=yes"));
    assert!(told("lag=é").starts_with("lag takes"));
}

#[test]
fn every_fault_has_a_name_of_its_own_and_says_what_it_does() {
    for known in Faults::KNOWN {
        assert!(known.what.trim().len() > 10, "{}", known.name);
        assert_eq!(Faults::KNOWN.iter().filter(|other| other.name == known.name).count(), 1);
    }
}
