//! `driver = "webhook"`: three URLs, and what to look for in an answer. It asks nobody.

use std::sync::{Arc, LazyLock};

use super::address::Address;
use super::contact::Contact;
use super::endpoint::{Transport, Trust};
use super::file::Block;
use super::finding::Findings;
use super::model::Authorization;
use super::options::{template, word};
use super::pattern::Pattern;
use super::source::{Place, Source, Text};
use super::template::Template;

/// What MAAS looks for when nothing else is said.
pub const USUAL_ON: &str = r"status.*\:.*running";
/// The same for off.
pub const USUAL_OFF: &str = r"status.*\:.*stopped";
static IS_ON: LazyLock<Pattern> = LazyLock::new(|| usual(USUAL_ON));
static IS_OFF: LazyLock<Pattern> = LazyLock::new(|| usual(USUAL_OFF));
/// A URL is at most so long, in bytes.
const URL_MAX_BYTES: usize = 2_048;
/// Ports when a URL names none.
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;
/// The keys of a webhook's URLs: on, off, query.
pub const KEYS: [&str; 3] = ["power_on_uri", "power_off_uri", "power_query_uri"];

/// How a webhook is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Webhook {
    /// What is below HTTP.
    pub transport: Transport,
    /// Path and query of the URL that powers on.
    pub on: Arc<str>,
    /// Path and query of the URL that powers off.
    pub off: Arc<str>,
    /// Path and query of the URL that tells the power.
    pub query: Arc<str>,
    /// What an answer has in it when the node is on.
    pub is_on: Pattern,
    /// What an answer has in it when the node is off.
    pub is_off: Pattern,
    /// How the credentials are presented, if there are any.
    pub authorization: Authorization,
}

/// What a block sets.
#[derive(Clone, Default)]
pub(super) struct WebhookOptions<'s> {
    urls: [Option<(Template, Place<'s>)>; 3],
    is_on: Option<Pattern>,
    is_off: Option<Pattern>,
    authorization: Option<Authorization>,
}

impl<'s> WebhookOptions<'s> {
    pub(super) fn read(block: &Block, source: &'s Source<'s>, errors: &mut Findings) -> Self {
        let urls = [&block.power_on_uri, &block.power_off_uri, &block.power_query_uri];
        Self {
            urls: urls.map(|text| text.as_ref().and_then(|text| template(text, source, errors))),
            is_on: pattern(&block.power_on_regex, "power_on_regex", source, errors),
            is_off: pattern(&block.power_off_regex, "power_off_regex", source, errors),
            authorization: word(&block.authorization, "authorization", source, errors),
        }
    }

    /// What is set here, and what isn't from `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        let mut urls = self.urls;
        for (own, usual) in urls.iter_mut().zip(&defaults.urls) {
            *own = own.take().or_else(|| usual.clone());
        }
        Self {
            urls,
            is_on: self.is_on.or_else(|| defaults.is_on.clone()),
            is_off: self.is_off.or_else(|| defaults.is_off.clone()),
            authorization: self.authorization.or(defaults.authorization),
        }
    }

    /// Whether user name and password are told as such.
    pub(super) fn is_basic(&self) -> bool {
        self.authorization != Some(Authorization::Bearer)
    }

    /// The first URL that is not set.
    pub(super) fn missing(&self) -> Option<&'static str> {
        KEYS.into_iter().zip(&self.urls).find(|(_, url)| url.is_none()).map(|(key, _)| key)
    }

    /// What a node is reached by.
    ///
    /// # Errors
    /// What is wrong, where; with no place if it is no single key's fault.
    pub(super) fn reach(
        &self,
        node: &str,
        trust: Option<&Trust>,
    ) -> Result<(Contact, Webhook), (Option<Place<'s>>, String)> {
        let at = |index: usize, wrong: String| {
            let place = self.urls[index].as_ref().map(|(_, place)| place.clone());
            (place, format!("{} of {node}: {wrong}", KEYS[index]))
        };
        let mut texts = [const { String::new() }; 3];
        for (index, text) in texts.iter_mut().enumerate() {
            let Some((template, _)) = &self.urls[index] else {
                return Err(at(index, "missing or wrong".to_owned()));
            };
            let rendered = template.render(node);
            *text =
                rendered.map_err(|number| at(index, format!("the name has no {{{number}}}")))?;
        }
        let urls = Url::parse_all(texts.each_ref().map(String::as_str));
        let [on, off, query] = urls.map_err(|(index, wrong)| at(index, wrong))?;
        let is_on = self.is_on.clone().unwrap_or_else(|| IS_ON.clone());
        let is_off = self.is_off.clone().unwrap_or_else(|| IS_OFF.clone());
        if is_on == is_off {
            let words = format!("power_on_regex and power_off_regex of {node} are the same");
            return Err((None, words));
        }
        let transport = if on.tls {
            Transport::Tls(trust.cloned().unwrap_or(Trust::Roots))
        } else {
            Transport::Plain
        };
        let webhook = Webhook {
            transport,
            on: on.rest,
            off: off.rest,
            query: query.rest,
            is_on,
            is_off,
            authorization: self.authorization.unwrap_or(Authorization::Basic),
        };
        Ok((Contact::Host(on.address), webhook))
    }
}

