//! What a page asks for beside the stream: where it is, who leads, what an expression means, what was tried.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::time::Duration;

use api::{
    Asked, ClusterList, Code, History, Problem, Resolved, Role, State, TokenRequest, Try, TryEnd,
    TryList,
};
use arbiter::{Answer, Ask, Cause, Order, Phase, Power, Settlement, Trouble};
use common::{Site, busy, eventually, key, now, off};
use region::Tried;

fn scoped(site: &Site, scope: &str) -> String {
    let (name, role, scope) = ("viewer".to_owned(), Role::Viewer, Some(scope.to_owned()));
    site.admin().create_token(&TokenRequest { name, role, scope }).unwrap().token
}

fn problem(answer: &(u16, String)) -> (u16, Code) {
    let told: Problem = serde_json::from_str(&answer.1).unwrap();
    assert_eq!(told.status, answer.0);
    (answer.0, told.code)
}

#[test]
fn the_root_leads_to_the_page_and_the_page_is_behind_no_token() {
    let site = Site::new();
    let plain = |path: &str| {
        let head = "HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        site.raw(&format!("GET {path} {head}")).to_lowercase()
    };
    for path in ["/", "/ui"] {
        let answer = plain(path);
        assert!(answer.starts_with("http/1.1 307") && answer.contains("location: /ui/\r\n"));
    }
    let page = plain("/ui/");
    assert!(page.starts_with("http/1.1 200") || page.starts_with("http/1.1 501"), "{page}");
    for header in ["content-security-policy: default-src 'none';", "nosniff", "no-referrer"] {
        assert!(page.contains(header), "{header} is not in {page}");
    }
    let gone = plain("/ui/assets/gone.js");
    assert!(gone.starts_with("http/1.1 404") || gone.starts_with("http/1.1 501"), "{gone}");
    let post = site.ask("POST", "/ui/", "", "");
    assert!(post.starts_with("HTTP/1.1 405"), "{post}");
}

#[test]
fn a_cluster_tells_who_leads_it() {
    let site = Site::new();
    let ask = |token: &str| -> ClusterList {
        serde_json::from_str(&site.get(token, "/api/v1/clusters").1).unwrap()
    };
    let cluster = ask(&site.admin_token()).clusters.remove(0);
    assert_eq!((cluster.cluster.as_str(), cluster.nodes), (common::CLUSTER, 40));
    assert_eq!((cluster.agent, cluster.led_seq), (None, None));
    let epoch = site.lead();
    site.folded_to(epoch);
    let cluster = ask(&scoped(&site, "n[2-3]")).clusters.remove(0);
    assert_eq!((cluster.nodes, cluster.agent.as_deref()), (2, Some("agent-1")));
    assert_eq!(cluster.led_seq, Some(epoch));
}

#[test]
fn an_expression_is_resolved_by_the_inventory_and_within_the_scope() {
    let site = Site::new();
    let (admin, viewer) = (site.admin_token(), scoped(&site, "n[3-30]"));
    let resolve = |token: &str, query: &str| site.get(token, &format!("/api/v1/resolve{query}"));
    for (token, query, nodes, count) in [
        (&admin, "", "n[1-40]", 40),
        (&admin, "?nodes=@gpu,n9!n2", "n[1,3-4,9]", 4),
        (&admin, "?selector=rack=r2&nodes=n[19-22]", "n[21-22]", 2),
        (&viewer, "", "n[3-30]", 28),
        (&viewer, "?nodes=@gpu", "n[3-4]", 2),
    ] {
        let resolved: Resolved = serde_json::from_str(&resolve(token, query).1).unwrap();
        assert_eq!((resolved.nodes.as_str(), resolved.count), (nodes, count), "{query}");
    }
    assert_eq!(problem(&resolve(&admin, "?nodes=n[1-")), (400, Code::BadNodeSet));
    assert_eq!(problem(&resolve(&admin, "?nodes=n99")), (404, Code::UnknownNode));
    assert_eq!(problem(&resolve(&viewer, "?nodes=n1")), (403, Code::OutOfScope));
    assert_eq!(problem(&resolve(&admin, "?node=n1")), (400, Code::BadQuery));
}

#[test]
fn what_was_tried_for_a_command_is_told_with_what_came_of_it() {
    let site = Site::new();
    let seq = site.admin().post_command(&off("n1"), &key()).unwrap().seq.unwrap();
    site.board.publish("n1", busy(Power::On, now(), Some(seq), Phase::Firing(Order::Off)));
    let tried = |ask, answer: &Answer| {
        let took = Some(Duration::from_millis(20));
        site.board.tried("n1", Tried { at: 9, driver: "ipmi", ask, answer, took });
    };
    tried(Ask::Fire(Order::Off), &Answer::Done);
    tried(Ask::Power, &Answer::Power(Power::On));
    tried(
        Ask::Power,
        &Answer::Lost(Cause { trouble: Trouble::Passing, words: "h: no answer".into() }),
    );
    let told = site.get(&site.admin_token(), "/api/v1/nodes/n1/tries").1;
    let TryList { node, tries } = serde_json::from_str(&told).unwrap();
    assert_eq!(node, "n1");
    let first = Try {
        at_ms: 9,
        took_ms: Some(20),
        seq: Some(seq),
        driver: "ipmi".into(),
        asked: Asked::Off,
        end: TryEnd::Ok,
        power: None,
        cause: None,
    };
    assert_eq!(tries[0], first);
    assert_eq!((tries[1].asked, tries[1].power), (Asked::Read, Some(api::Power::On)));
    assert_eq!((tries[2].end, tries[2].cause.as_deref()), (TryEnd::Lost, Some("h: no answer")));
    let viewer = scoped(&site, "n2");
    let outside = site.get(&viewer, "/api/v1/nodes/n1/tries");
    assert_eq!(problem(&outside), (403, Code::OutOfScope));
    let unknown = site.get(&site.admin_token(), "/api/v1/nodes/n99/tries");
    assert_eq!(problem(&unknown), (404, Code::UnknownNode));
}

#[test]
fn the_history_tells_when_an_intent_ended_also_after_a_restart() {
    let site = Site::new();
    let epoch = site.lead();
    let admin = site.admin();
    let first = admin.post_command(&off("n[1-3]"), &key()).unwrap().seq.unwrap();
    let second = admin.post_command(&common::on("n2"), &key()).unwrap().seq.unwrap();
    site.settle(epoch, second, "n2", Settlement::Confirmed);
    let ended = |site: &Site| {
        eventually("both ended", || {
            let told = site.get(&site.admin_token(), "/api/v1/nodes/n2/history").1;
            let History { intents, .. } = serde_json::from_str(&told).ok()?;
            let ends: Vec<_> = intents.iter().filter_map(|intent| intent.ended_at_ms).collect();
            let over = |intent: &api::PastIntent| matches!(intent.state, State::Ended { .. });
            (intents.len() == 2 && intents.iter().all(over)).then_some((intents, ends))
        })
    };
    let (intents, ends) = ended(&site);
    assert_eq!((intents[0].seq, intents[1].seq, ends.len()), (first, second, 2));
    assert_eq!(ends[0], intents[1].accepted_at_ms, "it ended when the newer one came");
    assert!(ends[1] >= ends[0]);
    let site = site.restart(region::Tls::Off);
    site.caught_up();
    assert_eq!(ended(&site).1, ends);
}
