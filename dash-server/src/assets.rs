//! The page, embedded by the build.

/// A file of the page.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Where it is served.
    pub(crate) path: &'static str,
    /// Its media type.
    pub(crate) content_type: &'static str,
    /// Whether its path changes with its content, so that a browser may keep it for good.
    pub(crate) immutable: bool,
    /// A quoted hash of its content.
    pub(crate) etag: &'static str,
    /// Its content.
    pub(crate) body: &'static [u8],
    /// Its content through gzip, if that is shorter.
    pub(crate) gzip: Option<&'static [u8]>,
    /// Its content through brotli, if that is shorter.
    pub(crate) brotli: Option<&'static [u8]>,
}

#[cfg(feature = "ui")]
include!(concat!(env!("OUT_DIR"), "/assets_table.rs"));

#[cfg(not(feature = "ui"))]
pub(crate) static ASSETS: &[Asset] = &[Asset {
    path: "/",
    content_type: "text/plain; charset=utf-8",
    immutable: false,
    etag: "\"no-page\"",
    body: b"This build has no page: it was made without the feature `ui`. The WebSocket at /ws works.\n",
    gzip: None,
    brotli: None,
}];

/// The file that is served at a path.
pub(crate) fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}
