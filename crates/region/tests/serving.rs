//! Listening, health, numbers, retention, and that no token ever gets out.

mod common;

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use api::{Client, Code, Door, Role, Secret, TokenRequest};
use arbiter::{Cause, Goal, Phase, Power, Settlement};
use common::{Site, busy, eventually, idle, key, mode, now, off, on, problem};
use journal::Journal;
use region::{Exchange, Retention, ServeError, Tls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

fn get(site: &Site, path: &str) -> String {
    site.raw(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
}

#[test]
fn an_own_certificate_is_made_once_and_clients_believe_it() {
    let site = Site::at(Arc::new(TempDir::new().unwrap()), Tls::Own, |_| {});
    let (cert, secret) =
        (site.dir.path().join("tls/cert.pem"), site.dir.path().join("tls/key.pem"));
    let client = |site: &Site, pem: &[u8]| {
        let token = Secret::parse(&site.admin_token()).unwrap();
        Client::new(&site.url(), token, Some(pem), Door::Cli).unwrap()
    };
    let pem =
        eventually("the certificate", || std::fs::read(&cert).ok().filter(|it| !it.is_empty()));
    eventually("an answer", || client(&site, &pem).version().ok());
    assert_eq!(mode(&secret), 0o600);
    let unbelieving = site.admin();
    assert!(matches!(unbelieving.version(), Err(api::ClientError::Unreachable { .. })));
    let site = site.restart(Tls::Own);
    assert_eq!(std::fs::read(&cert).unwrap(), pem, "the second start uses the same");
    eventually("an answer", || client(&site, &pem).version().ok());
    assert_eq!(client(&site, &pem).post_command(&on("n1"), &key()).unwrap().accepted, 1);
}

#[test]
fn plain_connections_off_loopback_are_refused() {
    let site = Site::new();
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let never = std::future::pending();
    let refused = site.runtime.block_on(site.region.serve(listener, Tls::Off, never)).unwrap_err();
    assert!(matches!(refused, ServeError::PlainOffLoopback(_)), "{refused}");
    assert!(refused.to_string().contains("without TLS"), "{refused}");
}

#[test]
fn a_given_certificate_that_is_not_there_is_named() {
    let site = Site::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let tls = Tls::Given { cert: "/nowhere/cert.pem".into(), key: "/nowhere/key.pem".into() };
    let never = std::future::pending();
    let refused = site.runtime.block_on(site.region.serve(listener, tls, never)).unwrap_err();
    assert!(refused.to_string().contains("/nowhere/cert.pem"), "{refused}");
}

#[test]
fn it_is_ready_once_an_agent_leads() {
    let site = Site::new();
    let waiting = eventually("caught up", || {
        Some(get(&site, "/readyz")).filter(|answer| answer.contains("\"caught_up\":true"))
    });
    assert!(waiting.starts_with("HTTP/1.1 503") && waiting.contains("no agent leads"), "{waiting}");
    site.lead();
    eventually("ready", || get(&site, "/readyz").starts_with("HTTP/1.1 200").then_some(()));
    assert!(get(&site, "/healthz").contains("\"alive\":true"));
}

#[test]
fn the_numbers_have_the_names_that_dashboards_use() {
    let site = Site::new();
    let epoch = site.lead();
    let client = site.admin();
    let seq = client.post_command(&on("n[1-2]"), &key()).unwrap().seq.unwrap();
    client.post_command(&off("n1"), &key()).unwrap();
    client.post_command(&on("n2"), &key()).unwrap();
    let mut stale = on("n3");
    stale.if_newest = Some(99);
    problem(client.post_command(&stale, &key()), 409, Code::Stale);
    let end = site.settle(epoch, seq, "n2", Settlement::Confirmed);
    assert_eq!(end, site.head());
    let numbers = eventually("the end is counted", || {
        Some(get(&site, "/metrics")).filter(|text| text.contains("outcome=\"merged\""))
    });
    for line in [
        "lastword_build_info{version=",
        "lastword_nodes{power=\"unknown\"} 40",
        "lastword_intents_open{action=\"off\",phase=\"pending\"} 1",
        "lastword_oldest_open_intent_age_seconds ",
        "lastword_intents_accepted_total{action=\"on\",api=\"cli\"} 3",
        "lastword_intents_merged_total{action=\"on\"} 1",
        "lastword_intents_superseded_total{winner=\"cli\",loser=\"cli\"} 1",
        "lastword_intents_stale_rejected_total{api=\"cli\"} 1",
        "lastword_intents_finished_total{action=\"on\",outcome=\"superseded\"} 1",
        "lastword_confirm_duration_seconds_count{action=\"on\"} 1",
        "lastword_sse_clients 0",
        "lastword_sse_resets_total 0",
        "# EOF",
    ] {
        assert!(numbers.contains(line), "{line:?} is not in {numbers}");
    }
}

#[test]
fn the_numbers_are_for_everybody_on_loopback_and_else_for_tokens_that_see_all() {
    let site = Site::new();
    assert!(get(&site, "/metrics").starts_with("HTTP/1.1 200"));
    let Some(own) = own_address() else {
        println!("not run: this host has no address but loopback");
        return;
    };
    let listener = TcpListener::bind((own, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let region = site.region.clone();
    site.runtime.spawn(async move {
        region.serve(listener, Tls::Own, std::future::pending()).await.unwrap();
    });
    let pem = eventually("the certificate", || {
        std::fs::read(site.dir.path().join("tls/cert.pem")).ok().filter(|it| !it.is_empty())
    });
    let ask = |token: &str| {
        let header = format!("authorization: Bearer {token}\r\n");
        let header = if token.is_empty() { "" } else { &header };
        let text = format!("GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n");
        over_tls(address, &pem, &text)
    };
    let viewer = |name: &str, scope: Option<&str>| {
        let (name, scope) = (name.to_owned(), scope.map(str::to_owned));
        let request = TokenRequest { name, role: Role::Viewer, scope };
        site.admin().create_token(&request).unwrap().token
    };
    let refused = ask("");
    assert!(refused.starts_with("HTTP/1.1 401") && !refused.contains("lastword_"), "{refused}");
    assert!(ask(&viewer("scraper", None)).contains("lastword_nodes"));
    let refused = ask(&viewer("few", Some("n1")));
    assert!(refused.starts_with("HTTP/1.1 403") && !refused.contains("lastword_"), "{refused}");
}

/// An address of this host that is not loopback. Nothing is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| !ip.is_loopback())
}

fn over_tls(address: SocketAddr, pem: &[u8], request: &str) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem).expect("a certificate")).expect("it is taken");
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let client = ClientConnection::new(config.into(), address.ip().into()).expect("a client");
    let mut stream = StreamOwned::new(client, TcpStream::connect(address).expect("a connection"));
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn the_numbers_of_machines_are_sums_and_spreads_without_their_names() {
    let site = Site::new();
    let exchange = |op, result, took| Exchange { driver: "ipmi", op, result, took };
    let took = Some(Duration::from_millis(20));
    site.board.exchanged(&exchange("read", "ok", took));
    site.board.exchanged(&exchange("read", "ok", took));
    site.board.exchanged(&exchange("order", "not_sent", None));
    let mut failing = idle(Power::Unknown, now());
    failing.seen.last_known = Some((Goal::On, now() - 100_000));
    failing.seen.cause =
        Some(Cause { trouble: arbiter::Trouble::Passing, words: "no answer".into() });
    site.board.publish("n1", failing);
    site.board.publish("n2", idle(Power::On, now() - 10_000));
    site.board.publish("n3", busy(Power::Off, now() - 10_000, Some(1), Phase::BackingOff));
    let mut numbers = String::new();
    for _ in 0..2 {
        numbers = get(&site, "/metrics");
    }
    for line in [
        "lastword_bmc_requests_total{driver=\"ipmi\",op=\"read\",result=\"ok\"} 2\n",
        "lastword_bmc_requests_total{driver=\"ipmi\",op=\"order\",result=\"not_sent\"} 1\n",
        "lastword_bmc_request_duration_seconds_count{driver=\"ipmi\",op=\"read\"} 2\n",
        "lastword_bmc_request_duration_seconds_bucket{le=\"0.025\",driver=\"ipmi\",op=\"read\"} 2\n",
        "lastword_bmc_backoff_nodes{driver=\"ipmi\"} 2\n",
        "# TYPE lastword_poll_age_seconds histogram\n",
        "lastword_poll_age_seconds_count 3\n",
        "lastword_poll_age_seconds_bucket{le=\"5.0\"} 0\n",
        "lastword_poll_age_seconds_bucket{le=\"15.0\"} 2\n",
        "lastword_poll_age_seconds_bucket{le=\"120.0\"} 3\n",
        "lastword_poll_age_seconds_bucket{le=\"+Inf\"} 3\n",
    ] {
        assert!(numbers.contains(line), "{line:?} is not in {numbers}");
    }
    assert!(!numbers.contains("op=\"order\"} 1"), "it took no time: {numbers}");
}

#[test]
fn a_journal_that_takes_nothing_is_told_and_recovers() {
    let site = Site::new();
    let client = site.admin();
    site.lead();
    client.post_command(&on("n1"), &key()).unwrap();
    site.runtime.block_on(site.journal.set_max_bytes(Some(1))).unwrap();
    let refused =
        eventually("the journal is full", || client.post_command(&off("n1"), &key()).err());
    let full = problem::<()>(Err(refused), 507, Code::JournalUnwritable);
    assert!(full.detail.starts_with("nothing was recorded or done"), "{}", full.detail);
    let unready = get(&site, "/readyz");
    assert!(unready.contains("\"writable\":false"), "{unready}");
    site.runtime.block_on(site.journal.set_max_bytes(None)).unwrap();
    eventually("ready", || get(&site, "/readyz").starts_with("HTTP/1.1 200").then_some(()));
    client.post_command(&off("n1"), &key()).unwrap();
}

#[test]
fn a_start_on_a_full_disk_is_not_ready_until_there_is_room() {
    let site = Site::new();
    site.lead();
    let site = site.restart(Tls::Off);
    site.caught_up();
    site.runtime.block_on(site.journal.set_max_bytes(Some(1))).unwrap();
    let unready = get(&site, "/readyz");
    assert!(unready.starts_with("HTTP/1.1 503"), "{unready}");
    assert!(unready.contains("no space is left for the journal"), "{unready}");
    site.runtime.block_on(site.journal.set_max_bytes(None)).unwrap();
    eventually("ready", || get(&site, "/readyz").starts_with("HTTP/1.1 200").then_some(()));
    assert_eq!(site.head(), 1, "nothing was put on record for it");
}

#[test]
fn an_entry_that_is_no_record_stops_the_fold_and_says_so() {
    let site = Site::new();
    site.lead();
    site.append_bytes(b"{}");
    let unready = eventually("trouble", || {
        Some(get(&site, "/readyz")).filter(|answer| answer.contains("entry 2 of the journal"))
    });
    assert!(unready.starts_with("HTTP/1.1 503"), "{unready}");
}

#[test]
fn what_is_too_old_is_forgotten_and_what_matters_is_not() {
    let dir = Arc::new(TempDir::new().unwrap());
    let site = Site::at(dir, Tls::Off, |options| {
        options.retention = Retention { age_ms: Some(0), bytes: None, every_ms: 50 };
    });
    let oldest = || site.runtime.block_on(site.journal.oldest()).unwrap();
    let client = site.admin();
    let epoch = site.lead();
    let open = client.post_command(&on("n1"), &key()).unwrap().seq.unwrap();
    let epoch_2 = site.lead();
    let later = client.post_command(&on("n2"), &key()).unwrap().seq.unwrap();
    site.settle(epoch_2, later, "n2", Settlement::Confirmed);
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(oldest(), epoch, "an open intent and the leader before it are kept");
    site.settle(epoch_2, open, "n1", Settlement::Confirmed);
    eventually("trimmed", || (oldest() == epoch_2).then_some(()));
    let head = site.head();
    let site = site.restart(Tls::Off);
    let view = site.admin().command(later, None).unwrap();
    assert_eq!((view.open, site.head()), (0, head), "a restart reads the same");
}

#[test]
fn connections_are_bounded() {
    let dir = Arc::new(TempDir::new().unwrap());
    let site = Site::at(dir, Tls::Off, |options| options.connections_max = 1);
    let kept = site.admin();
    kept.version().unwrap();
    assert_eq!(get(&site, "/healthz"), "", "one too many is closed");
    kept.version().unwrap();
    drop(kept);
    eventually("a place is free", || get(&site, "/healthz").contains("200 OK").then_some(()));
}

#[test]
fn the_committed_openapi_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let generated = region::openapi();
    if std::env::var_os("LASTWORD_UPDATE").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == generated,
        "openapi.json is not what the code says: \
         run LASTWORD_UPDATE=1 cargo test -p region --test serving"
    );
}
