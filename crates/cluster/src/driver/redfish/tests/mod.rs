//! The driver against a BMC whose every answer is written here: what is asked, how often, and what is made of the answers.

mod bmc;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arbiter::{Answer, Ask, Boot, BootDevice, Order, Power};
use serde_json::json;

use crate::driver::http::Broken;
use bmc::{Bench, LOG_IN, READ, RESET, Reply, SYSTEM, say, say_with, told, usual};

const ONCE: [Order; 3] = [Order::Reset, Order::Nmi, Order::Soft];

#[tokio::test]
async fn a_warm_status_is_one_request_and_so_is_a_warm_order() {
    let mut bench = Bench::start(usual).await;
    assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
    assert_eq!(bench.requests(), [LOG_IN, READ]);
    assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
    assert_eq!(bench.requests(), [READ]);
    for order in [Order::On, Order::Off, Order::Reset] {
        assert_eq!(bench.ask(Ask::Fire(order)).await, Answer::Done);
        assert_eq!(bench.requests(), [RESET]);
    }
    assert_eq!(bench.connections(), 1);
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_told_so_and_posted_once() {
    for order in ONCE {
        for closes_first in [true, false] {
            let mut bench = Bench::start(move |request| match request.line.as_str() {
                RESET if request.before == 0 || !closes_first => Reply::Close,
                _ => usual(request),
            })
            .await;
            bench.ask(Ask::Power).await;
            let answer = told(&bench.ask(Ask::Fire(order)).await);
            assert!(answer.starts_with("lost "), "{order:?}: {answer}");
            let posts = bench.requests().iter().filter(|line| *line == RESET).count();
            assert_eq!(posts, 1, "{order:?}");
        }
    }
}

#[tokio::test]
async fn what_reads_or_does_no_harm_twice_is_asked_again_over_a_new_connection() {
    let mut bench = Bench::start(|request| {
        let closes = request.on_connection > 0 && request.line != LOG_IN && request.before % 2 == 1;
        if closes { Reply::Close } else { usual(request) }
    })
    .await;
    bench.ask(Ask::Power).await;
    assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
    assert_eq!(bench.connections(), 2);
    assert_eq!(bench.ask(Ask::Fire(Order::On)).await, Answer::Done);
    assert_eq!(bench.ask(Ask::Fire(Order::On)).await, Answer::Done);
    assert_eq!(bench.connections(), 3);
}

#[tokio::test]
async fn a_connection_that_was_idle_is_tried_out_before_what_may_happen_only_once() {
    let mut bench = Bench::start(usual).await;
    bench.ask(Ask::Power).await;
    bench.requests();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    bench.ask(Ask::Fire(Order::On)).await;
    assert_eq!(bench.requests(), [RESET]);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    bench.ask(Ask::Fire(Order::Reset)).await;
    assert_eq!(bench.requests(), [READ, RESET]);
}

#[tokio::test]
async fn what_an_order_is_answered_says_whether_it_may_have_happened() {
    for (status, order, expected) in [
        (200, Order::Reset, "done"),
        (202, Order::Reset, "done"),
        (400, Order::Reset, "refused "),
        (403, Order::Reset, "refused "),
        (404, Order::Reset, "refused "),
        (409, Order::Reset, "refused "),
        (500, Order::Reset, "lost "),
        (501, Order::Nmi, "refused "),
        (502, Order::Reset, "lost "),
        (503, Order::Reset, "refused "),
        (503, Order::Nmi, "refused "),
        (503, Order::Soft, "refused "),
        (307, Order::Reset, "refused "),
    ] {
        let mut bench = Bench::start(move |request| match request.line.as_str() {
            RESET => say_with(status, "Location: /elsewhere", json!({})),
            _ => usual(request),
        })
        .await;
        let answer = told(&bench.ask(Ask::Fire(order)).await);
        assert!(answer.starts_with(expected), "{status}: {answer}");
        let posts = bench.requests().iter().filter(|line| *line == RESET).count();
        assert_eq!(posts, 1, "{status}");
    }
}

#[tokio::test]
async fn a_bmc_that_is_busy_is_asked_again_when_it_says_so_and_not_later_than_the_deadline() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        RESET | READ if request.before < 2 => say_with(503, "Retry-After: 0", json!({})),
        _ => usual(request),
    })
    .await;
    assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
    assert_eq!(bench.requests(), [LOG_IN, READ, READ, READ]);
    assert_eq!(bench.ask(Ask::Fire(Order::On)).await, Answer::Done);
    assert_eq!(bench.requests(), [RESET, RESET, RESET]);

    let mut bench = Bench::start(|request| match request.line.as_str() {
        READ => say_with(503, "Retry-After: 60", json!({})),
        _ => usual(request),
    })
    .await;
    let answer = told(&bench.ask(Ask::Power).await);
    assert!(answer.contains("503 Service Unavailable"), "{answer}");
    assert_eq!(bench.requests(), [LOG_IN, READ]);
}

