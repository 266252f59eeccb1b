//! Files that are encrypted as a whole: nobody reads them as they lie there.

/// How such files begin, whatever they are called: ansible-vault, `GnuPG` and age in ASCII, age, openssl, git-crypt.
const BEGINNINGS: &[&[u8]] = &[
    b"$ANSIBLE_VAULT;",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"age-encryption.org/v",
    b"U2FsdGVkX1",
    b"Salted__",
    b"\0GITCRYPT\0",
];

/// What such files are called: a word behind a dot, beside those of environments.
const ENDINGS: &[&str] = &["enc", "encrypted", "age", "gpg", "pgp", "asc", "secret", "b64", "base64"];

/// Whether a text begins as an encrypted one.
pub(super) fn begins_as_one(bytes: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

/// Whether an env file is called an encrypted one. By that alone it is none: nothing is worse than a plain text that is taken
/// for a ciphertext.
pub(super) fn is_called_one(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split('.').skip(1).any(|word| ENDINGS.iter().any(|end| word.eq_ignore_ascii_case(end)))
}

/// Whether a line is `NAME=value`, or there is nothing at all. Base64 may end in `=` and `==`.
pub(super) fn assigns(bytes: &[u8]) -> bool {
    let assignment = |line: &[u8]| {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let behind = line[name..].trim_ascii_start().strip_prefix(b"=");
        name > 0 && behind.is_some_and(|value| !value.is_empty() && value != b"=")
    };
    bytes.is_empty() || bytes.split(|b| *b == b'\n').any(assignment)
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
            ("k8s/db.secret.yaml", b"kind: Secret\n"),
        ] {
            assert!(Carrier::of(path, text).is_some(), "{path}");
        }
    }
}
