//! The few fields of an X.509 certificate that rustls keeps to itself (RFC 5280, X.690). Reads, never trusts:
//! what is not understood is absent.

mod name;

#[cfg(feature = "guard")]
pub(crate) use name::distinguished;

/// A certificate's fields, borrowed from its bytes.
#[derive(Debug, Default)]
pub(crate) struct Certificate<'a> {
    /// 1, 2 or 3.
    pub(crate) version: u8,
    /// The object identifier of its signature.
    pub(crate) signature_algorithm: &'a [u8],
    /// Who signed it, as it stands there.
    pub(crate) issuer: &'a [u8],
    /// Whose it is, as it stands there.
    pub(crate) subject: &'a [u8],
    /// Issuer and subject are the same name.
    pub(crate) self_issued: bool,
    /// Seconds since 1970.
    pub(crate) not_before: u64,
    /// Seconds since 1970.
    pub(crate) not_after: u64,
    /// `SubjectPublicKeyInfo`, whole.
    pub(crate) spki: &'a [u8],
    /// The first common name of the subject.
    pub(crate) common_name: Option<&'a str>,
    /// Alternative names that are host names.
    pub(crate) dns_names: Vec<&'a str>,
    /// Alternative names that are addresses: four or sixteen bytes, or what was meant for them.
    pub(crate) addresses: Vec<&'a [u8]>,
    /// Basic constraints say CA.
    pub(crate) is_ca: bool,
}

impl<'a> Certificate<'a> {
    /// None unless every mandatory field is where it belongs.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut certificate = Der(Der(bytes).expect(SEQUENCE)?);
        let mut tbs = Der(certificate.expect(SEQUENCE)?);
        let signature_algorithm = Der(certificate.expect(SEQUENCE)?).expect(OID)?;
        let mut out = Self { version: 1, signature_algorithm, ..Self::default() };
        if tbs.peek() == Some(0xa0) {
            let number = Der(tbs.expect(0xa0)?).expect(INTEGER)?;
            out.version = number.first()?.checked_add(1)?;
        }
        tbs.expect(INTEGER)?;
        tbs.expect(SEQUENCE)?;
        out.issuer = tbs.expect(SEQUENCE)?;
        let mut validity = Der(tbs.expect(SEQUENCE)?);
        (out.not_before, out.not_after) = (validity.time()?, validity.time()?);
        out.subject = tbs.expect(SEQUENCE)?;
        out.self_issued = out.issuer == out.subject;
        out.common_name = common_name(out.subject);
        let rest = tbs.0;
        tbs.expect(SEQUENCE)?;
        out.spki = &rest[..rest.len() - tbs.0.len()];
        while let Some((tag, value)) = tbs.next() {
            if tag == 0xa3 {
                out.extensions(value)?;
            }
        }
        Some(out)
    }

    fn extensions(&mut self, value: &'a [u8]) -> Option<()> {
        let mut list = Der(Der(value).expect(SEQUENCE)?);
        while let Some((_, extension)) = list.next() {
            let mut extension = Der(extension);
            let id = extension.expect(OID)?;
            if extension.peek() == Some(BOOLEAN) {
                extension.expect(BOOLEAN)?;
            }
            let mut content = Der(extension.expect(OCTET_STRING)?);
            match id {
                SUBJECT_ALT_NAME => {
                    let mut names = Der(content.expect(SEQUENCE)?);
                    while let Some((tag, name)) = names.next() {
                        match tag {
                            0x82 => self.dns_names.extend(plain(name)),
                            0x87 => self.addresses.push(name),
                            _ => {}
                        }
                    }
                }
                BASIC_CONSTRAINTS => {
                    let mut constraints = Der(content.expect(SEQUENCE)?);
                    self.is_ca = constraints.peek() == Some(BOOLEAN) && constraints.expect(BOOLEAN)? != [0];
                }
                _ => {}
            }
        }
        Some(())
    }

    /// What ring cannot do with this certificate's key.
    pub(crate) fn limit(&self) -> Option<&'static str> {
        let mut spki = Der(Der(self.spki).expect(SEQUENCE)?);
        let mut algorithm = Der(spki.expect(SEQUENCE)?);
        match algorithm.expect(OID)? {
            RSA => {
                // the bit string begins with the count of unused bits
                let key = spki.expect(BIT_STRING)?.get(1..)?;
                let modulus = Der(Der(key).expect(SEQUENCE)?).expect(INTEGER)?;
                let bytes = modulus.iter().skip_while(|b| **b == 0).count();
                (bytes < 256).then_some("its RSA key has less than 2048 bits")
            }
            EC => match algorithm.expect(OID)? {
                P256 | P384 => None,
                P521 => Some("its key is on the curve P-521"),
                _ => Some("its key is on a curve other than P-256 and P-384"),
            },
            ED25519 => None,
            _ => Some("its key is neither RSA, ECDSA nor Ed25519"),
        }
    }
}