#[tokio::test]
async fn of_several_systems_none_is_taken_and_they_are_named() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        "GET /redfish/v1/Systems" => {
            say(200, json!({ "Members": [{ "@odata.id": SYSTEM }, { "@odata.id": "/x/2" }] }))
        }
        "GET /redfish/v1/Systems/7" => say(404, json!({})),
        _ => usual(request),
    })
    .await;
    for ask in [Ask::Power, Ask::Fire(Order::Off)] {
        let target = bench.target("");
        let answer = told(&bench.ask_of(target, ask, 5_000).await);
        assert!(answer.starts_with("not sent ") && answer.contains("(1, 2)"), "{answer}");
    }
    let target = bench.target("system = \"7\"");
    let answer = told(&bench.ask_of(target, Ask::Power, 5_000).await);
    assert!(answer.contains("no system at /redfish/v1/Systems/7; it has several"), "{answer}");
    assert!(!bench.requests().iter().any(|line| line.contains("Actions")));
}

#[tokio::test]
async fn the_only_system_is_found_once_and_again_when_it_moved() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        "GET /redfish/v1/Systems" if request.before > 0 => {
            say(200, json!({ "Members": [{ "@odata.id": "/moved" }] }))
        }
        READ if request.before > 1 => say(404, json!({})),
        "GET /moved" => say(200, json!({ "PowerState": "Off" })),
        _ => usual(request),
    })
    .await;
    let target = bench.target("");
    let mut ask = async || bench.ask_of(target.clone(), Ask::Power, 5_000).await;
    let told = [ask().await, ask().await, ask().await];
    let (on, off) = (Answer::Power(Power::On), Answer::Power(Power::Off));
    assert_eq!(told, [on.clone(), on, off]);
    let systems = "GET /redfish/v1/Systems";
    let expected = [LOG_IN, systems, READ, READ, READ, systems, "GET /moved"];
    assert_eq!(bench.requests(), expected);
}

#[tokio::test]
async fn redirects_are_followed_on_the_same_host_a_few_times() {
    for (location, expected) in [
        ("/redfish/v1/Systems/1/", "on"),
        ("http://127.0.0.1:1/redfish/v1/Systems/1/", "on"),
        ("http://10.9.9.9/redfish/v1/Systems/1/", "redirects to another host"),
        ("/redfish/v1/Systems/1", "redirects again and again"),
        ("", "redirects to nowhere"),
    ] {
        let mut bench = Bench::start(move |request| match request.line.as_str() {
            READ => say_with(308, &format!("Location: {location}"), json!({})),
            "GET /redfish/v1/Systems/1/" => say(200, json!({ "PowerState": "On" })),
            _ => usual(request),
        })
        .await;
        let answer = told(&bench.ask(Ask::Power).await);
        assert!(answer.contains(expected), "{location}: {answer}");
        assert!(bench.requests().len() <= 5, "{location}");
    }
}

#[tokio::test]
async fn an_order_refused_because_the_machine_is_there_is_done_once_it_was_read_so() {
    for (status, order, expected) in [
        (409, Order::On, "done"),
        (400, Order::On, "done"),
        (409, Order::Off, "refused "),
        (409, Order::Soft, "refused "),
        (409, Order::Reset, "refused "),
        (403, Order::On, "refused "),
    ] {
        let mut bench = Bench::start(move |request| match request.line.as_str() {
            RESET => say(status, json!({})),
            _ => usual(request),
        })
        .await;
        let answer = told(&bench.ask(Ask::Fire(order)).await);
        assert!(answer.starts_with(expected), "{status} {order:?}: {answer}");
    }
}

