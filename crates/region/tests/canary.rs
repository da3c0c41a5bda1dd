//! A planted token is nowhere: no answer, event, number, file, and no line of the log at its loudest.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use api::{Code, Role, TokenRequest};
use common::{Site, key, on, problem};
use tracing_subscriber::fmt::MakeWriter;

/// Everything that was written to it.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn a_token_is_in_no_answer_event_number_file_or_log() {
    let log = Kept::default();
    let loudest = tracing::level_filters::LevelFilter::TRACE;
    tracing_subscriber::fmt().with_max_level(loudest).with_writer(log.clone()).init();
    let site = Site::new();
    let mut events = site.admin().events(None).unwrap();
    let request = TokenRequest { name: "canary".into(), role: Role::Operator, scope: None };
    let canary = site.admin().create_token(&request).unwrap().token;
    let client = site.client(&canary);
    client.post_command(&on("n1"), &key()).unwrap();
    problem(client.post_command(&on("n99"), &key()), 404, Code::UnknownNode);
    let mut told = Kept::default();
    write!(told, "{:?}", (events.next(), events.next(), &client)).unwrap();
    for path in [
        "/api/v1/tokens",
        "/api/v1/commands",
        "/api/v1/commands/1",
        "/api/v1/nodes",
        "/api/v1/nodes/n1/why",
        "/api/v1/nodes/n1/tries",
        "/api/v1/clusters",
        "/api/v1/version",
        "/ui/",
        "/api/v1/openapi.json",
        "/metrics",
        "/readyz",
    ] {
        write!(told, "{}", site.ask("GET", path, "", "")).unwrap();
    }
    let head = "GET /api/v1/version HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    for authorization in [format!("Bearer {canary}0"), format!("Basic {canary}"), canary.clone()] {
        let answer = site.raw(&format!("{head}authorization: {authorization}\r\n\r\n"));
        assert!(answer.contains("not-authenticated"), "{answer}");
        write!(told, "{answer}").unwrap();
    }
    let admin = site.admin_token();
    for secret in [&canary[11..51], &admin[11..51]] {
        assert!(!told.text().contains(secret), "{}", told.text());
        let lines = log.text();
        assert!(lines.contains("/api/v1/commands"), "the log is loud");
        let line = lines.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
        for file in std::fs::read_dir(site.dir.path().join("journal")).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(secret));
        }
        let tokens = std::fs::read_to_string(site.dir.path().join("tokens.json")).unwrap();
        assert!(!tokens.contains(secret));
    }
}
