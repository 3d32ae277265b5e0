//! The compiled form of a program, and its bytes.

use alloc::{string::String, vec::Vec};
use core::fmt;
use serde::{Deserialize, Serialize};

use crate::{Enum, Extractor, Param, PatternColumn, RelId, Relation, Rule};

/// First bytes of every pack; the last two are the version of the format.
const MAGIC: &[u8; 8] = b"ETIOPK\x00\x05";
/// Bytes of the content hash behind the magic.
const HASH: usize = 8;

/// A compiled program: schema, extractors and rules. Plain data; the engine validates nothing twice.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Pack {
    /// All relations, hidden ones included.
    pub relations: Vec<Relation>,
    /// All enum types.
    pub enums: Vec<Enum>,
    /// All parameters.
    pub params: Vec<Param>,
    /// All extractors, in source order.
    pub extractors: Vec<Extractor>,
    /// All `field ~ template` columns.
    pub columns: Vec<PatternColumn>,
    /// All rules, in dependency order.
    pub rules: Vec<Rule>,
}

/// Why bytes are not a pack.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PackError {
    /// They do not begin like a pack.
    NotAPack,
    /// They are a pack of another version of the format.
    Version,
    /// Their hash does not agree with their content.
    Corrupt,
    /// They decode, but say something no compiler says.
    Invalid(String),
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPack => f.write_str("these bytes are not a pack"),
            Self::Version => f.write_str("this pack was made by another version of Etio"),
            Self::Corrupt => f.write_str("this pack is damaged: its hash does not match"),
            Self::Invalid(what) => write!(f, "this pack is not valid: {what}"),
        }
    }
}

impl core::error::Error for PackError {}

impl Pack {
    /// A relation by its full path.
    #[must_use]
    pub fn relation(&self, path: &str) -> Option<RelId> {
        let at = self.relations.iter().position(|relation| relation.path == path)?;
        u32::try_from(at).ok().map(RelId)
    }

    /// The relation behind an id.
    #[must_use]
    pub fn get(&self, id: RelId) -> Option<&Relation> {
        self.relations.get(id.index())
    }

    /// The pack as bytes: magic, hash, content.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Encoding into a growing vector cannot fail for plain data.
        Self::seal(&postcard::to_allocvec(self).unwrap_or_default())
    }

    /// Bytes as a pack. Hostile bytes are an error, never a panic.
    ///
    /// # Errors
    /// When the bytes are no pack, of another version, damaged, or inconsistent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PackError> {
        let rest = bytes.strip_prefix(&MAGIC[..6]).ok_or(PackError::NotAPack)?;
        let rest = rest.strip_prefix(&MAGIC[6..]).ok_or(PackError::Version)?;
        let (expected, content) = rest.split_at_checked(HASH).ok_or(PackError::Corrupt)?;
        if checksum(content).to_le_bytes() != *expected {
            return Err(PackError::Corrupt);
        }
        let pack: Self = postcard::from_bytes(content).map_err(|_| PackError::Corrupt)?;
        pack.validate().map_err(PackError::Invalid)?;
        Ok(pack)
    }

    /// Content behind its magic and hash, whatever it is: how tests and fuzzers get past the hash.
    #[doc(hidden)]
    #[must_use]
    pub fn seal(content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MAGIC.len() + HASH + content.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&checksum(content).to_le_bytes());
        bytes.extend_from_slice(content);
        bytes
    }
}

/// FNV-1a over words of eight bytes, the last filled up, and over how many bytes there are: guards against
/// damage, not against malice, which whoever decodes the bytes has to answer.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    words.chain([bytes.len() as u64]).fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        // What differs in a high bit shows in the low ones too.
        (hash ^ word).wrapping_mul(0x100_0000_01b3).rotate_left(23)
    })
}
