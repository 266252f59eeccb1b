//! What PostgreSQL says in the languages it speaks, where neither SQLSTATE nor routine tells two causes apart: a few
//! words of each sentence that no other sentence at that place has. `tests/bootfail/languages.rs` compares them with the
//! message catalogues of the machine.

use super::super::ServerError;

/// One of two or more sentences under one SQLSTATE and routine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sentence {
    /// 28000 of a role that exists: it is not permitted to log in.
    NotPermittedToLogIn,
    /// 28000 of a role that does not.
    RoleDoesNotExist,
    /// 57P03: the system is shutting down.
    ShuttingDown,
    /// 57P03, in the detail: hot standby is off.
    HotStandbyOff,
}

impl Sentence {
    /// Whether the server says so, in whatever language.
    pub(super) fn is_said(self, error: &ServerError) -> bool {
        let (text, words) = match self {
            Self::NotPermittedToLogIn => (&error.message, NOT_PERMITTED),
            Self::RoleDoesNotExist => (&error.message, DOES_NOT_EXIST),
            Self::ShuttingDown => (&error.message, SHUTTING_DOWN),
            Self::HotStandbyOff => (&error.detail, HOT_STANDBY),
        };
        text.says(words)
    }
}

/// English first, then de, es, fr, it, ja, ka, ko, ru, sv, uk, `zh_CN` and `zh_TW`. Without letters that a server in
/// another encoding would send otherwise, where the language has such words.
const NOT_PERMITTED: &[&str] = &[
    "not permitted to log in",
    "keine Berechtigung zum Einloggen",
    "no se le permite conectarse",
    "est pas autoris",
    "consentito effettuare il login",
    "ログインが許可されません",
    "შესვლის უფლება",
    "롤은 접속을 허용하지 않음",
    "вход запрещ",
    "inte logga in",
    "вхід не дозволений",
    "不允许角色",
    "不允許角色",
];

const DOES_NOT_EXIST: &[&str] = &[
    "does not exist",
    "existiert nicht",
    "no existe el rol",
    "existe pas",
    "non esiste",
    "は存在しません",
    "როლი არ არსებობს",
    "롤(role) 없음",
    "не существует",
    "finns inte",
    "не існує",
    "不存在",
];

const SHUTTING_DOWN: &[&str] = &[
    "shutting down",
    "hrt herunter",
    "apag\u{e1}ndose",
    "es s'arr",
    "si sta spegnendo",
    "シャットダウンして",
    "ითიშება",
    "중지 중",
    "останавливается",
    "nger ner",
    "завершує роботу",
    "系统正在关闭",
    // zh_CN of 15, and of some before.
    "系统停止中",
    "系統正在關閉",
];

const HOT_STANDBY: &[&str] = &[
    "Hot standby mode is disabled",
    "Hot-Standby-Modus",
    "modo hot standby",
    "mode Hot Standby",
    "standby a caldo",
    "ホットスタンバイモード",
    "ცხელი ლოდინის",
    "Hot standby \u{baa8}",
    "горячего резерва",
    "Hot standby-l",
    "Режим Hot standby",
    "热备模式",
    "熱備援模式",
];
