//! How values are written in the JSON of the command (feature `serde`).

use serde::{Serialize, Serializer};

use crate::time::Timestamp;

/// RFC 3339 in UTC with milliseconds: `"2023-01-23T15:00:05.000Z"`.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes bytes as text; what is no UTF-8 becomes U+FFFD.
pub(crate) fn text<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(bytes))
}