/// What is wrong with the URLs of a webhook, in the order of [`KEYS`]. It repeats nothing of them but a host.
#[must_use]
pub fn wrong_urls(urls: [&str; 3]) -> Option<String> {
    let parsed = Url::parse_all(urls);
    parsed.err().map(|(index, wrong)| format!("{}: {wrong}", KEYS[index]))
}

/// A URL in its parts.
#[derive(Debug)]
struct Url {
    tls: bool,
    address: Address,
    rest: Arc<str>,
}

impl Url {
    fn parse(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&byte);
        if text.len() > URL_MAX_BYTES {
            return Err(format!("longer than {URL_MAX_BYTES} bytes"));
        }
        if !text.bytes().all(plain) {
            return Err("not a URL".to_owned());
        }
        let (tls, after) = match text.split_once("://") {
            Some(("https", after)) => (true, after),
            Some(("http", after)) => (false, after),
            Some(_) | None => return Err("expected https:// or http://".to_owned()),
        };
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (host, rest) = after.split_at(end);
        if host.contains('@') {
            return Err("an account belongs in [credentials.NAME]".to_owned());
        }
        let port = if tls { HTTPS_PORT } else { HTTP_PORT };
        let address = Address::parse(host, port).map_err(|error| error.to_string())?;
        let rest = if rest.starts_with('/') { rest.into() } else { format!("/{rest}").into() };
        Ok(Self { tls, address, rest })
    }

    /// All three, which are at one place; else which of them is wrong, and what.
    fn parse_all(texts: [&str; 3]) -> Result<[Self; 3], (usize, String)> {
        let mut urls = Vec::with_capacity(texts.len());
        for (index, text) in texts.into_iter().enumerate() {
            let url = Self::parse(text).map_err(|wrong| (index, wrong))?;
            if urls.first().is_some_and(|first: &Self| !first.is_beside(&url)) {
                let wrong = format!("not at the same host and port as {}", KEYS[0]);
                return Err((index, wrong));
            }
            // both are asked for in the same way, with nothing else said
            if index == 1 && urls.first().is_some_and(|on: &Self| on.rest == url.rest) {
                return Err((index, format!("the same as {}", KEYS[0])));
            }
            urls.push(url);
        }
        Ok(urls.try_into().expect("one for each text"))
    }

    fn is_beside(&self, other: &Self) -> bool {
        (self.tls, &self.address) == (other.tls, &other.address)
    }
}

fn usual(text: &str) -> Pattern {
    Pattern::parse(text).expect("it is a regular expression")
}

fn pattern(
    text: &Option<Text>,
    key: &str,
    source: &Source<'_>,
    errors: &mut Findings,
) -> Option<Pattern> {
    let text = text.as_ref()?;
    let parsed = Pattern::parse(text.get_ref());
    let wrong = |wrong| errors.add(&source.place(text.span()), format!("{key}: {wrong}"));
    parsed.map_err(wrong).ok()
}
