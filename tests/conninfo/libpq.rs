//! The real libpq, for comparison: the system's, or the one that `PGWARD_TEST_LIBPQ` names. Nothing is dialled.

use pgward::conninfo::Libpq;
use std::ffi::{CStr, CString, c_char, c_int, c_void};

/// `PQconninfoOption` of libpq-fe.h.
#[repr(C)]
struct ConninfoOption {
    keyword: *const c_char,
    envvar: *const c_char,
    compiled: *const c_char,
    val: *const c_char,
    label: *const c_char,
    dispchar: *const c_char,
    dispsize: c_int,
}

type Parse = unsafe extern "C" fn(*const c_char, *mut *mut c_char) -> *mut ConninfoOption;
type Free = unsafe extern "C" fn(*mut ConninfoOption);
type FreeText = unsafe extern "C" fn(*mut c_char);
type Start = unsafe extern "C" fn(*const c_char) -> *mut c_void;
type OfConnection<T> = unsafe extern "C" fn(*mut c_void) -> T;

/// What a connection was made of that libpq refused to dial.
pub(crate) struct Started {
    pub(crate) values: Vec<(String, Vec<u8>)>,
    /// Of the first host.
    pub(crate) password: Vec<u8>,
    pub(crate) message: String,
}

pub(crate) struct Library {
    parse: Parse,
    free: Free,
    free_text: FreeText,
    start: Start,
    finish: OfConnection<()>,
    conninfo: OfConnection<*mut ConninfoOption>,
    password: OfConnection<*const c_char>,
    message: OfConnection<*const c_char>,
    pub(crate) version: Libpq,
    /// Dropped last: the functions live in it.
    _loaded: libloading::Library,
}

impl Library {
    #[expect(clippy::disallowed_methods, reason = "a developer may name another libpq")]
    pub(crate) fn load() -> Self {
        // SAFETY: libpq has no initialiser with an effect on us, and the signatures are those of libpq-fe.h.
        unsafe {
            let name = std::env::var("PGWARD_TEST_LIBPQ").unwrap_or_else(|_| "libpq.so.5".into());
            let library = libloading::Library::new(name).unwrap_or_else(|error| {
                panic!("libpq is needed to compare with; install it with: apt-get install libpq5 ({error})")
            });
            let number: libloading::Symbol<unsafe extern "C" fn() -> c_int> =
                library.get(b"PQlibVersion").expect("PQlibVersion");
            let version = match number() / 10_000 {
                15 => Libpq::V15,
                16 => Libpq::V16,
                17 => Libpq::V17,
                18 => Libpq::V18,
                other => panic!("libpq 15 to 18 is needed to compare with, this is {other}"),
            };
            Self {
                parse: *library.get::<Parse>(b"PQconninfoParse").expect("PQconninfoParse"),
                free: *library.get::<Free>(b"PQconninfoFree").expect("PQconninfoFree"),
                free_text: *library.get::<FreeText>(b"PQfreemem").expect("PQfreemem"),
                start: *library.get::<Start>(b"PQconnectStart").expect("PQconnectStart"),
                finish: *library.get::<OfConnection<()>>(b"PQfinish").expect("PQfinish"),
                conninfo: *library.get::<OfConnection<_>>(b"PQconninfo").expect("PQconninfo"),
                password: *library.get::<OfConnection<_>>(b"PQpass").expect("PQpass"),
                message: *library.get::<OfConnection<_>>(b"PQerrorMessage").expect("PQerrorMessage"),
                version,
                _loaded: library,
            }
        }
    }

    /// `PQconninfoParse`: keywords with values in its order, or its refusal.
    pub(crate) fn parse(&self, text: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
        let text = CString::new(text).expect("no NUL");
        let mut message = std::ptr::null_mut();
        // SAFETY: the array ends with a null keyword; both results are freed once, by their own function.
        unsafe {
            let options = (self.parse)(text.as_ptr(), &raw mut message);
            if options.is_null() {
                let why = if message.is_null() {
                    "out of memory".to_owned()
                } else {
                    CStr::from_ptr(message).to_string_lossy().into_owned()
                };
                (self.free_text)(message);
                return Err(why);
            }
            Ok(self.take(options))
        }
    }

    /// `PQconnectStart` with a string that libpq refuses before it dials, and what it had read by then.
    pub(crate) fn start(&self, text: &str) -> Started {
        let text = CString::new(text).expect("no NUL");
        // SAFETY: the texts belong to the connection and are copied before it is finished.
        unsafe {
            let connection = (self.start)(text.as_ptr());
            let copy = |from: *const c_char| {
                if from.is_null() { Vec::new() } else { CStr::from_ptr(from).to_bytes().to_vec() }
            };
            let started = Started {
                values: self.take((self.conninfo)(connection)),
                password: copy((self.password)(connection)),
                message: String::from_utf8_lossy(&copy((self.message)(connection))).into_owned(),
            };
            (self.finish)(connection);
            started
        }
    }

    /// Copies and frees an array of options.
    ///
    /// # Safety
    /// It is libpq's, ends with a null keyword, and is freed here.
    unsafe fn take(&self, options: *mut ConninfoOption) -> Vec<(String, Vec<u8>)> {
        let mut out = Vec::new();
        // SAFETY: as above.
        unsafe {
            let mut row = options;
            while !(*row).keyword.is_null() {
                if !(*row).val.is_null() {
                    let keyword = CStr::from_ptr((*row).keyword).to_string_lossy().into_owned();
                    out.push((keyword, CStr::from_ptr((*row).val).to_bytes().to_vec()));
                }
                row = row.add(1);
            }
            (self.free)(options);
        }
        out
    }
}
