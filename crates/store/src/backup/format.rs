//! The file: two lines of text, a zstd stream, and a digest of all that.
//!
//! ```text
//! sooho-backup 1\n          magic and version of the format
//! {"schema":2,...}\n        the header, JSON in one line
//! zstd frame                records; see below
//! 32 bytes                  SHA-256 of everything before
//! sooho-backup-end\n        whoever finds this has the whole file
//! ```
//! A record is a byte and what follows from it: `C` the name of a collection (u16 little-endian length, UTF-8) that the next
//! documents belong to; `D` a document as BSON, which begins with its own length; `E` the number of documents (u64
//! little-endian), the last record.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write},
    path::Path,
};

use bson::RawDocumentBuf;
use sha2::{Digest as _, Sha256};

use super::{BackupError, Header};

/// Version of this format.
pub(super) const FORMAT: u32 = 1;
const MAGIC: &str = "sooho-backup ";
const END: &[u8] = b"sooho-backup-end\n";
const HASH: usize = 32;
/// Two lines are not longer.
const LINES: u64 = 64 << 20;
/// A BSON document has at most 16 MB; what claims more is none.
const LARGEST: usize = 17 << 20;

/// Hashes and counts what goes through.
#[derive(Debug)]
pub(super) struct Hashing<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    fn pass(&mut self, part: &[u8]) {
        self.hash.update(part);
        self.bytes += part.len() as u64;
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(part)?;
        self.pass(part.get(..written).unwrap_or(part));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a backup.
pub(super) struct Writer {
    zstd: zstd::Encoder<'static, Hashing<BufWriter<File>>>,
    documents: u64,
}

impl Writer {
    pub(super) fn begin(file: File, header: &Header) -> io::Result<Self> {
        let mut out = Hashing::new(BufWriter::with_capacity(1 << 20, file));
        writeln!(out, "{MAGIC}{FORMAT}")?;
        serde_json::to_writer(&mut out, header)?;
        writeln!(out)?;
        Ok(Self { zstd: zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?, documents: 0 })
    }

    pub(super) fn collection(&mut self, name: &str) -> io::Result<()> {
        let length = u16::try_from(name.len()).map_err(io::Error::other)?;
        self.zstd.write_all(b"C")?;
        self.zstd.write_all(&length.to_le_bytes())?;
        self.zstd.write_all(name.as_bytes())
    }

    pub(super) fn document(&mut self, document: &RawDocumentBuf) -> io::Result<()> {
        self.documents += 1;
        self.zstd.write_all(b"D")?;
        self.zstd.write_all(document.as_bytes())
    }

    /// Ends the file and gives the number of its bytes. When this is back, it is on the disk.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.zstd.write_all(b"E")?;
        self.zstd.write_all(&self.documents.to_le_bytes())?;
        let mut out = self.zstd.finish()?;
        let hash = out.hash.clone().finalize();
        out.write_all(&hash)?;
        out.write_all(END)?;
        let bytes = out.bytes;
        out.inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(bytes)
    }
}

/// Reads the whole file once: whether it is one, whole and undamaged. Nothing of it is used before.
pub(super) fn check(path: &Path) -> Result<Header, BackupError> {
    let failed = failed(path, "it cannot be read");
    let file = File::open(path).map_err(&failed)?;
    let length = file.metadata().map_err(&failed)?.len();
    let mut file = BufReader::with_capacity(1 << 20, file);
    let header = lines(path, &mut file)?;
    let tail = (HASH + END.len()) as u64;
    let truncated = || BackupError::Truncated { path: path.to_owned() };
    let body = length.checked_sub(tail).ok_or_else(truncated)?;
    file.seek(SeekFrom::Start(0)).map_err(&failed)?;
    let (mut hash, mut left, mut part) = (Sha256::new(), body, vec![0; 1 << 20]);
    while left > 0 {
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(part.len());
        let part = part.get_mut(..size).unwrap_or_default();
        file.read_exact(part).map_err(&failed)?;
        hash.update(&*part);
        left -= size as u64;
    }
    let mut end = Vec::new();
    file.read_to_end(&mut end).map_err(&failed)?;
    let Some((digest, END)) = end.split_at_checked(HASH) else { return Err(truncated()) };
    if digest != hash.finalize().as_slice() {
        return Err(damaged(path, "its checksum is not that of its content"));
    }
    Ok(header)
}

