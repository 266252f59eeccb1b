//! Messages in one flight: all are written before the first answer is read, so they cost one round trip, and
//! each fails alone.

use super::{Session, seen::Seen};
use crate::probe::{Answer, Ended, Phase, Query, Refusal, Rows, ServerError, ServerText, SqlState, Trouble};
use std::{future::Future, future::poll_fn, pin::Pin, task::Poll};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{Error, SimpleQueryMessage};

/// One answer for each query, in order. Ends at the first sign that no more will come.
pub(super) async fn send(session: &mut Session, queries: &[Query]) -> Result<Vec<Answer>, Trouble> {
    let Session { client, connection, ended, seen, .. } = session;
    seen.enter(Phase::Query);
    seen.follow();
    let mut requests: Vec<Request<'_>> =
        queries.iter().map(|query| Request::Waiting(Box::pin(client.simple_query(&query.sql)))).collect();
    let mut end = Trouble::Closed(Phase::Query, Ended::ByPeer);
    poll_fn(|cx| {
        loop {
            // the first round hands every message to the connection, which then writes them in one go
            let mut waiting = false;
            for request in &mut requests {
                if let Request::Waiting(future) = request {
                    match future.as_mut().poll(cx) {
                        Poll::Ready(result) => *request = Request::Done(answer(result, seen)?),
                        Poll::Pending => waiting = true,
                    }
                }
            }
            if !waiting {
                return Poll::Ready(Ok(()));
            }
            if *ended {
                return Poll::Ready(Err(end.clone()));
            }
            // one poll may have answered requests that were polled before it
            match connection.poll_message(cx) {
                // a notice: what it says is not shown, and not logged either
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(error))) => {
                    *ended = true;
                    end = trouble(&error, seen);
                }
                Poll::Ready(None) => *ended = true,
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await?;
    let done = |request| if let Request::Done(answer) = request { Some(answer) } else { None };
    Ok(requests.into_iter().filter_map(done).collect())
}

enum Request<'a> {
    Waiting(Pin<Box<dyn Future<Output = Result<Vec<SimpleQueryMessage>, Error>> + Send + 'a>>),
    Done(Answer),
}

/// A refused statement is an answer; a FATAL error or a lost connection ends the session.
fn answer(result: Result<Vec<SimpleQueryMessage>, Error>, seen: &Seen) -> Result<Answer, Trouble> {
    match result {
        Ok(messages) if matches!(messages.last(), Some(SimpleQueryMessage::CommandComplete(_))) => {
            Ok(Answer::Rows(rows(&messages)))
        }
        // the end of another question's answer: what follows would be taken for other answers than it is
        Ok(_) => Err(Trouble::NotPostgres(Phase::Query, None)),
        Err(error) => match error.as_db_error() {
            Some(db) if !is_fatal(db) => Ok(Answer::Refused(refusal(db))),
            _ => Err(trouble(&error, seen)),
        },
    }
}

/// Why a session ended.
fn trouble(error: &Error, seen: &Seen) -> Trouble {
    match error.as_db_error() {
        Some(db) => Trouble::Server(Phase::Query, fatal(db)),
        None => seen.trouble_of(error),
    }
}

/// PgBouncer has no field `V`, and its severity is not translated.
fn is_fatal(db: &DbError) -> bool {
    match db.parsed_severity() {
        Some(severity) => matches!(severity, Severity::Fatal | Severity::Panic),
        None => matches!(db.severity(), "FATAL" | "PANIC"),
    }
}

fn rows(messages: &[SimpleQueryMessage]) -> Rows {
    let mut out = Rows::default();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                out =
                    Rows { columns: columns.iter().map(|c| c.name().to_owned()).collect(), rows: Vec::new() };
            }
            SimpleQueryMessage::Row(row) => {
                // a database in SQL_ASCII may send what is not UTF-8
                let value = |i| row.try_get(i).unwrap_or(Some("\u{fffd}")).map(str::to_owned);
                out.rows.push((0..row.len()).map(value).collect());
            }
            _ => {}
        }
    }
    out
}

fn refusal(db: &DbError) -> Refusal {
    Refusal::new(Some(db.code().code()), db.routine(), db.constraint())
}

fn fatal(db: &DbError) -> ServerError {
    ServerError {
        sqlstate: SqlState::parse(db.code().code()),
        routine: db.routine().and_then(crate::probe::identifier),
        message: ServerText::new(db.message().as_bytes()),
        detail: ServerText::new(db.detail().unwrap_or_default().as_bytes()),
        ..ServerError::default()
    }
}
