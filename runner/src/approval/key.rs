//! The key of hashes over what nobody may guess.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::hex::hex;

/// A secret key. It has no `Debug`, and is never printed.
pub struct Key(Vec<u8>);

impl Key {
    /// A key of these bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// A keyed hash of texts, in hexadecimal digits.
    pub fn digest(&self, texts: &[&str]) -> String {
        // HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        for text in texts {
            mac.update(&(text.len() as u64).to_le_bytes());
            mac.update(text.as_bytes());
        }
        hex(&mac.finalize().into_bytes())
    }
}