/// The header alone.
pub(super) fn header(path: &Path) -> Result<Header, BackupError> {
    let file = File::open(path).map_err(failed(path, "it cannot be read"))?;
    lines(path, &mut BufReader::new(file))
}

/// The two lines of text.
fn lines(path: &Path, file: &mut impl BufRead) -> Result<Header, BackupError> {
    let foreign = || BackupError::Foreign { path: path.to_owned() };
    let mut line = Vec::new();
    let mut read = |line: &mut Vec<u8>| {
        line.clear();
        file.by_ref().take(LINES).read_until(b'\n', line)
    };
    read(&mut line).map_err(failed(path, "it cannot be read"))?;
    let first = str::from_utf8(&line).ok().and_then(|line| line.strip_prefix(MAGIC));
    let first = first.ok_or_else(foreign)?;
    let truncated = || BackupError::Truncated { path: path.to_owned() };
    let version = first.strip_suffix('\n').ok_or_else(truncated)?;
    let found = version.parse().map_err(|_| foreign())?;
    if found != FORMAT {
        return Err(BackupError::Format { path: path.to_owned(), found, known: FORMAT });
    }
    read(&mut line).map_err(failed(path, "it cannot be read"))?;
    if !line.ends_with(b"\n") {
        return Err(truncated());
    }
    serde_json::from_slice(&line).map_err(|error| damaged(path, &format!("its header: {error}")))
}

/// A record of a backup.
#[derive(Debug)]
pub(super) enum Record {
    /// The documents that follow belong to this collection.
    Collection(String),
    /// A document.
    Document(RawDocumentBuf),
}

/// Reads the records of a file that [`check`] found good.
pub(super) struct Reader {
    zstd: zstd::Decoder<'static, BufReader<io::Take<BufReader<File>>>>,
    documents: u64,
}

impl Reader {
    pub(super) fn begin(path: &Path) -> Result<Self, BackupError> {
        let failed = failed(path, "it cannot be read");
        let file = File::open(path).map_err(&failed)?;
        let length = file.metadata().map_err(&failed)?.len();
        let mut file = BufReader::with_capacity(1 << 20, file);
        lines(path, &mut file)?;
        let at = file.stream_position().map_err(&failed)?;
        let left = length.saturating_sub(at + (HASH + END.len()) as u64);
        let zstd = zstd::Decoder::new(file.take(left)).map_err(&failed)?;
        Ok(Self { zstd, documents: 0 })
    }

    /// The next record; `None` at the end, when as many documents were read as were written.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let [kind] = self.exact()?;
        match kind {
            b'C' => {
                let length = u16::from_le_bytes(self.exact()?);
                let mut name = vec![0; usize::from(length)];
                self.zstd.read_exact(&mut name)?;
                Ok(Some(Record::Collection(String::from_utf8(name).map_err(io::Error::other)?)))
            }
            b'D' => {
                let head: [u8; 4] = self.exact()?;
                let length = usize::try_from(u32::from_le_bytes(head)).unwrap_or(usize::MAX);
                if !(head.len()..=LARGEST).contains(&length) {
                    return Err(io::Error::other("a document has an impossible length"));
                }
                let mut bytes = vec![0; length];
                let (start, rest) = bytes.split_at_mut(head.len());
                start.copy_from_slice(&head);
                self.zstd.read_exact(rest)?;
                self.documents += 1;
                let document = RawDocumentBuf::from_bytes(bytes).map_err(io::Error::other)?;
                Ok(Some(Record::Document(document)))
            }
            b'E' if u64::from_le_bytes(self.exact()?) == self.documents => Ok(None),
            b'E' => Err(io::Error::other("its number of documents is another one")),
            _ => Err(io::Error::other("an unknown kind of record")),
        }
    }

    fn exact<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.zstd.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// An error of the file system at this file.
pub(super) fn failed(path: &Path, what: &'static str) -> impl Fn(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { path: path.clone(), what, source }
}

/// A file that cannot be what we wrote.
pub(super) fn damaged(path: &Path, why: &str) -> BackupError {
    BackupError::Damaged { path: path.to_owned(), why: why.to_owned() }
}