#[tokio::test]
async fn what_a_bmc_offers_is_asked_of_its_action_info_once_and_else_tried() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        READ => say(
            200,
            json!({ "PowerState": "Off", "Actions": { "#ComputerSystem.Reset": {
                "target": "/reset", "@Redfish.ActionInfo": "/info",
            } } }),
        ),
        "GET /info" => say(
            200,
            json!({ "Parameters": [{ "Name": "ResetType", "AllowableValues": ["ForceOn"] }] }),
        ),
        "POST /reset" if request.body == r#"{"ResetType":"ForceOn"}"# => say(200, json!({})),
        "POST /reset" => say(400, json!({})),
        _ => usual(request),
    })
    .await;
    for requests in [&[LOG_IN, READ, "GET /info", "POST /reset"][..], &["POST /reset"]] {
        assert_eq!(bench.ask(Ask::Fire(Order::On)).await, Answer::Done);
        assert_eq!(bench.requests(), requests);
    }
    let answer = told(&bench.ask(Ask::Fire(Order::Off)).await);
    assert!(answer.starts_with("refused ") && answer.contains("no reset type ForceOff"));

    let mut bench = Bench::start(|request| match request.line.as_str() {
        RESET if request.body.contains("\"On\"") => say(400, json!({})),
        READ => say(200, json!({ "PowerState": "Off" })),
        _ => usual(request),
    })
    .await;
    assert_eq!(bench.ask(Ask::Fire(Order::On)).await, Answer::Done);
    assert_eq!(bench.requests(), [LOG_IN, READ, RESET, RESET]);
}

#[tokio::test]
async fn a_session_that_the_bmc_forgot_is_begun_anew() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        READ if request.before == 1 => say(401, json!({})),
        _ => usual(request),
    })
    .await;
    bench.ask(Ask::Power).await;
    bench.requests();
    assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
    assert_eq!(bench.requests(), [READ, LOG_IN, READ]);
}

#[tokio::test]
async fn basic_authentication_stands_in_for_sessions_and_its_refusal_is_told_for_what_it_is() {
    let basic = "dTpodW50ZXIy";
    let mut bench = Bench::start(move |request| match request.line.as_str() {
        LOG_IN => say(404, json!({})),
        READ if !request.head.contains(basic) => say(401, json!({})),
        _ => usual(request),
    })
    .await;
    for requests in [&[LOG_IN, READ][..], &[READ]] {
        assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
        assert_eq!(bench.requests(), requests);
    }

    let mut bench = Bench::start(|request| match request.line.as_str() {
        LOG_IN => say(404, json!({})),
        _ => say(401, json!({})),
    })
    .await;
    let answer = told(&bench.ask(Ask::Power).await);
    assert!(answer.starts_with("denied "), "{answer}");

    // no session left proves nothing of the password: nobody is shut out for it, and it is not tried again
    let mut bench = Bench::start(|request| match request.line.as_str() {
        LOG_IN if request.before < 3 => say(503, json!({})),
        READ if request.head.to_lowercase().contains("basic") => say(401, json!({})),
        _ => usual(request),
    })
    .await;
    for requests in [&[LOG_IN, READ][..], &[LOG_IN], &[LOG_IN]] {
        let answer = told(&bench.ask(Ask::Power).await);
        assert!(answer.starts_with("not sent ") && answer.contains("no session left"), "{answer}");
        assert_eq!(bench.requests(), requests);
    }
    assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
}

#[tokio::test]
async fn a_log_in_that_is_refused_is_made_up_for_by_basic_authentication_and_both_count() {
    let basic = "authorization: basic ";
    let mut bench = Bench::start(move |request| match request.line.as_str() {
        LOG_IN => say(401, json!({})),
        _ if !request.head.to_lowercase().contains(basic) => say(401, json!({})),
        _ => usual(request),
    })
    .await;
    let answer = told(&bench.ask(Ask::Power).await);
    assert!(answer.starts_with("denied "), "{answer}");
    for requests in [&[LOG_IN, READ][..], &[READ]] {
        assert_eq!(bench.ask(Ask::Power).await, Answer::Power(Power::On));
        assert_eq!(bench.requests(), requests);
    }

    let mut bench = Bench::start(|_| say(401, json!({}))).await;
    for _ in 0..4 {
        let answer = told(&bench.ask(Ask::Power).await);
        assert!(answer.starts_with("denied "), "{answer}");
    }
    assert_eq!(bench.requests(), [LOG_IN, READ]);
}

