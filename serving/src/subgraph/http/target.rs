//! Which subgraph a path means.

/// Ends the path of the page to try documents with; documents can be posted there, too.
const PAGE: &str = "/graphql";
/// So much of a name is repeated.
const SHOWN: usize = 255;

/// What a path means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target<'a> {
    /// Where names of this kind stand.
    place: &'static str,
    /// Name or id.
    pub(super) what: &'a str,
    /// Whether it is the path of the page.
    pub(super) is_page: bool,
}

impl<'a> Target<'a> {
    /// `NAME` or `OWNER/NAME`, perhaps with the page's end.
    pub(super) fn by_name(path: &'a str) -> Option<Self> {
        Self::read("name", path, 2)
    }

    /// An id, perhaps with the page's end.
    pub(super) fn by_id(path: &'a str) -> Option<Self> {
        Self::read("id", path, 1)
    }

    fn read(place: &'static str, path: &'a str, most: usize) -> Option<Self> {
        let (what, is_page) = match path.strip_suffix(PAGE) {
            Some(what) => (what, true),
            None => (path, false),
        };
        let mut segments = what.split('/');
        let is_good = what.split('/').count() <= most && segments.all(|one| !one.is_empty());
        is_good.then_some(Self { place, what, is_page })
    }

    /// Where its documents are answered.
    pub(super) fn path(&self) -> String {
        format!("/subgraphs/{}/{}", self.place, self.what)
    }

    /// That there is none.
    pub(super) fn unknown(&self) -> String {
        let shown: String = self.what.chars().take(SHOWN).collect();
        format!("deployment `{shown}` does not exist")
    }
}
