//! Files that are encrypted as a whole: nobody reads them as they lie there.

/// How texts of that kind begin, whatever the file is called: ansible-vault, `GnuPG` and age in ASCII, openssl.
const TEXTS: &[&str] =
    &["$ANSIBLE_VAULT;", "-----BEGIN PGP MESSAGE-----", "-----BEGIN AGE ENCRYPTED FILE-----", "U2FsdGVkX1"];

/// The same of bytes: age, openssl, git-crypt.
const BYTES: &[&[u8]] = &[b"age-encryption.org/v", b"Salted__", b"\0GITCRYPT\0"];

/// What such files are called: a word behind a dot, beside those of environments.
const ENDINGS: &[&str] = &["enc", "encrypted", "age", "gpg", "pgp", "asc", "secret", "b64", "base64"];

/// Whether a file is an encrypted one by its beginning and by all that follows: a plain line behind a ciphertext is plain.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = TEXTS.iter().any(|beginning| bytes.starts_with(beginning.as_bytes()));
    // Of most files the first byte suffices.
    if !text && !BYTES.iter().any(|beginning| bytes.starts_with(beginning)) {
        return false;
    }
    if text { lines(bytes).skip(1).all(|line| is_base64(line) || is_frame(line)) } else { is_binary(bytes) }
}

/// Whether an env file is called an encrypted one. By that alone it is none: nothing is worse than a plain text that is taken
/// for a ciphertext.
pub(super) fn is_called_one(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split('.').skip(1).any(|word| ENDINGS.iter().any(|end| word.eq_ignore_ascii_case(end)))
}

/// Whether there is nothing in a file that anybody could read: bytes, or lines of base64.
pub(super) fn says_nothing(bytes: &[u8]) -> bool {
    let mut all = lines(bytes).peekable();
    is_binary(bytes) || all.peek().is_some() && all.all(|line| is_base64(line) || is_frame(line))
}

/// Bytes that are no text; UTF-16 begins with its mark.
fn is_binary(bytes: &[u8]) -> bool {
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    !utf16 && (bytes.iter().any(|b| *b < b'\t') || std::str::from_utf8(bytes).is_err())
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// Lines of base64 or of hexadecimal digits; a name with its value has a `=` that something follows.
fn is_base64(line: &[u8]) -> bool {
    let padding = line.iter().rev().take_while(|b| **b == b'=').count();
    let body = &line[..line.len() - padding];
    padding <= 2 && body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// The frame of a text, and what stands in its head: `-----END PGP MESSAGE-----`, `Version: GnuPG v2`.
fn is_frame(line: &[u8]) -> bool {
    line.starts_with(b"-----") && line.ends_with(b"-----")
        || [&b"Version: "[..], b"Comment: ", b"Hash: ", b"Charset: "]
            .iter()
            .any(|head| line.starts_with(head))
}

#[cfg(test)]
mod tests {
    use crate::layer::Carrier;

    #[test]
    fn by_beginning_and_by_name() {
        for (path, text) in [
            (".env.production.enc", &b"U2FsdGVkX19vcGVu\nc3NsIGVuYw==\n"[..]),
            (".env.production", b"$ANSIBLE_VAULT;1.1;AES256\n62313365\n"),
            (".env.production", b"\0GITCRYPT\0\x01\x02=\x03"),
            (".env", b"\xef\xbb\xbf$ANSIBLE_VAULT;1.1;AES256\r\n62313365\r\n"),
            (".env.gpg", b"\x85\x01\x0c\x03\xff\x00"),
            (".env.enc.production", b"c2hvcA==\n"),
            ("deploy/.env.b64", b"REFUQUJBU0VfVVJM\nPXBvc3Q=\n"),
        ] {
            assert_eq!(Carrier::of(path, text), None, "{path}");
        }
        for (path, text) in [
            (".env.production", &b"foo bar\n"[..]),
            (".env.enc", b"DATABASE_URL=postgres://db/shop\n"),
            (".env.enc", b"DATABASE_URL=ENC[AES256_GCM,data:q83v,type:str]\nsops_version=3.8\n"),
            (".env.secret", b"export DB_PASSWORD = x\n"),
            (".env.enc", b""),
            (".env.enc", b"export  DATABASE_URL=postgres://db/shop\n"),
            (".env.enc", b"\xef\xbb\xbfDATABASE_URL=postgres://db/shop\n"),
            (".env.enc", b"\xff\xfeD\0B\0"),
            (".env.enc", b"DB_HOST: db\rDB_NAME: shop\r"),
            (".env", b"$ANSIBLE_VAULT;1.1;AES256\n62313365\nDB_PASSWORD=x\n"),
            (".env", b"Salted__x\nDB_PASSWORD=x\n"),
            ("k8s/db.secret.yaml", b"kind: Secret\n"),
        ] {
            assert!(Carrier::of(path, text).is_some(), "{path}");
        }
    }
}