#[tokio::test]
async fn another_account_begins_a_session_of_its_own() {
    let mut bench = Bench::start(usual).await;
    bench.ask(Ask::Power).await;
    let other = bench.target("system = \"1\"\nexchange_timeout = \"4s\"");
    bench.ask_of(other, Ask::Power, 5_000).await;
    assert_eq!(bench.requests(), [LOG_IN, READ, READ]);
    let other = bench.target_of("other", "system = \"1\"");
    bench.ask_of(other.clone(), Ask::Power, 5_000).await;
    bench.ask_of(other, Ask::Power, 5_000).await;
    assert_eq!(bench.requests(), [LOG_IN, READ, "DELETE /s/1", READ]);
}

#[tokio::test]
async fn what_fails_before_an_order_leaves_is_told_as_not_sent() {
    for before in [LOG_IN, READ] {
        for status in [None, Some(500), Some(404)] {
            let mut bench = Bench::start(move |request| match status {
                _ if request.line != before => usual(request),
                None => Reply::Close,
                Some(status) => say(status, json!({})),
            })
            .await;
            let answer = told(&bench.ask(Ask::Fire(Order::Reset)).await);
            let posts = bench.requests().iter().filter(|line| *line == RESET).count();
            match posts {
                0 => assert!(answer.starts_with("not sent "), "{before} {status:?}: {answer}"),
                // basic authentication stood in for a session
                _ => assert_eq!((posts, answer.as_str()), (1, "done"), "{before} {status:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_order_whose_session_is_gone_is_not_sent_when_no_new_one_can_be_begun() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        LOG_IN if request.before > 0 => Reply::Close,
        RESET => say(401, json!({})),
        _ => usual(request),
    })
    .await;
    bench.ask(Ask::Power).await;
    let answer = told(&bench.ask(Ask::Fire(Order::Reset)).await);
    assert!(answer.starts_with("not sent "), "{answer}");
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_takes_no_request_with_it() {
    let bench = Bench::start(|_| Reply::Say(204, String::new(), "last".to_owned())).await;
    let mut link = bench.link().await;
    let request = || hyper::Request::get("/").body(http_body_util::Full::default()).unwrap();
    link.send(request()).await.unwrap();
    // closed by the BMC while nobody looks
    tokio::time::sleep(Duration::from_millis(50)).await;
    let broken = link.send(request()).await;
    assert!(matches!(broken, Err(Broken::NotSent(_))), "{broken:?}");
    assert_eq!(bench.requests().len(), 1);
}

#[tokio::test]
async fn what_was_given_up_is_answered_in_time_and_its_connection_is_reset() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        RESET => Reply::Silence,
        _ => usual(request),
    })
    .await;
    bench.ask(Ask::Power).await;
    let target = bench.target("system = \"1\"\nexchange_timeout = \"600ms\"");
    let begun = tokio::time::Instant::now();
    let answer = told(&bench.ask_of(target, Ask::Fire(Order::Reset), 600).await);
    assert!(answer.starts_with("lost ") && answer.contains("did not answer in time"), "{answer}");
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
    tokio::time::timeout(Duration::from_secs(5), async {
        while bench.endings() != (1, 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the BMC sees a reset");
}

#[tokio::test]
async fn a_question_whose_turn_comes_too_late_is_not_sent() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        READ => Reply::Silence,
        _ => usual(request),
    })
    .await;
    let target = bench.target("system = \"1\"\nexchange_timeout = \"2s\"");
    bench.send(target.clone(), Ask::Power, 1_500);
    bench.send(target, Ask::Fire(Order::Off), 1_600);
    let (first, second) = (bench.answer().await, bench.answer().await);
    assert!(told(&first.answer).starts_with("lost "));
    assert!(told(&second.answer).contains("no turn in time"), "{}", told(&second.answer));
    assert_eq!(bench.requests(), [LOG_IN, READ]);
}

#[tokio::test]
async fn systems_behind_one_bmc_share_a_connection_and_a_session() {
    let mut bench = Bench::start(usual).await;
    let (one, two) = (bench.target("system = \"1\""), bench.target("system = \"2\""));
    for target in [&one, &two, &one, &two] {
        bench.send(target.clone(), Ask::Fire(Order::On), 5_000);
    }
    for _ in 0..4 {
        bench.answer().await;
    }
    let requests = bench.requests();
    assert_eq!(requests.iter().filter(|line| *line == LOG_IN).count(), 1, "{requests:?}");
    assert_eq!(bench.connections(), 1);
}

