//! A record's way into the journal and back out of the fold.
//! It does not know what the record says.

use api::Code;
use arbiter::{Record, Seq};
use journal::{AppendError, RequestId};

use crate::region::Inner;
use crate::rest::{Answer, Fail};

/// Puts a record into the journal and waits until the own fold has passed it.
pub(crate) async fn record(region: &Inner, id: RequestId, record: &Record) -> Answer<Seq> {
    let seq = region.log.append(id, record).await.map_err(|error| {
        region.metrics.append_failures.inc();
        refused(&error)
    })?;
    if region.folded_to(seq).await {
        return Ok(seq);
    }
    let words = format!("it is on record as {seq}, but its verdict is not known yet: ask for it");
    Err(Fail::new(Code::VerdictPending, 504, words).seq(seq))
}

fn refused(error: &AppendError) -> Fail {
    match error {
        AppendError::Refused(refusal) => {
            let full = matches!(refusal, journal::Refusal::DiskFull { .. });
            let status = if full { 507 } else { 503 };
            let words = format!("nothing was recorded or done: {refusal}");
            Fail::new(Code::JournalUnwritable, status, words).retry_after(5)
        }
        AppendError::Unknown { reason } => {
            let words = format!(
                "it may or may not be on record: {reason}; ask again with the same idempotency key"
            );
            Fail::new(Code::JournalUnknown, 503, words).retry_after(1)
        }
    }
}
