//! Who may do what, and what is answered to requests that make no sense.

mod common;

use api::{
    Code, CommandRequest, HoldRequest, NodeQuery, ReleaseRequest, Role, TokenRequest,
    WithdrawRequest,
};
use common::{Site, key, mode, off, on, problem};

fn token(name: &str, role: Role, scope: Option<&str>) -> TokenRequest {
    TokenRequest { name: name.to_owned(), role, scope: scope.map(str::to_owned) }
}

/// Status and code of a raw answer.
fn told(answer: &str) -> (u16, String) {
    let status = answer.split(' ').nth(1).unwrap_or("0").parse().unwrap_or(0);
    let code = answer.split("\"code\":\"").nth(1).unwrap_or("").split('"').next().unwrap_or("");
    if status >= 400 {
        assert!(answer.contains("content-type: application/problem+json"), "{answer}");
    }
    (status, code.to_owned())
}

#[test]
fn the_first_start_writes_a_token_that_only_its_owner_can_read() {
    let site = Site::new();
    let (folder, token) = (site.dir.path(), site.admin_token());
    assert!(token.starts_with("lw_") && token.len() == 67, "{token}");
    assert_eq!(mode(&folder.join("admin.token")), 0o600);
    assert_eq!(mode(&folder.join("tokens.json")), 0o600);
    let stored = std::fs::read_to_string(folder.join("tokens.json")).unwrap();
    assert!(!stored.contains(&token[12..]), "the hash is kept, not the token");
    let site = site.restart(region::Tls::Off);
    assert_eq!(site.admin_token(), token, "a second start keeps it");
    assert_eq!(site.admin().version().unwrap().you, "admin");
}

