//! Chunks in the making.

use bson::RawDocumentBuf;
use domain::{
    entity::Pool,
    figures::{
        Account, Factory, LiquidityPosition, NftPosition, PoolInterval, ProtocolDay, TickDay,
        TickWord, TokenFigures, TokenInterval,
    },
    fold::{Change, Entity, Key},
    map::Map,
    version::{NftVersion, PoolIdentity, PoolVersion, TickVersion, TokenVersion},
};

use super::{
    key::{identity, tagged},
    repack::document,
};
use crate::packed::Encoder;

/// A chunk ends at so many versions or bytes: a point read decodes half of one.
pub(super) const VERSIONS: u32 = 200;
pub(super) const BYTES: usize = 32 * 1024;

/// Declares an encoder per kind of entity, and how to feed it.
macro_rules! packers {
    ($($kind:ident: $record:ty, $entity:ident => $convert:expr;)+) => {
        /// Versions of one entity.
        #[derive(Debug)]
        enum Versions {
            $($kind(Box<Encoder<$record>>),)+
        }

        impl Versions {
            fn new(key: &Key) -> Self {
                match key {
                    $(Key::$kind(..) => Self::$kind(Box::default()),)+
                }
            }

            /// An entity of another kind than the key's counts as absent; the fold saves no such thing.
            fn push(&mut self, gap: u64, entity: Option<&Entity>) {
                match (self, entity) {
                    $((Self::$kind(encoder), Some(Entity::$kind($entity))) => {
                        encoder.push(gap, Some($convert));
                    })+
                    $((Self::$kind(encoder), _) => encoder.push(gap, None),)+
                }
            }

            const fn count(&self) -> u32 {
                match self {
                    $(Self::$kind(encoder) => encoder.count(),)+
                }
            }

            fn size(&self) -> usize {
                match self {
                    $(Self::$kind(encoder) => encoder.size(),)+
                }
            }

            fn finish(self) -> Vec<u8> {
                match self {
                    $(Self::$kind(encoder) => encoder.finish(),)+
                }
            }
        }
    };
}

packers! {
    Pool: PoolVersion, pool => &PoolVersion::of(pool);
    Tick: TickVersion, tick => &TickVersion::from(tick.as_ref());
    Token: TokenVersion, token => &TokenVersion::from(token.as_ref());
    Nft: NftVersion, nft => &NftVersion::from(nft.as_ref());
    Factory: Factory, record => record.as_ref();
    ProtocolDay: ProtocolDay, record => record.as_ref();
    TokenFigures: TokenFigures, record => record.as_ref();
    PoolInterval: PoolInterval, record => record.as_ref();
    TokenInterval: TokenInterval, record => record.as_ref();
    Account: Account, record => record.as_ref();
    LiquidityPosition: LiquidityPosition, record => record.as_ref();
    NftPosition: NftPosition, record => record.as_ref();
    TickWord: TickWord, record => record.as_ref();
    TickDay: TickDay, record => record.as_ref();
}

/// A chunk that can still grow.
#[derive(Debug)]
struct Open {
    key: Key,
    first: u64,
    last: u64,
    versions: Versions,
}

/// Versions of entities in a run of blocks, on their way into chunks.
#[derive(Debug)]
pub(crate) struct Packer {
    chain: i64,
    open: Vec<Open>,
    /// Where the open chunk of an entity is.
    places: Map<Key, usize>,
    /// Whether the block under way has chunks of its own.
    apart: bool,
    done: Vec<RawDocumentBuf>,
}

impl Packer {
    pub(crate) fn new(chain: i64) -> Self {
        Self { chain, open: Vec::new(), places: Map::default(), apart: false, done: Vec::new() }
    }

    /// Takes what a block changed in; one that is `apart` has chunks of its own.
    pub(crate) fn push(&mut self, block: u64, changes: &[Change], apart: bool) {
        if apart {
            self.close();
            self.apart = true;
        }
        for change in changes {
            self.version(&change.key, block, change.after.as_ref());
            if let (None, Some(Entity::Pool(pool))) = (&change.before, &change.after) {
                self.identity(block, pool);
            }
        }
    }

    /// Keeps what never changes about a new pool. There is nothing to merge it with later.
    fn identity(&mut self, block: u64, pool: &Pool) {
        let mut encoder = Encoder::<PoolIdentity>::new();
        encoder.push(0, Some(&PoolIdentity::of(pool)));
        let (key, bytes) = (identity(pool.id), encoder.finish());
        self.done.push(document(self.chain, &key, block, block, 1, bytes, false));
    }

    /// Adds a version; blocks of an entity ascend.
    fn version(&mut self, key: &Key, block: u64, after: Option<&Entity>) {
        let fits = self.places.get(key).copied().filter(|place| {
            self.open.get(*place).is_some_and(|open| {
                open.versions.count() < VERSIONS && open.versions.size() < BYTES
            })
        });
        let place = fits.unwrap_or_else(|| {
            let open = Open { key: *key, first: block, last: block, versions: Versions::new(key) };
            self.open.push(open);
            self.places.insert(*key, self.open.len() - 1);
            self.open.len() - 1
        });
        if let Some(open) = self.open.get_mut(place) {
            open.versions.push(block - open.last, after);
            open.last = block;
        }
    }

    /// Ends all chunks: what follows begins new ones.
    fn close(&mut self) {
        self.places.clear();
        for Open { key, first, last, versions } in self.open.drain(..) {
            let count = i64::from(versions.count());
            let (chain, key, bytes) = (self.chain, tagged(&key), versions.finish());
            self.done.push(document(chain, &key, first, last, count, bytes, self.apart));
        }
    }

    /// The chunks.
    pub(crate) fn finish(mut self) -> Vec<RawDocumentBuf> {
        self.close();
        self.done
    }
}
