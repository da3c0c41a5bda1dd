//! Takes secrets out of what programs and BMCs write, also in the forms in which they were sent or are printed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// What stands for a word with something secret in it.
const HIDDEN: &str = "***";
/// So many characters in a row of a secret as it is give it away, and so many of other forms of it.
const PLAIN_CHARS: usize = 4;
const FORM_CHARS: usize = 6;

/// One line without the words that show a part of a secret.
pub(super) fn without(line: &str, secrets: &[Secret]) -> String {
    let mut shown = vec![true; line.len()];
    for secret in secrets.iter().filter(|secret| !secret.expose().is_empty()) {
        if secret.expose().chars().count() < PLAIN_CHARS {
            hide_word(line, secret.expose(), &mut shown);
            continue;
        }
        hide(line, secret.expose(), PLAIN_CHARS, &mut shown);
        for form in forms(secret.expose()) {
            hide(line, &form, FORM_CHARS, &mut shown);
        }
    }
    let mut at = 0;
    let words = line.split(char::is_whitespace).map(|word| {
        let is_shown = shown[at..at + word.len()].iter().all(|shown| *shown);
        // the white space after it may be wider than a byte
        at += word.len() + line[at + word.len()..].chars().next().map_or(0, char::len_utf8);
        if is_shown { word } else { HIDDEN }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Marks a secret that is too short to be looked for within words, where it stands alone.
fn hide_word(line: &str, secret: &str, shown: &mut [bool]) {
    for (at, _) in line.match_indices(secret) {
        let end = at + secret.len();
        let before = line[..at].chars().next_back();
        let after = line[end..].chars().next();
        if ![before, after].into_iter().flatten().any(char::is_alphanumeric) {
            shown[at..end].fill(false);
        }
    }
}

/// Marks every place at which so many characters in a row of the form are.
fn hide(line: &str, form: &str, chars: usize, shown: &mut [bool]) {
    let starts: Vec<usize> = form.char_indices().map(|(at, _)| at).chain([form.len()]).collect();
    let span = chars.min(starts.len() - 1).max(1);
    for window in starts.windows(span + 1) {
        let part = &form[window[0]..window[span]];
        for (at, _) in line.match_indices(part) {
            shown[at..at + part.len()].fill(false);
        }
    }
}

/// As in URLs, JSON, HTML, shells and headers of HTTP, and in hexadecimal digits.
fn forms(secret: &str) -> Vec<Zeroizing<String>> {
    let escaped = serde_json::Value::String(secret.to_owned()).to_string();
    let ascii: String = secret.chars().flat_map(char::escape_default).collect();
    let html = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#x27;")];
    let html = html.iter().fold(secret.to_owned(), |text, (sign, name)| text.replace(sign, name));
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        percent(secret, b"-._~"),
        percent(secret, b"-._~/"),
        escaped[1..escaped.len() - 1].to_owned(),
        ascii,
        html,
        secret.replace('\'', "'\"'\"'"),
        hex.to_uppercase(),
        hex,
    ];
    forms.extend(forms[..2].iter().map(|form| form.to_ascii_lowercase()).collect::<Vec<_>>());
    for before in 0..3 {
        for base64 in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = base64.encode([&vec![0; before][..], secret.as_bytes()].concat());
            // what the bytes before and after have a share in is not the secret's alone
            let whole = (before * 4).div_ceil(3)..text.len().saturating_sub(1);
            forms.extend(text.get(whole).map(str::to_owned));
        }
    }
    forms.into_iter().filter(|form| !form.is_empty()).map(Zeroizing::new).collect()
}

fn percent(secret: &str, kept: &[u8]) -> String {
    let each = secret.bytes().map(|byte| {
        let plain = byte.is_ascii_alphanumeric() || kept.contains(&byte);
        if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const SECRET: &str = "S3cr+t/p&s\u{e9} <w>\"%q'z\\9";

    fn shown(line: &str) -> String {
        without(line, &[Secret::from(SECRET.to_owned())])
    }

    #[test]
    fn no_form_in_which_programs_write_a_secret_gets_through() {
        let json = serde_json::Value::String(SECRET.to_owned()).to_string();
        let bytes = SECRET.as_bytes();
        for form in [
            SECRET.to_owned(),
            json,
            format!("{SECRET:?}"),
            percent(SECRET, b"-._~"),
            percent(SECRET, b"").to_ascii_lowercase(),
            percent(SECRET, b"-._~/"),
            STANDARD.encode(bytes),
            STANDARD.encode(format!("x:{SECRET}")),
            STANDARD.encode(format!("user:{SECRET}")),
            URL_SAFE_NO_PAD.encode(bytes),
            SECRET.bytes().map(|byte| format!("{byte:02X}")).collect(),
            "S3cr+t/p&amp;s\u{e9} &lt;w&gt;&quot;%q&#x27;z\\9".to_owned(),
            "S3cr+t/p".to_owned(),
        ] {
            let line = shown(&format!("ipmitool ['-P', '{form}'] failed"));
            for part in ["S3cr", "UzNjc", "NjcitzL", "s3cr", "p&s", "%26s", "53336", "q'z", "z\\"] {
                assert!(!line.contains(part), "{form}: {line}");
            }
            assert!(
                line.starts_with("ipmitool ***") || line.starts_with("ipmitool ['-P', ***"),
                "{line}"
            );
            assert!(line.ends_with("failed"), "{line}");
        }
    }

    #[test]
    fn other_words_stay_and_so_does_what_is_too_short_to_tell() {
        assert_eq!(
            shown("can't log in at 10.0.0.1: S3c is no account"),
            "can't log in at 10.0.0.1: S3c is no account"
        );
        assert_eq!(
            without("bad 'pw' by upward", &[Secret::from("pw".to_owned())]),
            "bad *** by upward"
        );
        assert_eq!(without("as it is", &[Secret::from(String::new())]), "as it is");
    }
}
