//! How the page is served: what may be kept how long, what a browser may do with it, and which paths are its own.
//! It is handed its files and reads none.

use std::io::Read as _;

use api::Code;
use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderName, IF_NONE_MATCH, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use flate2::read::GzDecoder;

use super::{Asset, PAGE, PAGE_PATH, Page};
use crate::region::Shared;
use crate::rest::Fail;

/// The files whose names change with their bytes.
const HASHED: &str = "assets/";
/// What a browser may do with the page: nothing but what it needs, and that from here alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page's routes, and the way there from the root.
pub(crate) fn router() -> Router<Shared> {
    let begin = |headers: HeaderMap| async move { answer(PAGE, "", &headers) };
    let below =
        |Path(path): Path<String>, headers: HeaderMap| async move { answer(PAGE, &path, &headers) };
    Router::new()
        .route("/", get(async || Redirect::temporary(PAGE_PATH)))
        .route("/ui", get(async || Redirect::temporary(PAGE_PATH)))
        .route("/ui/", get(begin))
        .route("/ui/{*path}", get(below))
}

/// The answer to a request for that path below `/ui/`.
fn answer(page: Page, path: &str, headers: &HeaderMap) -> Response {
    let answer = match page {
        Err(why) => absent(why),
        Ok(assets) => match find(assets, path) {
            Some(asset) => asset.answer(headers),
            None => Fail::new(Code::NotFound, 404, format!("there is no {PAGE_PATH}{path}"))
                .into_response(),
        },
    };
    guarded(answer)
}

/// The file of that name. Whatever can't be a file's name is a place within the page.
fn find(assets: &'static [Asset], path: &str) -> Option<&'static Asset> {
    let named = |name: &str| assets.iter().find(|asset| asset.path == name);
    let last = path.rsplit('/').next().unwrap_or_default();
    let within = !last.contains('.') && !path.starts_with(HASHED);
    named(path).or_else(|| if within { named("index.html") } else { None })
}

fn absent(why: &str) -> Response {
    let words = format!(
        "This lastword was built without its web page: {why}.\n\
         The command line and the REST interface (/api/v1/openapi.json) are all there.\n"
    );
    (StatusCode::NOT_IMPLEMENTED, words).into_response()
}

impl Asset {
    fn answer(&self, headers: &HeaderMap) -> Response {
        let keep = if self.path.starts_with(HASHED) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let common = [(CACHE_CONTROL, keep), (ETAG, self.tag), (VARY, "accept-encoding")];
        if is_known(headers, self.tag) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let kind = [(CONTENT_TYPE, self.kind)];
        if takes_gzip(headers) {
            return (common, kind, [(CONTENT_ENCODING, "gzip")], self.gzip).into_response();
        }
        (common, kind, self.plain()).into_response()
    }

    /// For the few that can't unpack it.
    fn plain(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let read = GzDecoder::new(self.gzip).read_to_end(&mut bytes);
        read.expect("it was packed when the program was built");
        bytes
    }
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = known.flat_map(|value| value.split(','));
    tags.any(|known| known.trim().trim_start_matches("W/") == tag)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut codings = values.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, rest) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(&rest.trim());
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// The same answer, with what a browser may do with it.
fn guarded(mut answer: Response) -> Response {
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    let guards = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (opener, "same-origin"),
    ];
    for (name, value) in guards {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "hello" and "body {}", packed.
    const HELLO: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6,
        0x10, 0x36, 5, 0, 0, 0,
    ];
    const BUILT: Page = Ok(&[
        Asset { path: "assets/app-1a2b.js", kind: "text/javascript", tag: "\"1\"", gzip: HELLO },
        Asset { path: "index.html", kind: "text/html", tag: "\"2\"", gzip: HELLO },
    ]);

    fn ask(page: Page, path: &str, headers: &[(HeaderName, &'static str)]) -> Response {
        let headers = headers.iter().cloned();
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        answer(page, path, &headers.collect())
    }

    fn header(answer: &Response, name: HeaderName) -> &str {
        answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn hashed_files_are_kept_for_good_and_the_page_itself_is_asked_for_anew() {
        let script = ask(BUILT, "assets/app-1a2b.js", &[]);
        assert!(header(&script, CACHE_CONTROL).contains("immutable"));
        for path in ["", "index.html", "nodes/n1", "events"] {
            let page = ask(BUILT, path, &[]);
            assert_eq!(page.status(), 200, "{path}");
            assert_eq!((header(&page, CACHE_CONTROL), header(&page, ETAG)), ("no-cache", "\"2\""));
        }
        let same = ask(BUILT, "", &[(IF_NONE_MATCH, "\"1\", W/\"2\"")]);
        assert_eq!((same.status(), header(&same, CONTENT_TYPE)), (StatusCode::NOT_MODIFIED, ""));
    }

    #[test]
    fn what_is_not_there_is_not_the_page() {
        for path in ["assets/gone", "assets/app-0.js", "favicon.ico", "a/b.css"] {
            assert_eq!(ask(BUILT, path, &[]).status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn it_is_sent_packed_to_who_can_unpack_it() {
        for accept in ["gzip", "br, GZIP;q=0.5", "deflate, gzip"] {
            let packed = ask(BUILT, "", &[(ACCEPT_ENCODING, accept)]);
            assert_eq!(header(&packed, CONTENT_ENCODING), "gzip", "{accept}");
            let bytes = axum::body::to_bytes(packed.into_body(), 100).await.unwrap();
            assert_eq!(bytes, HELLO);
        }
        for accept in ["", "br", "gzip;q=0", "identity"] {
            let plain = ask(BUILT, "", &[(ACCEPT_ENCODING, accept)]);
            assert_eq!(header(&plain, CONTENT_ENCODING), "", "{accept}");
            let bytes = axum::body::to_bytes(plain.into_body(), 100).await.unwrap();
            assert_eq!(&bytes[..], b"hello");
        }
    }

    #[tokio::test]
    async fn a_program_without_the_page_says_so_in_its_place() {
        let answer = ask(Err("no Node"), "nodes/n1", &[]);
        assert_eq!(answer.status(), 501);
        assert!(header(&answer, CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
        let bytes = axum::body::to_bytes(answer.into_body(), 1_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("built without its web page: no Node."), "{text}");
    }

    #[test]
    fn every_answer_says_what_a_browser_may_do() {
        for path in ["", "assets/app-1a2b.js", "gone.js"] {
            let answer = ask(BUILT, path, &[]);
            let policy = header(&answer, CONTENT_SECURITY_POLICY);
            assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{path}");
        }
    }
}
