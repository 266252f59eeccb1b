//! How far a server comes before it misbehaves, and how it does.

use super::PASSWORD;
use super::support::{
    fake::{Line, message},
    scram,
};
use pgward::unstable::probe::{FailureClass, Phase, SslMode};
use std::time::Duration;

/// The message that the server owes next; the order is that of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub(super) enum Stage {
    /// The byte that answers `SSLRequest`.
    TlsAnswer,
    /// `ServerHello`.
    TlsHandshake,
    /// The authentication request.
    Startup,
    /// SCRAM's salt.
    ScramSalt,
    /// SCRAM's proof.
    ScramProof,
    /// `AuthenticationOk` after SCRAM.
    ScramOk,
    /// `AuthenticationOk` after MD5.
    Md5Ok,
    /// The first `ParameterStatus`.
    Parameters,
    /// BackendKeyData.
    Key,
    /// `ReadyForQuery`.
    Ready,
    /// The first answer.
    Answers,
    /// A row of the second answer.
    Rows,
    /// The answer to an installation.
    Install,
    /// The answers to questions that are asked again.
    Again,
}

pub(super) const STAGES: [Stage; 14] = {
    use Stage::*;
    [
        TlsAnswer,
        TlsHandshake,
        Startup,
        ScramSalt,
        ScramProof,
        ScramOk,
        Md5Ok,
        Parameters,
        Key,
        Ready,
        Answers,
        Rows,
        Install,
        Again,
    ]
};

impl Stage {
    pub(super) fn sslmode(self) -> SslMode {
        if self <= Self::TlsHandshake { SslMode::Require } else { SslMode::Disable }
    }

    /// What a failure here must say.
    pub(super) fn phase(self) -> Phase {
        match self {
            Self::TlsAnswer | Self::TlsHandshake => Phase::Tls,
            Self::Startup => Phase::Startup,
            Self::ScramSalt | Self::ScramProof | Self::ScramOk | Self::Md5Ok => Phase::Authentication,
            Self::Parameters | Self::Key | Self::Ready => Phase::Database,
            Self::Answers | Self::Rows | Self::Install | Self::Again => Phase::Query,
        }
    }

    /// Behaves until the next message is the one that is owed.
    pub(super) fn reach(self, line: &mut Line) {
        line.hear();
        match self {
            Self::TlsAnswer | Self::Startup => return,
            Self::TlsHandshake => {
                line.say(b"S");
                line.hear();
                return;
            }
            Self::Md5Ok => {
                line.ask(5, b"salt");
                line.hear();
                return;
            }
            _ => {}
        }
        let login = scram::begin(line);
        if self == Self::ScramSalt {
            return;
        }
        line.ask(11, login.challenge());
        let proof = login.proof(line, PASSWORD);
        if self == Self::ScramProof {
            return;
        }
        line.ask(12, &proof);
        if self == Self::ScramOk {
            return;
        }
        line.ask(0, b"");
        if self == Self::Parameters {
            return;
        }
        line.message(b'S', b"server_version\x0015.0\0");
        if self == Self::Key {
            return;
        }
        line.message(b'K', &[0, 0, 0, 7, 0, 0, 0, 9]);
        if self == Self::Ready {
            return;
        }
        line.message(b'Z', b"I");
        line.hear();
        if self == Self::Answers {
            return;
        }
        answer(line);
        if self == Self::Rows {
            line.say(&description());
            return;
        }
        answer(line);
        // the process once more
        answer(line);
        line.hear();
        if self == Self::Install {
            return;
        }
        for tag in ["SET", "SELECT 1", "SET", "CREATE EXTENSION"] {
            line.message(b'C', format!("{tag}\0").as_bytes());
        }
        line.message(b'Z', b"I");
        line.hear();
    }

