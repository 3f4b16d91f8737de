//! Versions out of a chunk.

use std::fmt::Debug;

use bson::RawDocument;
use domain::{
    entity::{NftBalance, NftStandard, Token},
    figures::{
        Account, Factory, LiquidityPosition, NftPosition, PoolInterval, ProtocolDay, TickDay,
        TickWord, TokenFigures, TokenInterval,
    },
    fold::{Entity, Key},
    record::Record,
    version::{NftVersion, PoolIdentity, PoolVersion, TickVersion, TokenVersion},
};

use super::{COLLECTION, IDENTITY};
use crate::{
    error::StoreError,
    packed::{Decoder, PackedError},
};

/// What an entity was. A pool lacks what never changes about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Image {
    /// A pool.
    Pool(Box<PoolVersion>),
    /// Anything else is whole with its key.
    Entity(Entity),
}

/// A stored chunk.
#[derive(Debug)]
pub(crate) struct Chunk<'a> {
    tag: i32,
    first: u64,
    bytes: &'a [u8],
    /// For messages.
    id: String,
}

impl<'a> Chunk<'a> {
    /// Reads a document of the collection.
    pub(crate) fn new(raw: &'a RawDocument) -> Result<Self, StoreError> {
        let corrupt = |error: bson::error::Error| StoreError::Corrupt {
            collection: COLLECTION,
            id: format!("{:?}", raw.get("_id")),
            why: error.to_string(),
        };
        let parts = || -> Result<_, bson::error::Error> {
            let id = raw.get_document("_id")?;
            Ok((id.get_i32("t")?, id.get_i64("f")?, raw.get_binary("v")?.bytes, format!("{id:?}")))
        };
        let (tag, first, bytes, id) = parts().map_err(corrupt)?;
        Ok(Self { tag, first: first.cast_unsigned(), bytes, id })
    }

    /// What was valid at a block: the last version made at or below it. `None` when the entity did not exist.
    pub(crate) fn at(&self, key: &Key, block: u64) -> Result<Option<Image>, StoreError> {
        self.image(key, block).map_err(|error| self.corrupt(&error))
    }

    fn image(&self, key: &Key, block: u64) -> Result<Option<Image>, PackedError> {
        let entity: Option<Entity> = match *key {
            Key::Pool(_) => {
                let version = self.last::<PoolVersion>(block)?;
                return Ok(version.map(|version| Image::Pool(Box::new(version))));
            }
            Key::Tick(pool, index) => {
                self.last::<TickVersion>(block)?.map(|version| version.restore(pool, index).into())
            }
            Key::Token(address) => self.last::<TokenVersion>(block)?.map(|version| {
                let TokenVersion { symbol, name, decimals, total_supply, pool_count, first_block } =
                    version;
                let decimals = decimals.and_then(|decimals| u8::try_from(decimals).ok());
                Token { address, symbol, name, decimals, total_supply, pool_count, first_block }
                    .into()
            }),
            Key::Nft(collection, token_id, owner) => {
                self.last::<NftVersion>(block)?.map(|version| {
                    let NftVersion { erc1155, balance, since_block } = version;
                    let standard = if erc1155 { NftStandard::Erc1155 } else { NftStandard::Erc721 };
                    NftBalance { collection, token_id, owner, standard, balance, since_block }
                        .into()
                })
            }
            Key::Factory(_) => self.last::<Factory>(block)?.map(Into::into),
            Key::ProtocolDay(..) => self.last::<ProtocolDay>(block)?.map(Into::into),
            Key::TokenFigures(..) => self.last::<TokenFigures>(block)?.map(Into::into),
            Key::PoolInterval(..) => self.last::<PoolInterval>(block)?.map(Into::into),
            Key::TokenInterval(..) => self.last::<TokenInterval>(block)?.map(Into::into),
            Key::Account(_) => self.last::<Account>(block)?.map(Into::into),
            Key::LiquidityPosition(..) => self.last::<LiquidityPosition>(block)?.map(Into::into),
            Key::NftPosition(..) => self.last::<NftPosition>(block)?.map(Into::into),
            Key::TickWord(..) => self.last::<TickWord>(block)?.map(Into::into),
            Key::TickDay(..) => self.last::<TickDay>(block)?.map(Into::into),
        };
        Ok(entity.map(Image::Entity))
    }

