//! Shell-like patterns over the names of a set: `*` is any text, `?` any character. It does not
//! know brackets, which are expanded before.

use crate::set::NodeSet;

impl NodeSet {
    /// The names that `pattern` matches as a whole: what [`crate::Groups::wildcard`] has to
    /// answer when `self` is every known node.
    #[must_use]
    pub fn matching(&self, pattern: &str) -> Self {
        let accepts = |name: &str| matches(pattern.as_bytes(), name.as_bytes());
        let families = self.families.iter().filter_map(|family| family.filtered(accepts));
        Self { families: families.collect() }
    }
}

/// Greedy match: on a mismatch, the last `*` takes one more byte. At most the product of the
/// lengths in steps.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n] => {
                p += 1;
                n += 1;
            }
            Some(_) | None => {
                let Some((star, taken)) = retry else { return false };
                retry = Some((star, taken + 1));
                (p, n) = (star + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}