    /// The message that is owed, rightly made.
    fn owed(self) -> Vec<u8> {
        match self {
            Self::TlsAnswer => b"S".to_vec(),
            // a record of the handshake: its length, and what it should hold
            Self::TlsHandshake => [&[0x16, 3, 3, 1, 0][..], &[2, 0, 0, 0xfc], &[0; 252]].concat(),
            Self::Startup => message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0"),
            Self::ScramSalt => message(b'R', b"\0\0\0\x0br=nonce,s=c2FsdA==,i=64"),
            Self::ScramProof => message(b'R', b"\0\0\0\x0cv=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            Self::ScramOk | Self::Md5Ok => message(b'R', &[0; 4]),
            Self::Parameters => message(b'S', b"server_version\x0015.0\0"),
            Self::Key => message(b'K', &[0, 0, 0, 7, 0, 0, 0, 9]),
            Self::Ready => message(b'Z', b"I"),
            Self::Answers | Self::Again => description(),
            Self::Rows => row(3),
            Self::Install => message(b'C', b"SET\0"),
        }
    }

    /// A message of the same kind that is so long that it never ends in time, byte by byte.
    fn long(self) -> Vec<u8> {
        let tag = self.owed()[0];
        match self {
            Self::TlsAnswer => [b"S".to_vec(), Self::TlsHandshake.owed()].concat(),
            Self::TlsHandshake => self.owed(),
            _ => message(tag, &[&self.owed()[5..], &[b'x'; 1000]].concat()),
        }
    }
}

/// What a question is answered with: three columns.
pub(super) fn description() -> Vec<u8> {
    let column =
        |name: &str| [name.as_bytes(), &[0; 7], &[0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]].concat();
    let columns: Vec<u8> = ["pid", "in_recovery", "read_only"].iter().flat_map(|name| column(name)).collect();
    message(b'T', &[&[0, 3], &columns[..]].concat())
}

/// A row of so many columns.
pub(super) fn row(columns: u16) -> Vec<u8> {
    let value = [0, 0, 0, 1, b'7'];
    message(b'D', &[&columns.to_be_bytes()[..], &value.repeat(columns.into())].concat())
}

pub(super) fn answer(line: &mut Line) {
    line.say(&[description(), row(3), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat());
}

/// What a server does instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Silent,
    Closed,
    Reset,
    Garbage,
    /// Notices, as fast as they are taken.
    Notices,
    /// Notices, so slowly that no limit is reached.
    NoticesSlowly,
    ParameterStatuses,
    Rows,
    HugeLength,
    NegativeLength,
    ZeroLength,
    ByteByByte,
    TruncatedClosed,
    TruncatedSilent,
    WrongTag,
    ErrorWithoutFields,
    Fatal,
    CopyIn,
    CopyOut,
    Notification,
    ReadyTwice,
    MoreColumns,
    NotUtf8,
    RowBeforeDescription,
}

pub(super) const FAULTS: [Fault; 24] = {
    use Fault::*;
    [
        Silent,
        Closed,
        Reset,
        Garbage,
        Notices,
        NoticesSlowly,
        ParameterStatuses,
        Rows,
        HugeLength,
        NegativeLength,
        ZeroLength,
        ByteByByte,
        TruncatedClosed,
        TruncatedSilent,
        WrongTag,
        ErrorWithoutFields,
        Fatal,
        CopyIn,
        CopyOut,
        Notification,
        ReadyTwice,
        MoreColumns,
        NotUtf8,
        RowBeforeDescription,
    ]
};

impl Fault {
    /// Whether it means something at that stage.
    pub(super) fn applies(self, stage: Stage) -> bool {
        match self {
            Self::Silent | Self::Closed | Self::Reset | Self::Garbage | Self::ByteByByte => true,
            Self::TruncatedClosed | Self::TruncatedSilent => stage != Stage::TlsAnswer,
            Self::MoreColumns | Self::NotUtf8 => stage == Stage::Rows,
            Self::RowBeforeDescription => stage.phase() == Phase::Query && stage != Stage::Rows,
            _ => stage.phase() != Phase::Tls,
        }
    }

    /// A stream without end: the deadline ends it, or before that the limit of what is kept.
    pub(super) fn is_flood(self) -> bool {
        matches!(self, Self::Notices | Self::ParameterStatuses | Self::Rows)
    }

