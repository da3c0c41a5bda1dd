//! The same seed gives the same numbers, each controller has the manners that it is said to have, and docs/simulate.md shows
//! what the command prints.

mod documented;
mod manners;
mod persons;

use super::people::Wish;
use super::*;

fn small(policies: &[Policy], seed: u64) -> Plan {
    let policies = policies.to_vec();
    Plan { seed, seeds: 2, nodes: 8, policies, fleets: Fleet::ALL.to_vec() }
}

#[test]
fn the_same_seed_gives_the_same_numbers_and_another_one_others() {
    let [one, again, other] = [7, 7, 8].map(|seed| run(&small(&Policy::ALL, seed)));
    assert_eq!(one, again);
    assert_eq!(svg(&one), svg(&again));
    assert_ne!(one.results, other.results);
}

#[test]
fn a_policy_gets_the_same_numbers_alone_as_among_others() {
    let all = run(&small(&Policy::ALL, 7));
    for policy in Policy::ALL {
        let alone = run(&small(&[policy], 7));
        let among = all.results.iter().filter(|cell| cell.policy == policy);
        assert!(among.eq(&alone.results), "{}", policy.word());
    }
}

#[test]
fn whatever_is_wished_is_clicked_at_that_moment_under_every_policy() {
    for fleet in Fleet::ALL {
        let first_clicks = |policy| {
            let mut world = World::new(policy, fleet, 8, 3);
            world.run();
            let clicks = world.clicks.iter().filter(|click| click.at == click.wish.at);
            clicks.map(|click| (click.by, click.wish)).collect::<Vec<(usize, Wish)>>()
        };
        let [first, others @ ..] = Policy::ALL.map(first_clicks);
        assert!(first.len() > 20, "{}", first.len());
        assert!(others.iter().all(|other| *other == first), "{}", fleet.word());
    }
}

#[test]
fn the_table_has_80_columns_at_most_and_no_chart_lacks_a_number() {
    let report = run(&small(&Policy::ALL, 1));
    let text = text(&report);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains("NaN"), "{text}");
    for plan in [small(&Policy::ALL, 1), Plan { nodes: 1, ..small(&[Policy::Race], 1) }] {
        let chart = svg(&run(&plan));
        assert!(!chart.contains("NaN") && !chart.contains("inf"), "{chart}");
        for policy in &plan.policies {
            assert!(chart.contains(&format!("class=\"{}\"", policy.word())), "{chart}");
        }
    }
}
