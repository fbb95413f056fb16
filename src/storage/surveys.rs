//! Surveys that the section wrote.
//! A change names the version it was made from, so that nobody overwrites what they have not seen.

use diesel::prelude::*;

use super::schema::own_surveys;
use super::{Storage, StorageError};

impl Storage {
    /// The bureau's own surveys with their versions.
    pub fn own_surveys(&self) -> Result<Vec<(String, i32)>, StorageError> {
        Ok(own_surveys::table.order(own_surveys::id).select((own_surveys::definition, own_surveys::version)).load(&mut *self.connection()?)?)
    }

    /// Keeps a survey that was of version `from` when its change began, 0 for a new one; false if it is another by now.
    pub fn save_own_survey(&self, id: &str, definition: &str, from: i32) -> Result<bool, StorageError> {
        let kept = if from == 0 {
            let row = (own_surveys::id.eq(id), own_surveys::definition.eq(definition), own_surveys::version.eq(1));
            diesel::insert_into(own_surveys::table).values(row).execute(&mut *self.connection()?)
        } else {
            let same = own_surveys::table.find(id).filter(own_surveys::version.eq(from));
            diesel::update(same).set((own_surveys::definition.eq(definition), own_surveys::version.eq(from + 1))).execute(&mut *self.connection()?)
        };
        match kept.map_err(StorageError::from) {
            Ok(rows) => Ok(rows == 1),
            Err(StorageError::Exists) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Drops a survey of that version; false if it is another by now.
    pub fn drop_own_survey(&self, id: &str, from: i32) -> Result<bool, StorageError> {
        let same = own_surveys::table.find(id).filter(own_surveys::version.eq(from));
        Ok(diesel::delete(same).execute(&mut *self.connection()?)? == 1)
    }
}
