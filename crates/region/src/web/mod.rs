//! The web page: files that were built from `web/` and packed into the program, and how they are served.
//! It knows nothing of what they show: the page uses the same interface as everybody else.

mod serve;

pub(crate) use serve::router;

/// A file of the page.
#[derive(Clone, Copy, Debug)]
struct Asset {
    /// Its path below `/ui/`.
    path: &'static str,
    /// Its media type.
    kind: &'static str,
    /// Its entity tag, quoted; another one for other bytes.
    tag: &'static str,
    /// Its bytes, packed.
    gzip: &'static [u8],
}

/// Where the page is on a server.
pub const PAGE_PATH: &str = "/ui/";

/// Whether this program has the page.
///
/// # Errors
/// Why it was built without.
pub fn has_page() -> Result<(), &'static str> {
    PAGE.map(|_| ())
}

/// The page, or why this program has none.
type Page = Result<&'static [Asset], &'static str>;

include!(concat!(env!("OUT_DIR"), "/page.rs"));
