//! Messages in one flight: all are written before the first answer is read, so they cost one round trip, and
//! each fails alone.

use super::Session;
use crate::probe::{Answer, Ended, Phase, Query, Refusal, Rows, ServerError, ServerText, SqlState, Trouble};
use std::{future::Future, future::poll_fn, pin::Pin, task::Poll};
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{Error, SimpleQueryMessage};

/// One answer for each query, in order.
pub(super) async fn send(session: &mut Session, queries: &[Query]) -> Result<Vec<Answer>, Trouble> {
    let Session { client, connection, ended, .. } = session;
    let mut requests: Vec<Request<'_>> =
        queries.iter().map(|query| Request::Waiting(Box::pin(client.simple_query(&query.sql)))).collect();
    poll_fn(|cx| {
        loop {
            // the first round hands every message to the connection, which then writes them in one go
            let mut waiting = false;
            for request in &mut requests {
                if let Request::Waiting(future) = request {
                    match future.as_mut().poll(cx) {
                        Poll::Ready(result) => *request = Request::Done(result),
                        Poll::Pending => waiting = true,
                    }
                }
            }
            if !waiting {
                return Poll::Ready(());
            }
            if *ended {
                // cannot happen: the client's requests end with the connection
                return Poll::Ready(());
            }
            // one poll may have answered requests that were polled before it
            match Pin::new(&mut *connection).poll(cx) {
                Poll::Ready(_) => *ended = true,
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
    requests.into_iter().map(Request::answer).collect()
}

enum Request<'a> {
    Waiting(Pin<Box<dyn Future<Output = Result<Vec<SimpleQueryMessage>, Error>> + Send + 'a>>),
    Done(Result<Vec<SimpleQueryMessage>, Error>),
}

impl Request<'_> {
    /// A refused statement is an answer; a FATAL error or a lost connection ends the session.
    fn answer(self) -> Result<Answer, Trouble> {
        match self {
            Self::Done(Ok(messages)) => Ok(Answer::Rows(rows(&messages))),
            Self::Done(Err(error)) => match error.as_db_error() {
                Some(db) if matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) => {
                    Err(Trouble::Server(Phase::Query, fatal(db)))
                }
                Some(db) => Ok(Answer::Refused(refusal(db))),
                None => Err(Trouble::Closed(Phase::Query, Ended::ByPeer)),
            },
            Self::Waiting(_) => Err(Trouble::Closed(Phase::Query, Ended::ByPeer)),
        }
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
