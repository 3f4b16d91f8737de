//! Documents that operators list.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use alloy_primitives::hex;
use async_graphql::Request;

use super::{id::sha256, manifest};
use crate::graphql::guard;

/// Largest file taken, in bytes.
const LARGEST: u64 = 64 << 20;

/// Documents by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentList {
    by_id: BTreeMap<String, String>,
    /// Without what is around them.
    texts: BTreeSet<String>,
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// It cannot be read.
    #[error("{} cannot be read ({source}): name a manifest, a document, or a folder of those", path.display())]
    Unreadable {
        /// Which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is too large to be one.
    #[error("{} has {bytes} bytes; a list has at most {LARGEST}", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It is no list.
    #[error("{}: {why}", path.display())]
    Manifest {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A document would be refused.
    #[error("{}: document `{id}` would not be answered: {why}", path.display())]
    Refused {
        /// Which file.
        path: PathBuf,
        /// Which document.
        id: String,
        /// What is wrong.
        why: String,
    },
    /// An id stands for two documents.
    #[error("{}: the id `{id}` stands for another document already: give each its own", path.display())]
    Twice {
        /// Which file.
        path: PathBuf,
        /// Which id.
        id: String,
    },
    /// There is nothing in it.
    #[error("{} has no documents: put manifests (.json) or documents (.graphql, .gql) there", path.display())]
    Empty {
        /// Which file or folder.
        path: PathBuf,
    },
}

impl DocumentList {
    /// Reads a manifest, a document, or all of them in a folder. A document by itself is known by the SHA-256 of its text.
    ///
    /// # Errors
    /// [`DocumentsError`].
    pub fn read(path: &Path) -> Result<Self, DocumentsError> {
        let unreadable = |source| DocumentsError::Unreadable { path: path.to_owned(), source };
        let mut list = Self::default();
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            let entries = std::fs::read_dir(path).map_err(unreadable)?;
            let files: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
            let mut files = files.map_err(unreadable)?;
            files.sort_unstable();
            for file in files.iter().filter(|file| is_json(file) || is_document(file)) {
                list.add(file)?;
            }
        } else {
            list.add(path)?;
        }
        if list.by_id.is_empty() {
            return Err(DocumentsError::Empty { path: path.to_owned() });
        }
        Ok(list)
    }

    /// The document with an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).map(String::as_str)
    }

    /// Whether a document is listed.
    #[must_use]
    pub fn has(&self, document: &str) -> bool {
        self.texts.contains(document.trim())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    fn add(&mut self, path: &Path) -> Result<(), DocumentsError> {
        let unreadable = |source| DocumentsError::Unreadable { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(unreadable(io::Error::other("it is no file")));
        }
        if metadata.len() > LARGEST {
            return Err(DocumentsError::TooLarge { path: path.to_owned(), bytes: metadata.len() });
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        if is_document(path) {
            let whole = hex::encode(sha256(&text));
            let bare = hex::encode(sha256(text.trim()));
            self.insert(path, whole, &text)?;
            return self.insert(path, bare, &text);
        }
        let documents = manifest::read(&text)
            .map_err(|why| DocumentsError::Manifest { path: path.to_owned(), why })?;
        documents.into_iter().try_for_each(|(id, document)| self.insert(path, id, &document))
    }

    fn insert(&mut self, path: &Path, id: String, document: &str) -> Result<(), DocumentsError> {
        let path = path.to_owned();
        if let Err(refusal) = guard::check(&mut Request::new(document)) {
            return Err(DocumentsError::Refused { path, id, why: refusal.message });
        }
        let text = document.trim();
        match self.by_id.get(&id) {
            Some(known) if known.trim() != text => return Err(DocumentsError::Twice { path, id }),
            _ => {}
        }
        self.texts.insert(text.to_owned());
        self.by_id.insert(id, document.to_owned());
        Ok(())
    }
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "json")
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "graphql" || end == "gql")
}
