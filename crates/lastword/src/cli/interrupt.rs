//! Ctrl-C while waiting: says what stays, and ends by that signal. It withdraws nothing.

use std::io::{IsTerminal, Write};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use signal_hook::consts::SIGINT;

use super::Exit;
use crate::house::told_to_stop;

/// The command that is waited for; 0 before its number is known.
static WAITING_FOR: AtomicU64 = AtomicU64::new(0);

/// From now on Ctrl-C says what stays before it ends the program.
pub fn arm() {
    at_interruption(leave);
}

/// From now on the first Ctrl-C does this, in a thread of its own, instead of ending the program.
fn at_interruption(act: impl FnOnce() + Send + 'static) {
    at(async { drop(tokio::signal::ctrl_c().await) }, act);
}

/// The same for the first signal that says stop, whichever it is.
pub fn at_stop(act: impl FnOnce() + Send + 'static) {
    at(told_to_stop(), act);
}

fn at(told: impl Future<Output = ()> + Send + 'static, act: impl FnOnce() + Send + 'static) {
    thread::spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        runtime.block_on(told);
        act();
    });
}

/// The command was accepted.
pub fn accepted(seq: u64) {
    WAITING_FOR.store(seq, Ordering::Relaxed);
}

fn leave() {
    let mut stderr = std::io::stderr();
    let clear = if stderr.is_terminal() { "\r\x1b[K" } else { "" };
    // nobody is left to tell when stderr is closed
    let _ = writeln!(stderr, "{clear}{}", farewell(WAITING_FOR.load(Ordering::Relaxed)));
    // a shell goes on with its loop after a program that caught the signal and ended by itself
    let _ = signal_hook::low_level::emulate_default_handler(SIGINT);
    process::exit(Exit::Interrupted.code().into());
}

fn farewell(seq: u64) -> String {
    if seq == 0 {
        return "lastword: interrupted before the server answered; see lastword status".to_owned();
    }
    format!(
        "lastword: interrupted; #{seq} stays, and the daemon keeps firing\n  \
         see it: lastword log '#{seq}'; withdraw it: lastword cancel '#{seq}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_says_that_the_command_stays_and_how_to_withdraw_it() {
        let text = farewell(812);
        assert!(text.contains("#812 stays") && text.contains("lastword cancel '#812'"), "{text}");
        assert!(!farewell(0).contains("#0"));
    }
}