    /// All versions of a pool, ascending, with the blocks that made them.
    pub(crate) fn pools(&self) -> Result<Vec<(u64, PoolVersion)>, StoreError> {
        let mut found = Vec::new();
        let read = self.each::<PoolVersion>(|at, version| {
            found.extend(version.map(|version| (at, version.clone())));
            true
        });
        read.map_err(|error| self.corrupt(&error))?;
        Ok(found)
    }

    /// Goes through the versions of a pool, with the blocks that made them, until `visit` has enough.
    pub(crate) fn each_pool(
        &self,
        mut visit: impl FnMut(u64, &PoolVersion) -> bool,
    ) -> Result<(), StoreError> {
        let read = self.each::<PoolVersion>(|at, version| match version {
            Some(version) => visit(at, version),
            None => true,
        });
        read.map_err(|error| self.corrupt(&error))
    }

    /// What never changes about a pool, of a chunk that says that.
    pub(crate) fn identity(&self) -> Result<Option<PoolIdentity>, StoreError> {
        self.last(u64::MAX).map_err(|error| self.corrupt(&error))
    }

    /// The block of its first version.
    pub(crate) const fn first(&self) -> u64 {
        self.first
    }

    /// All versions as text, with the blocks that made them; for comparisons.
    pub(crate) fn versions(&self) -> Result<Vec<(u64, String)>, StoreError> {
        let found = match self.tag {
            IDENTITY => self.texts::<PoolIdentity>(),
            1 => self.texts::<PoolVersion>(),
            2 => self.texts::<TickVersion>(),
            3 => self.texts::<TokenVersion>(),
            4 => self.texts::<NftVersion>(),
            5 => self.texts::<Factory>(),
            6 => self.texts::<ProtocolDay>(),
            7 => self.texts::<TokenFigures>(),
            8 => self.texts::<PoolInterval>(),
            9 => self.texts::<TokenInterval>(),
            10 => self.texts::<Account>(),
            11 => self.texts::<LiquidityPosition>(),
            12 => self.texts::<NftPosition>(),
            13 => self.texts::<TickWord>(),
            14 => self.texts::<TickDay>(),
            _ => Err(PackedError::Invalid("kind of entity")),
        };
        found.map_err(|error| self.corrupt(&error))
    }

    fn last<R: Record + Default + Clone>(&self, block: u64) -> Result<Option<R>, PackedError> {
        let mut found = None;
        self.each::<R>(|at, record| {
            if at <= block {
                found = record.cloned();
            }
            at < block
        })?;
        Ok(found)
    }

    fn texts<R: Record + Default + Clone + Debug>(
        &self,
    ) -> Result<Vec<(u64, String)>, PackedError> {
        let mut found = Vec::new();
        self.each::<R>(|at, record| {
            found.push((at, format!("{record:?}")));
            true
        })?;
        Ok(found)
    }

    /// Goes through the versions until `visit` has enough.
    pub(super) fn each<R: Record + Default + Clone>(
        &self,
        mut visit: impl FnMut(u64, Option<&R>) -> bool,
    ) -> Result<(), PackedError> {
        let mut decoder = Decoder::<R>::new(self.bytes)?;
        let mut at = self.first;
        while let Some((gap, exists)) = decoder.step()? {
            at = at.checked_add(gap).ok_or(PackedError::Invalid("gap"))?;
            if !visit(at, exists.then(|| decoder.record())) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn corrupt(&self, error: &PackedError) -> StoreError {
        StoreError::Corrupt { collection: COLLECTION, id: self.id.clone(), why: error.to_string() }
    }
}
