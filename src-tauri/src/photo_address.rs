//! Addresses of pictures: `thumb/ID/VERSION`, `preview/ID/VERSION`, `full/ID/VERSION` and `foreign/KEY/thumb|preview|full`.
//!
//! It tells what is asked for and fetches nothing. It knows neither Tauri nor the library, so that fuzzing can take it
//! by itself.

/// The longer side of a preview: a large screen's.
pub(crate) const PREVIEW_SIDE: u32 = 2048;
/// The longer side of a foreign image's thumbnail.
const THUMBNAIL_SIDE: u32 = 320;

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Picture {
    Thumbnail {
        photo: u32,
        version: u32,
    },
    Preview {
        photo: u32,
        version: u32,
    },
    /// As large as the photo is.
    Full {
        photo: u32,
        version: u32,
    },
    Foreign {
        key: String,
        side: u32,
    },
    /// As large as the image is.
    ForeignFull {
        key: String,
    },
}

impl Picture {
    /// What the path of an address asks for; the window's side escapes the slashes. None for anything else.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        match parts.as_slice() {
            ["thumb", photo, version] => Some(Self::Thumbnail { photo: id(photo)?, version: id(version)? }),
            ["preview", photo, version] => Some(Self::Preview { photo: id(photo)?, version: id(version)? }),
            ["full", photo, version] => Some(Self::Full { photo: id(photo)?, version: id(version)? }),
            ["foreign", key, "full"] => Some(Self::ForeignFull { key: id(key)?.to_string() }),
            ["foreign", key, size] => {
                let longer = match *size {
                    "thumb" => THUMBNAIL_SIDE,
                    "preview" => PREVIEW_SIDE,
                    _ => return None,
                };
                Some(Self::Foreign { key: id(key)?.to_string(), side: longer })
            }
            _ => None,
        }
    }
}

/// Digits only: `parse` alone would take a sign.
fn id(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_ids_and_nothing_else() {
        assert_eq!(Picture::parse("/thumb/7/3"), Some(Picture::Thumbnail { photo: 7, version: 3 }));
        assert_eq!(Picture::parse("/thumb%2F7%2F3"), Some(Picture::Thumbnail { photo: 7, version: 3 }));
        for path in [
            "/",
            "/thumb/7",
            "/thumb/7/3/1",
            "/thumb/-1/3",
            "/thumb/+1/3",
            "/thumb/4294967296/1",
            "/thumb//1",
            "/thumb/../../etc/passwd",
            "/thumb/%2e%2e/1",
            "/foreign/1/whole",
            "/full/1",
            "/full/1/x",
            "/foreign/x/full",
            "/foreign/%2Fetc%2Fpasswd/thumb",
            "/preview/1%00/1",
            "/%ff/1/1",
        ] {
            assert_eq!(Picture::parse(path), None, "{path}");
        }
    }
}