/// `EncryptedPrivateKeyInfo` (RFC 5958): its algorithm, whole, and what is encrypted.
#[cfg(feature = "guard")]
pub(crate) fn encrypted_key(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut info = Der(Der(bytes).expect(SEQUENCE)?);
    let rest = info.0;
    info.expect(SEQUENCE)?;
    Some((&rest[..rest.len() - info.0.len()], info.expect(OCTET_STRING)?))
}

/// The first common name of the subject, as libpq takes it.
fn common_name(subject: &[u8]) -> Option<&str> {
    let mut sets = Der(subject);
    while let Some((_, set)) = sets.next() {
        let mut set = Der(set);
        while let Some((_, attribute)) = set.next() {
            let mut attribute = Der(attribute);
            if attribute.expect(OID)? == COMMON_NAME {
                return plain(attribute.next()?.1);
            }
        }
    }
    None
}

/// Text without NUL: `good.example\0.evil.example` is no name.
fn plain(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty() && !text.contains('\0'))
}

/// A reader of tag, length, value.
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, mut rest) = rest.split_first()?;
        let length = match first {
            0..=0x7f => usize::from(*first),
            0x81..=0x84 => {
                let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
                rest = after;
                bytes.iter().try_fold(0_usize, |n, b| n.checked_mul(256)?.checked_add(usize::from(*b)))?
            }
            _ => return None,
        };
        let (value, after) = rest.split_at_checked(length)?;
        self.0 = after;
        Some((*tag, value))
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, value)| value)
    }

    /// `UTCTime` (two digits of the year, 1950 to 2049) or `GeneralizedTime`, in UTC with seconds.
    fn time(&mut self) -> Option<u64> {
        let (tag, value) = self.next()?;
        let text = std::str::from_utf8(value).ok()?.strip_suffix('Z')?;
        let (year, rest) = match tag {
            0x17 => {
                let (year, rest) = text.split_at_checked(2)?;
                let year: u64 = year.parse().ok()?;
                (if year < 50 { 2000 + year } else { 1900 + year }, rest)
            }
            0x18 => {
                let (year, rest) = text.split_at_checked(4)?;
                (year.parse().ok()?, rest)
            }
            _ => return None,
        };
        let field = |i: usize| rest.get(2 * i..2 * i + 2)?.parse::<u64>().ok();
        let (month, day) = (field(0)?, field(1)?);
        let seconds = field(2)? * 3600 + field(3)? * 60 + field(4)?;
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // before 1970 everything is long ago
        Some(days_since_1970(year, month, day).map_or(0, |days| days * 86_400 + seconds))
    }
}

/// RFC 3339, in UTC: `2027-01-01T00:00:00Z`.
pub(crate) fn rfc3339(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Howard Hinnant's `days_from_civil`; [`rfc3339`] has its inverse.
pub(crate) fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year).checked_sub(719_468)
}

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 4, 0, 34];
const P521: &[u8] = &[0x2b, 0x81, 4, 0, 35];
pub(crate) const RSA_MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4];
pub(crate) const RSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
pub(crate) const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
pub(crate) const RSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
pub(crate) const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
pub(crate) const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
pub(crate) const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
pub(crate) const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
pub(crate) const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];

#[cfg(test)]
mod tests {
    use super::{Der, days_since_1970, rfc3339};

    #[test]
    fn times() {
        assert_eq!(days_since_1970(1970, 1, 1), Some(0));
        assert_eq!(days_since_1970(2000, 3, 1), Some(11_017));
        assert_eq!(days_since_1970(1969, 12, 31), None);
        let utc = |text: &str, tag| {
            let mut der = vec![tag, u8::try_from(text.len()).unwrap()];
            der.extend(text.bytes());
            Der(&der).time()
        };
        assert_eq!(utc("700101000001Z", 0x17), Some(1));
        assert_eq!(utc("491231235959Z", 0x17), utc("20491231235959Z", 0x18));
        assert_eq!(utc("19500101000000Z", 0x18), Some(0));
        assert_eq!(utc("20200101Z", 0x18), None);
        assert_eq!(utc("é", 0x17), None);
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        let end = utc("99991231235959Z", 0x18).unwrap();
        assert_eq!(rfc3339(end), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn no_bytes_panic() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 2, 0x30, 0]] {
            assert!(super::Certificate::parse(bytes).is_none());
        }
    }
}