#[tokio::test]
async fn a_task_is_followed_to_its_end_and_a_failed_one_is_told() {
    for (state, expected) in [("Completed", "done"), ("Exception", "lost ")] {
        let mut bench = Bench::start(move |request| match request.line.as_str() {
            RESET => say_with(202, "Location: /task\r\nRetry-After: 0", json!({})),
            "GET /task" if request.before < 2 => say(202, json!({ "TaskState": "Running" })),
            "GET /task" => say(200, json!({ "TaskState": state })),
            _ => usual(request),
        })
        .await;
        let answer = told(&bench.ask(Ask::Fire(Order::Reset)).await);
        assert!(answer.starts_with(expected), "{state}: {answer}");
        let requests = bench.requests();
        let followed = requests.iter().filter(|line| *line == "GET /task").count();
        assert_eq!(followed, 3, "{requests:?}");
    }
}

#[tokio::test]
async fn a_boot_override_goes_with_the_tag_that_was_read() {
    let boot = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
    let patch = "PATCH /redfish/v1/Systems/1";
    let mut bench = Bench::start(move |request| {
        let set = json!({ "PowerState": "Off", "@odata.etag": format!("\"{}\"", request.before),
            "Boot": { "BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Pxe" } });
        match request.line.as_str() {
            READ => say(200, set),
            line if line == patch => {
                let matches = request.head.to_lowercase().contains("if-match: \"1\"");
                say(if matches { 200 } else { 412 }, json!({}))
            }
            _ => usual(request),
        }
    })
    .await;
    assert_eq!(bench.ask(Ask::Boot(boot)).await, Answer::Done);
    assert_eq!(bench.requests(), [LOG_IN, READ, patch, READ, patch, READ]);
}

