//! What the tag of an image says of the server's release, and what its entrypoint does by that.

/// Where the images that docker-library makes, or that are made of these, have the data directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// Nobody knows.
    Unknown,
    /// At `/var/lib/postgresql/data`.
    Data,
    /// In a directory of its release below `/var/lib/postgresql`, as since 18: the entrypoint refuses to start where something is
    /// mounted at the place before (docker-library/postgres #1259).
    Versioned,
    /// As in the newest release, whichever that is where it is pulled.
    Newest,
}

impl Layout {
    /// Where a volume is to be mounted; none where nobody knows.
    pub fn data(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Data => Some("/var/lib/postgresql/data"),
            Self::Versioned | Self::Newest => Some("/var/lib/postgresql"),
        }
    }

    /// Whether it has its data where images have them since 18.
    pub fn is_new(self) -> bool {
        matches!(self, Self::Versioned | Self::Newest)
    }
}

/// A release by the tag of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Release {
    /// No tag, or one that means the newest.
    Newest,
    /// The steps of its number; those that no tag names are the newest. `own`: docker-library's, which is built anew.
    Numbered { major: u32, minor: Option<u32>, patch: Option<u32>, own: bool },
}

/// The last releases whose image was content without a password: docker-library/official-images #7474.
const CONTENT: &[(u32, u32, u32)] =
    &[(9, 4, 25), (9, 5, 20), (9, 6, 16), (10, 11, 0), (11, 6, 0), (12, 1, 0)];

impl Release {
    /// By `16`, `16.4-bookworm`, `16-3.4`, `pg16`, `0.8.0-pg16`; none for a tag that is not known here. `own`: the image is
    /// docker-library's; of others no tag is the newest of PostgreSQL.
    pub(super) fn of(tag: Option<&str>, own: bool) -> Option<Self> {
        // Debian's release before was left when 17 was the newest (docker-library/postgres, August 2025).
        if own && tag == Some("bullseye") {
            return Some(Self::Numbered { major: 17, minor: None, patch: None, own });
        }
        let newest = ["latest", "alpine", "bookworm", "trixie"];
        let Some(tag) = tag.filter(|tag| !newest.contains(tag)) else {
            return own.then_some(Self::Newest);
        };
        let of_part = tag.split('-').find_map(|part| part.strip_prefix("pg"));
        let number = of_part.unwrap_or_else(|| tag.split('-').next().unwrap_or(tag));
        let steps: Vec<u32> = number.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [major, ref rest @ ..] = steps[..] else { return None };
        let (minor, patch) = (rest.first().copied(), rest.get(1).copied());
        (rest.len() < 3).then_some(Self::Numbered { major, minor, patch, own })
    }

    /// Whether its entrypoint makes no data directory without a password. Of an image that somebody made of docker-library's only
    /// a release counts that was not there before that.
    pub(super) fn wants_password(self) -> bool {
        let Self::Numbered { major, minor, patch, own } = self else { return true };
        if major >= 13 {
            return true;
        }
        let of_line = |(a, b, _): &&(u32, u32, u32)| *a == major && (major >= 10 || minor == Some(*b));
        let Some((_, line, last)) = CONTENT.iter().find(of_line).filter(|_| own) else { return false };
        match (major, minor, patch) {
            // What no tag holds was built anew since.
            (9, _, None) | (10.., None, None) => true,
            (9, _, Some(patch)) => patch > *last,
            (_, Some(minor), None) => minor > *line,
            _ => false,
        }
    }

    /// Whether docker-library builds it no more, so that its tags stay where they are: the releases that PostgreSQL's community
    /// left by the end of 2025 (postgresql.org/support/versioning).
    pub(super) fn is_left(self) -> bool {
        matches!(self, Self::Numbered { major: ..=13, own: true, .. })
    }

    /// Where its data directory is.
    pub(super) fn layout(self) -> Layout {
        match self {
            Self::Newest => Layout::Newest,
            Self::Numbered { major: 18.., .. } => Layout::Versioned,
            Self::Numbered { .. } => Layout::Data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Release};

    fn wants(tag: Option<&str>, own: bool) -> bool {
        Release::of(tag, own).is_some_and(Release::wants_password)
    }

    #[test]
    fn which_images_ask_for_a_password() {
        for tag in ["13", "16.4", "17-alpine", "16-bookworm", "12.2", "12", "11.7", "10.12-alpine"] {
            assert!(wants(Some(tag), true), "{tag}");
        }
        for tag in ["9.6", "9.5.21", "9.4.26-alpine", "alpine", "latest"] {
            assert!(wants(Some(tag), true), "{tag}");
        }
        for tag in
            ["12.1", "11.6-alpine", "10.4", "9.6.16", "9.3", "9.4.25", "8", "mine", "alpine3.18", "", "9"]
        {
            assert!(!wants(Some(tag), true), "{tag}");
        }
        for tag in ["pg16", "0.8.0-pg16", "latest-pg15", "16-3.4", "2.11.0-pg14"] {
            assert!(wants(Some(tag), false), "{tag}");
        }
        for tag in ["1.6.0-pg11", "12-3.0", "latest", "pg"] {
            assert!(!wants(Some(tag), false), "{tag}");
        }
        assert!(wants(None, true) && !wants(None, false));
    }

    #[test]
    fn which_images_are_built_no_more() {
        let left = |tag, own| Release::of(Some(tag), own).is_some_and(Release::is_left);
        assert!(left("13", true) && left("9.6", true) && left("11.6-alpine", true));
        assert!(!left("14", true) && !left("17.2", true) && !left("12-3.0", false) && !left("latest", true));
    }

    #[test]
    fn where_the_data_are() {
        let layout = |tag, own| Release::of(tag, own).map(Release::layout);
        for (tag, own, is) in [
            (Some("17.5"), true, Some(Layout::Data)),
            (Some("18"), true, Some(Layout::Versioned)),
            (Some("18.1-alpine3.22"), true, Some(Layout::Versioned)),
            (Some("0.8.1-pg18"), false, Some(Layout::Versioned)),
            (Some("18-3.6"), false, Some(Layout::Versioned)),
            (None, true, Some(Layout::Newest)),
            (Some("alpine"), true, Some(Layout::Newest)),
            (Some("bullseye"), true, Some(Layout::Data)),
            (None, false, None),
            (Some("mine"), true, None),
        ] {
            assert_eq!(layout(tag, own), is, "{tag:?}");
        }
    }
}
