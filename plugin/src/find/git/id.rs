//! Names of git's objects.

use std::fmt;

/// The id of an object: a hash of what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    bytes: [u8; 32],
    /// How many of the bytes count: 20 of SHA-1, 32 of SHA-256.
    length: u8,
}

impl ObjectId {
    /// An id as git prints it, whole: 40 or 64 hexadecimal digits.
    pub fn parse(hex: &[u8]) -> Option<Self> {
        let length: u8 = match hex.len() {
            40 => 20,
            64 => 32,
            _ => return None,
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self { bytes, length })
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for ObjectId {
    /// Hexadecimal; `{:.12}` is the beginning of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.bytes.iter().take(self.length.into()).flat_map(|byte| [byte >> 4, byte & 15]);
        let hex: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        f.pad(&hex)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A commit that a repository has. Only a repository makes one, of a revision that it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Commit(pub(super) ObjectId);

impl Commit {
    /// Its id.
    pub fn id(&self) -> ObjectId {
        self.0
    }
}

impl fmt::Display for Commit {
    /// The whole id; `{:.12}` is the beginning of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_whole_or_none() {
        for length in [40, 64] {
            let hex = "0123456789abcdef".repeat(4)[..length].to_owned();
            let id = ObjectId::parse(hex.as_bytes()).unwrap();
            assert_eq!(id.to_string(), hex);
            assert_eq!(format!("{id:.8}"), "01234567");
            assert!(ObjectId::parse(&hex.as_bytes()[1..]).is_none());
            assert!(ObjectId::parse(hex.to_uppercase().as_bytes()).is_none());
        }
        assert!(ObjectId::parse(b"").is_none());
        assert!(ObjectId::parse(format!("^{}", "0".repeat(40)).as_bytes()).is_none());
    }
}