#[tokio::test]
async fn the_mode_that_there_is_goes_with_an_override_unless_the_bmc_takes_none() {
    let pxe = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
    let patch = "PATCH /redfish/v1/Systems/1";
    for takes_mode in [true, false] {
        let bodies = Arc::<Mutex<Vec<String>>>::default();
        let sent = Arc::clone(&bodies);
        let mut bench = Bench::start(move |request| match request.line.as_str() {
            READ => say(
                200,
                json!({ "PowerState": "Off", "Boot": { "BootSourceOverrideMode": "UEFI",
                    "BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Pxe" } }),
            ),
            line if line == patch => {
                sent.lock().unwrap().push(request.body.clone());
                let has_mode = request.body.contains("BootSourceOverrideMode");
                say(if takes_mode || !has_mode { 204 } else { 400 }, json!({}))
            }
            _ => usual(request),
        })
        .await;
        assert_eq!(bench.ask(Ask::Boot(pxe)).await, Answer::Done);
        let bodies = bodies.lock().unwrap();
        assert!(bodies[0].contains(r#""BootSourceOverrideMode":"UEFI""#), "{bodies:?}");
        assert_eq!(bodies.len(), if takes_mode { 1 } else { 2 }, "{bodies:?}");
    }
}

#[tokio::test]
async fn an_override_that_the_system_does_not_take_goes_to_its_settings() {
    let pxe = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
    let (patch, by_settings) = ("PATCH /redfish/v1/Systems/1", "PATCH /redfish/v1/Systems/1/SD");
    for (status, kept) in [(405, true), (204, true), (405, false)] {
        let mut bench = Bench::start(move |request| match request.line.as_str() {
            READ => say(
                200,
                json!({ "PowerState": "Off", "@Redfish.Settings": {
                    "SettingsObject": { "@odata.id": "/redfish/v1/Systems/1/SD" } },
                    "Boot": { "BootSourceOverrideEnabled": "Disabled" } }),
            ),
            "GET /redfish/v1/Systems/1/SD" if request.before > 0 && kept => say(
                200,
                json!({ "Boot": { "BootSourceOverrideEnabled": "Once",
                    "BootSourceOverrideTarget": "Pxe" } }),
            ),
            "GET /redfish/v1/Systems/1/SD" => say_with(200, "ETag: \"7\"", json!({ "Boot": {} })),
            line if line == patch => say(status, json!({})),
            line if line == by_settings => {
                let matches = request.head.to_lowercase().contains("if-match: \"7\"");
                say(if matches { 204 } else { 412 }, json!({}))
            }
            _ => usual(request),
        })
        .await;
        let answer = told(&bench.ask(Ask::Boot(pxe)).await);
        let expected = if kept { "done" } else { "refused " };
        assert!(answer.starts_with(expected), "{status}: {answer}");
        let requests = bench.requests();
        assert_eq!(requests.iter().filter(|line| *line == by_settings).count(), 1, "{requests:?}");
    }
}

#[tokio::test]
async fn what_a_bmc_repeats_of_what_it_was_told_is_not_told_on() {
    for (log_in, read) in [(400, 500), (201, 400), (404, 400)] {
        let mut bench = Bench::start(move |request| {
            let echo =
                json!({ "error": { "message": format!("{} {} end", request.head, request.body) } });
            match request.line.as_str() {
                LOG_IN if log_in == 201 => {
                    say_with(201, "X-Auth-Token: t0ken-t0ken\r\nLocation: /s/1", json!({}))
                }
                LOG_IN => say(log_in, echo),
                _ => say(read, echo),
            }
        })
        .await;
        let answer = told(&bench.ask(Ask::Power).await);
        for secret in ["hunter2", "t0ken", "dTpod", "aHVudGVy", "h1bnRl", "odW50"] {
            assert!(!answer.contains(secret), "{log_in}: {answer}");
        }
    }
}

#[tokio::test]
async fn an_endless_answer_is_given_up_and_what_is_no_json_is_told() {
    let mut bench = Bench::start(|request| match request.line.as_str() {
        READ if request.before == 0 => Reply::Say(200, String::new(), " ".repeat(2 << 20)),
        READ => Reply::Say(200, String::new(), "<html>".to_owned()),
        _ => usual(request),
    })
    .await;
    let answer = told(&bench.ask(Ask::Power).await);
    assert!(answer.contains("longer than 1048576 bytes"), "{answer}");
    let answer = told(&bench.ask(Ask::Power).await);
    assert!(answer.contains("is no JSON"), "{answer}");
}

#[tokio::test]
async fn the_session_is_ended_when_the_driver_stops() {
    let mut bench = Bench::start(usual).await;
    bench.ask(Ask::Power).await;
    bench.requests();
    let requests = bench.stop().await;
    assert_eq!(requests, ["DELETE /s/1"]);
}

#[tokio::test]
async fn after_the_inventory_changed_a_new_session_is_begun_and_the_old_one_ended() {
    let mut bench = Bench::start(usual).await;
    bench.ask(Ask::Power).await;
    bench.requests();
    bench.engine.renew();
    bench.ask(Ask::Power).await;
    bench.ask(Ask::Power).await;
    assert_eq!(bench.requests(), [LOG_IN, READ, "DELETE /s/1", READ]);
}

#[tokio::test]
async fn an_idle_bmc_keeps_no_connection_and_its_session_is_used_again() {
    let mut bench = Bench::start(usual).await;
    bench.ask(Ask::Power).await;
    bench.requests();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(21)).await;
    tokio::time::resume();
    tokio::time::timeout(Duration::from_secs(5), async {
        while bench.endings() != (0, 1) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the connection ends in order");
    bench.ask(Ask::Power).await;
    assert_eq!(bench.requests(), [READ]);
    assert_eq!(bench.connections(), 2);
}

#[tokio::test]
async fn where_nothing_listens_nothing_is_sent() {
    let mut bench = Bench::start(usual).await;
    let text = "[[nodes]]\nnames = \"n1\"\ndriver = \"redfish\"\nbmc = \"https://127.0.0.1:1\"\ncredentials = \"c\"\n\
                [credentials.c]\nusername = \"u\"\npassword = \"p\"\n";
    let inventory = crate::inventory::Inventory::from_text("i.toml", text).unwrap();
    let target = std::sync::Arc::new(crate::targets::targets(&inventory).next().unwrap());
    let answer = told(&bench.ask_of(target, Ask::Fire(Order::Reset), 5_000).await);
    assert_eq!(answer, "not sent 127.0.0.1:1: nothing listens there");
}
