//! A distinguished name as people read it. A stranger's text: whoever shows it cleans it first.

use super::{Der, OID};
use std::fmt::Write as _;

/// `O=Example, CN=db.example`, in the order of the certificate; `,`, `+` and `\` in a value stand behind a `\`.
/// What is no text of a known kind is a `?`.
pub(crate) fn distinguished(name: &[u8]) -> String {
    let mut out = String::new();
    let mut sets = Der(name);
    while let Some((_, set)) = sets.next() {
        let mut set = Der(set);
        let mut between = if out.is_empty() { "" } else { ", " };
        while let Some((_, attribute)) = set.next() {
            let mut attribute = Der(attribute);
            let (Some(kind), Some((tag, value))) = (attribute.expect(OID), attribute.next()) else {
                continue;
            };
            let _ = write!(out, "{between}{}=", keyword(kind));
            for c in text(tag, value).chars() {
                if matches!(c, ',' | '+' | '\\') {
                    out.push('\\');
                }
                out.push(c);
            }
            between = " + ";
        }
    }
    out
}

/// RFC 4519 and what OpenSSL calls them; others by number.
fn keyword(oid: &[u8]) -> String {
    let known = match oid {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 4] => "SN",
        [0x55, 4, 5] => "serialNumber",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1] => "emailAddress",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25] => "DC",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1] => "UID",
        _ => return numbers(oid),
    };
    known.to_owned()
}

/// X.690, 8.19: base 128, the first two numbers in one.
fn numbers(oid: &[u8]) -> String {
    let mut out = String::new();
    let mut number = 0_u64;
    for byte in oid {
        number = number.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        let _ = if out.is_empty() {
            let first = (number / 40).min(2);
            write!(out, "{first}.{}", number - first * 40)
        } else {
            write!(out, ".{number}")
        };
        number = 0;
    }
    out
}

fn text(tag: u8, value: &[u8]) -> String {
    match tag {
        // UTF8String, NumericString, PrintableString, T61String, IA5String, VisibleString
        0x0c | 0x12 | 0x13 | 0x14 | 0x16 | 0x1a => String::from_utf8_lossy(value).into_owned(),
        // BMPString
        0x1e => {
            let units = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
        }
        _ => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{distinguished, numbers};

    fn set(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        let wrap = |tag, body: Vec<u8>| [vec![tag, u8::try_from(body.len()).unwrap()], body].concat();
        wrap(0x31, wrap(0x30, [wrap(6, oid.to_vec()), wrap(tag, value.to_vec())].concat()))
    }

    #[test]
    fn in_the_order_of_the_certificate() {
        let name = [set(&[0x55, 4, 10], 0x13, b"A, B"), set(&[0x55, 4, 3], 0x1e, b"\0d\0b")].concat();
        assert_eq!(distinguished(&name), "O=A\\, B, CN=db");
        assert_eq!(distinguished(&set(&[0x2a, 0x86, 0x48], 0x04, b"x")), "1.2.840=?");
        assert_eq!(numbers(&[0x88, 0x37]), "2.999");
        for cut in 0..name.len() {
            distinguished(&name[..cut]);
        }
    }
}