    /// In which phase it shows: a session may open without BackendKeyData, and then has one answer too many.
    pub(super) fn phase(self, stage: Stage) -> Phase {
        match self {
            Self::ReadyTwice if stage.phase() == Phase::Database => Phase::Query,
            _ => stage.phase(),
        }
    }

    /// What it must be called, whatever the phase is.
    pub(super) fn class(self, stage: Stage) -> FailureClass {
        use FailureClass::{ConnectionClosed, DeadlineExceeded, NotPostgres, ServerError, ServerStopping};
        match self {
            // what is not text in the database's encoding is text all the same: here nothing comes after it
            Self::Silent | Self::ByteByByte | Self::TruncatedSilent | Self::NotUtf8 => DeadlineExceeded,
            Self::Closed | Self::Reset | Self::TruncatedClosed => ConnectionClosed,
            Self::NoticesSlowly if stage.phase() >= Phase::Database => DeadlineExceeded,
            // one may come at any time in a session
            Self::Notification if stage.phase() == Phase::Query => DeadlineExceeded,
            Self::ErrorWithoutFields if stage.phase() <= Phase::Database => ServerError,
            Self::Fatal => ServerStopping,
            _ => NotPostgres,
        }
    }

    pub(super) fn commit(self, stage: Stage, line: &mut Line) {
        let (owed, notice) = (stage.owed(), message(b'N', b"SNOTICE\0VNOTICE\0C00000\0Mword\0\0"));
        let with_length = |length: u32| {
            let mut bytes = owed.clone();
            bytes[1..5].copy_from_slice(&length.to_be_bytes());
            bytes
        };
        match self {
            Self::Silent => {}
            Self::Closed => return,
            Self::Reset => {
                // a reset takes what was not read yet with it
                std::thread::sleep(Duration::from_millis(50));
                return line.reset();
            }
            Self::Garbage => {
                line.say(b"\0\xff\x7fnot a server's language\r\n");
            }
            Self::Notices => return line.repeat(&notice.repeat(200), Duration::ZERO),
            Self::NoticesSlowly => return line.repeat(&notice, Duration::from_millis(5)),
            Self::ParameterStatuses => {
                for n in 0_u32.. {
                    if !line.say(&message(b'S', format!("name{n}\0value\0").as_bytes())) {
                        return;
                    }
                }
            }
            Self::Rows => {
                if matches!(stage, Stage::Answers | Stage::Install | Stage::Again) {
                    line.say(&description());
                }
                return line.repeat(&row(3).repeat(200), Duration::ZERO);
            }
            Self::HugeLength => {
                line.say(&with_length(0x7fff_ffff));
            }
            Self::NegativeLength => {
                line.say(&with_length(0xffff_fff0));
            }
            Self::ZeroLength => {
                line.say(&with_length(0));
            }
            Self::ByteByByte => {
                for byte in stage.long() {
                    if !line.say(&[byte]) {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            Self::TruncatedClosed | Self::TruncatedSilent => {
                line.say(&owed[..owed.len() - 1]);
                if self == Self::TruncatedClosed {
                    return;
                }
            }
            Self::WrongTag => {
                line.message(b'W', &[0; 8]);
            }
            Self::ErrorWithoutFields => line.message(b'E', &[0; 4]),
            Self::Fatal => line.error("57P01", "terminating connection due to administrator command"),
            Self::CopyIn => line.message(b'G', &[0, 0, 0]),
            Self::CopyOut => line.message(b'H', &[0, 0, 0]),
            Self::Notification => line.message(b'A', b"\0\0\0\x07channel\0payload\0"),
            Self::ReadyTwice => {
                line.message(b'Z', b"I");
                line.message(b'Z', b"I");
            }
            Self::MoreColumns => {
                line.say(&row(4));
            }
            Self::NotUtf8 => line.message(b'D', b"\0\x03\0\0\0\x01\xff\0\0\0\x01\xfe\xff\xff\xff\xff"),
            Self::RowBeforeDescription => {
                line.say(&row(3));
            }
        }
        line.hang();
    }
}