#[test]
fn nothing_under_api_answers_without_a_right_token() {
    let site = Site::new();
    for path in [
        "nodes",
        "commands",
        "holds",
        "tokens",
        "events",
        "events?snapshot=true",
        "version",
        "clusters",
        "resolve",
        "nodes/n1/why",
        "nodes/n1/tries",
    ] {
        let plain = format!("GET /api/v1/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        assert_eq!(told(&site.raw(&format!("{plain}\r\n"))), (401, "not-authenticated".into()));
        let wrong = format!("{plain}authorization: Bearer lw_{}\r\n\r\n", "0".repeat(64));
        assert_eq!(told(&site.raw(&wrong)), (401, "not-authenticated".into()));
    }
    let alive = site.raw("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(told(&alive).0, 200);
}

#[test]
fn many_wrong_tokens_are_slowed_and_right_ones_are_not() {
    let site = Site::new();
    let wrong = site.client(&format!("lw_{}", "1".repeat(64)));
    let throttled = (0..60).any(|_| {
        matches!(wrong.version(), Err(api::ClientError::Problem(it)) if it.code == Code::Throttled)
    });
    assert!(throttled);
    assert_eq!(site.admin().version().unwrap().role, Role::Admin);
}

#[test]
fn each_role_may_do_what_it_is_for() {
    let site = Site::new();
    let viewer = site.user("viewer", Role::Viewer, None);
    let operator = site.user("operator", Role::Operator, None);
    assert_eq!(viewer.nodes(&NodeQuery::default()).unwrap().nodes.len(), 40);
    problem(viewer.post_command(&on("n1"), &key()), 403, Code::RoleForbids);
    let withdraw = WithdrawRequest { nodes: "n1".into(), seq: None, reason: None };
    problem(viewer.withdraw(&withdraw, &key()), 403, Code::RoleForbids);
    let hold = HoldRequest { nodes: "n1".into(), reason: "x".into(), for_ms: 1_000 };
    problem(viewer.hold(&hold, &key()), 403, Code::RoleForbids);
    let release = ReleaseRequest { nodes: "n1".into(), break_others: false };
    problem(viewer.release(&release, &key()), 403, Code::RoleForbids);
    operator.post_command(&on("n1"), &key()).unwrap();
    problem(operator.tokens(), 403, Code::RoleForbids);
    problem(operator.create_token(&token("x", Role::Admin, None)), 403, Code::RoleForbids);
    problem(operator.reload_inventory(), 403, Code::RoleForbids);
    assert_eq!(site.admin().reload_inventory().unwrap().changed, "nothing changed");
    assert_eq!(site.head(), 1);
}

#[test]
fn a_scope_bounds_what_is_seen_and_commanded() {
    let site = Site::new();
    let gpu = site.user("gpu", Role::Operator, Some("@gpu"));
    site.admin().post_command(&on("n[3-5]"), &key()).unwrap();
    let outside = problem(gpu.post_command(&off("n[4-6]"), &key()), 403, Code::OutOfScope);
    assert_eq!(outside.nodes.as_deref(), Some("n[5-6]"));
    assert_eq!(gpu.post_command(&off("n4"), &key()).unwrap().accepted, 1);
    assert_eq!(gpu.nodes(&NodeQuery::default()).unwrap().nodes.len(), 4);
    problem(gpu.node("n5", None), 403, Code::OutOfScope);
    problem(gpu.history("n5"), 403, Code::OutOfScope);
    assert_eq!(gpu.version().unwrap().scope.as_deref(), Some("n[1-4]"));
    assert_eq!(site.admin().version().unwrap().scope, None);
    let view = gpu.command(1, None).unwrap();
    assert_eq!((view.nodes.as_str(), view.count, view.open), ("n[3-4]", 2, 1));
    assert!(view.states.iter().all(|group| !group.nodes.contains('5')), "{view:?}");
    let withdrawal = gpu.withdraw_command(1, &key()).unwrap();
    let told: Vec<_> = withdrawal.withdrawn.iter().map(|it| (it.nodes.as_str(), it.seq)).collect();
    assert_eq!(told, [("n3", 1)], "what it is for beside is neither told nor touched");
    assert_eq!(site.admin().command(1, None).unwrap().open, 1);
    assert_eq!((gpu.version().unwrap().nodes, site.admin().version().unwrap().nodes), (4, 40));
    let other = site.admin().post_command(&on("n9"), &key()).unwrap().seq.unwrap();
    problem(gpu.command(other, None), 404, Code::UnknownCommand);
    let list = gpu.commands(&api::CommandQuery::default()).unwrap().commands;
    assert_eq!(list.len(), 2);
    let admin = site.user("half", Role::Admin, Some("n1"));
    problem(admin.tokens(), 403, Code::OutOfScope);
}

#[test]
fn nobody_learns_which_names_exist_outside_of_their_scope() {
    let site = Site::new();
    let scoped = token("gpu", Role::Operator, Some("@gpu"));
    let text = site.admin().create_token(&scoped).unwrap().token;
    site.admin().post_command(&on("n39"), &key()).unwrap();
    let command = |nodes: &str| format!(r#"{{"action":"off","nodes":"{nodes}"}}"#);
    let labelled = r#"{"action":"off","nodes":"X","selector":"rack=r2"}"#.to_owned();
    let hold = |nodes: &str| format!(r#"{{"nodes":"{nodes}","reason":"r","for_ms":1000}}"#);
    let asked = [
        ("POST", "/api/v1/commands", command("X")),
        ("POST", "/api/v1/commands", command("X,n1")),
        ("POST", "/api/v1/commands", command("X&@*")),
        ("POST", "/api/v1/commands", command("@*&X,n1!n1")),
        ("POST", "/api/v1/commands", command("X*")),
        ("POST", "/api/v1/commands", labelled),
        ("POST", "/api/v1/withdrawals", r#"{"nodes":"X"}"#.to_owned()),
        ("POST", "/api/v1/holds", hold("X")),
        ("POST", "/api/v1/holds/release", r#"{"nodes":"X"}"#.to_owned()),
        ("POST", "/api/v1/observations", r#"{"nodes":"X","power":"off"}"#.to_owned()),
        ("GET", "/api/v1/nodes?nodes=X", String::new()),
        ("GET", "/api/v1/nodes?nodes=X,n1&selector=rack=r2", String::new()),
        ("GET", "/api/v1/nodes/X", String::new()),
        ("GET", "/api/v1/nodes/X/why", String::new()),
        ("GET", "/api/v1/nodes/X/history", String::new()),
        ("GET", "/api/v1/commands?nodes=X", String::new()),
    ];
    for (method, path, body) in asked {
        let said = |name: &str| {
            let (path, body) = (path.replace('X', name), body.replace('X', name));
            let answer = ask_as(&site, &text, method, &path, &body);
            let status = answer.split(' ').nth(1).unwrap().to_owned();
            let document = answer.split_once("\r\n\r\n").unwrap().1.replace(name, "X");
            (status, document)
        };
        let (there, nowhere) = (said("n39"), said("n99"));
        assert_eq!(there, nowhere, "{method} {path} {body}");
        assert!(there.0.starts_with('4'), "{method} {path} {body}: {there:?}");
    }
    for (method, path) in [("GET", "/api/v1/commands/"), ("DELETE", "/api/v1/commands/")] {
        let there = ask_as(&site, &text, method, &format!("{path}1"), "");
        let nowhere = ask_as(&site, &text, method, &format!("{path}9"), "");
        assert_eq!((told(&there), told(&nowhere)), (unknown(), unknown()), "{there}");
        assert!(!there.contains("n39"), "{there}");
    }
}

#[test]
fn groups_and_wildcards_mean_their_part_in_the_scope() {
    let site = Site::new();
    let ops = site.user("ops", Role::Operator, Some("n[3-6]"));
    for (nodes, meant) in [("@gpu", "n[3-4]"), ("@*", "n[3-6]"), ("n?", "n[3-6]")] {
        let mut request = on(nodes);
        request.dry_run = true;
        assert_eq!(ops.post_command(&request, &key()).unwrap().nodes, meant, "{nodes}");
    }
    let other = site.user("other", Role::Operator, Some("n[30-31]"));
    for group in ["@gpu", "@not"] {
        let refused = problem(other.post_command(&on(group), &key()), 404, Code::UnknownNode);
        assert!(refused.nodes.is_none() && !refused.detail.contains("n1"), "{refused:?}");
    }
    let nobody = site.user("nobody", Role::Viewer, Some("n[90-91]"));
    assert_eq!(nobody.nodes(&NodeQuery::default()).unwrap().nodes, []);
}

/// A request with that token.
fn ask_as(site: &Site, token: &str, method: &str, path: &str, body: &str) -> String {
    site.raw(&format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

fn unknown() -> (u16, String) {
    (404, "unknown-command".to_owned())
}

#[test]
fn tokens_are_made_listed_and_deleted() {
    let site = Site::new();
    let admin = site.admin();
    let made = admin.create_token(&token("slurm", Role::Operator, Some("n[1-3]"))).unwrap();
    assert!(!format!("{made:?}").contains(&made.token));
    let client = site.client(&made.token);
    assert_eq!(client.version().unwrap().you, "slurm");
    problem(admin.create_token(&token("slurm", Role::Viewer, None)), 409, Code::TokenExists);
    problem(admin.create_token(&token("a b", Role::Viewer, None)), 400, Code::BadValue);
    problem(admin.create_token(&token("x", Role::Viewer, Some("n["))), 400, Code::BadNodeSet);
    let names: Vec<String> =
        admin.tokens().unwrap().tokens.into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["admin", "slurm"]);
    assert_eq!(admin.delete_token("slurm").unwrap().tokens.len(), 1);
    problem(client.version(), 401, Code::NotAuthenticated);
    problem(admin.delete_token("slurm"), 404, Code::UnknownToken);
    problem(admin.delete_token("admin"), 409, Code::LastAdmin);
}

#[test]
fn the_door_and_the_name_are_on_record() {
    let site = Site::new();
    let body = r#"{"action":"on","nodes":"n1"}"#;
    let answer = site.ask("POST", "/api/v1/commands", "lastword-door: web\r\n", body);
    assert_eq!(told(&answer).0, 202, "{answer}");
    assert_eq!(site.admin().command(1, None).unwrap().door, api::Door::Web);
    let answer = site.ask("POST", "/api/v1/commands", "", body);
    assert_eq!(told(&answer).0, 202, "{answer}");
    assert_eq!(site.admin().command(2, None).unwrap().door, api::Door::Rest);
    let answer = site.ask("POST", "/api/v1/commands", "lastword-door: back\r\n", body);
    assert_eq!(told(&answer), (400, "bad-header".into()));
}

#[test]
fn requests_that_make_no_sense_get_a_problem_with_a_code() {
    let site = Site::new();
    let post = |body: &str| told(&site.ask("POST", "/api/v1/commands", "", body));
    assert_eq!(post("{"), (400, "bad-body".into()));
    assert_eq!(post(r#"{"action":"explode","nodes":"n1"}"#), (400, "bad-body".into()));
    assert_eq!(post(r#"{"action":"on","nodes":"n1","colour":"red"}"#), (400, "bad-body".into()));
    assert_eq!(post(r#"{"action":"on","nodes":7}"#), (400, "bad-body".into()));
    let large = format!(r#"{{"action":"on","nodes":"{}"}}"#, "n".repeat(5 << 20));
    assert_eq!(post(&large), (413, "too-large".into()));
    let get = |path: &str| told(&site.ask("GET", path, "", ""));
    assert_eq!(get("/api/v1/nodes?colour=red"), (400, "bad-query".into()));
    assert_eq!(get("/api/v1/nodes?max_age_ms=-1"), (400, "bad-query".into()));
    assert_eq!(get("/api/v1/nothing"), (404, "not-found".into()));
    assert_eq!(get("/api/v1/commands/x"), (404, "unknown-command".into()));
    assert_eq!(told(&site.ask("PUT", "/api/v1/nodes", "", "")), (405, "method-not-allowed".into()));
    let key = format!("idempotency-key: {}\r\n", "k".repeat(300));
    let body = r#"{"action":"on","nodes":"n1"}"#;
    let answer = site.ask("POST", "/api/v1/commands", &key, body);
    assert_eq!(told(&answer), (400, "bad-header".into()));
    assert_eq!(site.head(), 0);
}

#[test]
fn every_node_means_every_node_in_the_scope_for_commands_as_for_queries() {
    let site = Site::new();
    let gpu = site.user("gpu", Role::Operator, Some("@gpu"));
    assert_eq!(gpu.post_command(&on("@*"), &key()).unwrap().nodes, "n[1-4]");
    assert_eq!(gpu.post_command(&on("@*!n1"), &key()).unwrap().nodes, "n[2-4]");
    let labelled = CommandRequest { selector: Some("rack=r1".into()), ..on("@*") };
    assert_eq!(gpu.post_command(&labelled, &key()).unwrap().nodes, "n[1-4]");
    let named = nodeset::NodeSet::parse("n[1-40]", 100).unwrap();
    problem(gpu.post_command(&on(&named.to_string()), &key()), 403, Code::OutOfScope);
    assert_eq!(gpu.post_command(&on("n*"), &key()).unwrap().nodes, "n[1-4]");
    assert_eq!(site.admin().post_command(&on("@*"), &key()).unwrap().count, 40);
}
