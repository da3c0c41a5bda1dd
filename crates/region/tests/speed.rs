//! How fast commands are accepted: printed, not judged, for machines differ. Run with `--ignored`.

mod common;

use std::sync::Arc;
use std::time::Instant;

use api::{Action, CommandRequest};
use common::{Site, key, on};
use region::{Fleet, FleetNode, Limits};

#[test]
#[ignore = "prints numbers of this machine"]
fn acceptance_of_single_commands_and_of_one_for_a_hundred_thousand_nodes() {
    let site = Site::new();
    let begun = Instant::now();
    let total = 64 * 50;
    std::thread::scope(|scope| {
        for thread in 0..64 {
            let client = site.admin();
            scope.spawn(move || {
                for _ in 0..50 {
                    client.post_command(&on(&format!("n{}", thread % 39 + 1)), &key()).unwrap();
                }
            });
        }
    });
    println!("{:.0} commands/s by 64 callers", total as f64 / begun.elapsed().as_secs_f64());
    let node = FleetNode {
        labels: Arc::default(),
        policy: arbiter::Policy::Supersede,
        deadline_ms: 300_000,
    };
    let names = (0..100_000).map(|number| (format!("m{number}").into_boxed_str(), node.clone()));
    let fleet = Fleet::new("c1", names, Default::default(), Limits::default()).unwrap();
    site.region.set_fleet(fleet);
    for round in 0..4 {
        let mut request = CommandRequest::new(Action::Off, "@*");
        request.confirm = Some(100_000);
        let begun = Instant::now();
        let answer = site.admin().post_command(&request, &key()).unwrap();
        println!("round {round}: {} nodes accepted in {:?}", answer.accepted, begun.elapsed());
    }
}
