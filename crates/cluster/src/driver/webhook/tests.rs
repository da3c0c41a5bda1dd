//! A webhook whose every answer a test writes.

use std::sync::{Arc, Mutex};

use arbiter::{Answer, Ask, NodeId, Order};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::Engine;
use crate::clock::now_ms;
use crate::driver::network::Network;
use crate::driver::{Common, Job};
use crate::inventory::Inventory;
use crate::targets::targets;

/// What came of a question to a webhook that answers with this text, whole; and the request that it got.
async fn asked(ask: Ask, lines: &str, reply: &str) -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::<Mutex<String>>::default();
    let (log, reply) = (Arc::clone(&requests), reply.to_owned());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 4096];
            let count = stream.read(&mut bytes).await.unwrap_or(0);
            log.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            let _ = stream.write_all(reply.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    let text = format!(
        "[[nodes]]\nnames = \"n1\"\ndriver = \"webhook\"\npower_on_uri = \"http://127.0.0.1:{port}/on?node={{name}}\"\n\
         power_off_uri = \"http://127.0.0.1:{port}/off/{{1}}\"\npower_query_uri = \"http://127.0.0.1:{port}\"\n\
         exchange_timeout = \"2s\"\n{lines}\n[credentials.c]\nusername = \"u\"\npassword = \"hunter2\"\n"
    );
    let target = targets(&Inventory::from_text("i.toml", &text).unwrap()).next().unwrap();
    let (sender, mut answers) = mpsc::unbounded_channel();
    let engine = Engine::start(&Common::new(sender, Network::Kernel)).unwrap();
    let until = now_ms() + target.exchange_ms;
    engine.ask(Job { node: NodeId(0), ticket: 1, ask, until, target: Arc::new(target) });
    let told = match answers.recv().await.unwrap().answer {
        Answer::Power(power) => power.word().to_owned(),
        Answer::Done => "done".to_owned(),
        Answer::Mixed(cause) => format!("mixed {}", cause.words),
        Answer::Refused(cause) => format!("refused {}", cause.words),
        Answer::NotSent(cause) if cause.trouble == arbiter::Trouble::Denied => {
            format!("denied {}", cause.words)
        }
        Answer::NotSent(cause) => format!("not sent {}", cause.words),
        Answer::Lost(cause) => format!("lost {}", cause.words),
    };
    engine.stop().await;
    let requests = requests.lock().unwrap().clone();
    (told.replace(&format!("127.0.0.1:{port}: "), ""), requests)
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn an_answer_is_on_or_off_only_if_it_looks_like_one_and_not_like_the_other() {
    let own = "power_on_regex = \"^up$\"\npower_off_regex = \"down\"";
    for (lines, body, expected) in [
        ("", r#"{"status": "running"}"#, "on"),
        ("", r#"{"status": "stopped"}"#, "off"),
        ("", "status : running\nstatus : stopped", "refused its answer looks like on and like off"),
        ("", r#"{"status": "error"}"#, "refused its answer looks neither like on nor like off"),
        ("", "", "refused its answer looks neither like on nor like off"),
        (own, "up", "on"),
        (own, "it is down", "off"),
        (own, r#"{"status": "running"}"#, "refused its answer looks neither like on nor like off"),
    ] {
        assert_eq!(asked(Ask::Power, lines, &ok(body)).await.0, expected, "{body}");
    }
}

#[tokio::test]
async fn each_question_goes_once_to_its_url_with_the_account_and_the_node() {
    let (on, off) = (Ask::Fire(Order::On), Ask::Fire(Order::Off));
    for (ask, lines, begins, account) in [
        (on, "", "POST /on?node=n1 HTTP/1.1\r\n", None),
        (off, "credentials = \"c\"", "POST /off/1 HTTP/1.1\r\n", Some("Basic dTpodW50ZXIy")),
        (
            Ask::Power,
            "credentials = \"c\"\nauthorization = \"bearer\"",
            "GET / HTTP/1.1\r\n",
            Some("Bearer hunter2"),
        ),
    ] {
        let (told, request) = asked(ask, lines, &ok("status: running")).await;
        assert_eq!(told, if ask == Ask::Power { "on" } else { "done" });
        assert!(request.starts_with(begins), "{request}");
        assert_eq!(request.matches("HTTP/1.1").count(), 1, "{request}");
        assert!(request.ends_with("\r\n\r\n"), "the body is empty: {request}");
        let header = |name: &str| {
            let mut lines = request.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        assert_eq!(header("system_id"), Some("n1"), "{request}");
        assert_eq!(header("authorization"), account, "{request}");
    }
}

#[tokio::test]
async fn an_order_that_was_not_answered_with_success_is_not_sent_again() {
    for (reply, expected) in [
        (
            "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "refused it answered 302 Found, which is not followed",
        ),
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "refused it answered 404 Not Found",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            "denied it answered 401 Unauthorized",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
            "refused it answered 503 Service Unavailable",
        ),
        (
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 7\r\n\r\nhunter2",
            "lost it answered 500 Internal Server Error",
        ),
        ("", "lost the connection was closed before the answer was complete"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "lost the connection"),
    ] {
        let (told, request) = asked(Ask::Fire(Order::Off), "", reply).await;
        assert!(told.starts_with(expected), "{reply}: {told}");
        assert_eq!(request.matches("POST ").count(), 1, "{request}");
    }
}

#[tokio::test]
async fn what_a_webhook_does_not_know_is_refused_and_nobody_is_asked() {
    for order in [Order::Soft, Order::Reset, Order::Nmi] {
        let (told, request) = asked(Ask::Fire(order), "", &ok("")).await;
        assert!(told.starts_with("refused a webhook knows on and off"), "{told}");
        assert_eq!(request, "");
    }
}
