//! The connections that read, so that a slow reader never holds up the writer.
//! They see what is on disk; what is fit to be seen is decided by the caller.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::place::Place;
use crate::ReadError;
use crate::store::{self, StoreError};

/// A bounded pool of read connections, each used on the runtime's blocking threads.
#[derive(Debug)]
pub(super) struct Readers {
    folder: PathBuf,
    database: Place,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(folder: PathBuf, database: Place, max: usize) -> Self {
        Self { folder, database, permits: Arc::new(Semaphore::new(max)), idle: Arc::default() }
    }

    /// Runs the question on a connection of its own; waits for one if all are in use.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_closed| ReadError::Closed)?;
        let (idle, folder) = (Arc::clone(&self.idle), self.folder.clone());
        let database = self.database.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let spare = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = match spare {
                Some(connection) => connection,
                None => {
                    database.check().map_err(StoreError::Failed)?;
                    store::reader(&folder)?
                }
            };
            let answer = question(&connection);
            // One that met an error may have it in its cache; the next gets a new one.
            if answer.is_ok() && !permit.semaphore().is_closed() {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            answer
        });
        asked.await.map_err(|_panicked| ReadError::Closed)?.map_err(|error| self.read_error(error))
    }

    /// Lets go of all connections; later questions are refused.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn read_error(&self, error: StoreError) -> ReadError {
        let unreadable = |reason| ReadError::Unreadable { folder: self.folder.clone(), reason };
        error.into_damage(&self.folder).map_or_else(unreadable, ReadError::Damaged)
    }
}
