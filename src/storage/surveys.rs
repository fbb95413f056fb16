//! Surveys: those that rounds are frozen with, by their hash, and those that the section wrote,
//! with every version.
//! A change names the version it was made from, so that nobody overwrites what they have not seen.

use diesel::prelude::*;

use super::schema::{own_surveys, survey_versions, surveys};
use super::{Storage, StorageError, Transaction};
use crate::survey::{Survey, SurveyHash};

/// One version of a survey.
#[derive(Debug, Clone, Queryable)]
pub struct SurveyVersion {
    /// Which version.
    pub version: i32,
    /// Its text.
    pub definition: String,
    /// Who wrote it.
    pub account: String,
    /// Unix seconds when it was kept.
    pub at: i64,
}

impl Storage {
    /// The definition with that hash.
    pub fn survey(&self, hash: &SurveyHash) -> Result<Survey, StorageError> {
        let text: String = surveys::table
            .find(hash.as_str())
            .select(surveys::definition)
            .first(&mut *self.connection()?)?;
        Survey::parse(text.as_bytes())
            .map_err(|e| StorageError::Corrupt(format!("survey {hash}: {e}")))
    }

    /// The bureau's own surveys with their versions.
    pub fn own_surveys(&self) -> Result<Vec<(String, i32)>, StorageError> {
        Ok(own_surveys::table
            .order(own_surveys::id)
            .select((own_surveys::definition, own_surveys::version))
            .load(&mut *self.connection()?)?)
    }

    /// The versions of a survey that are kept, the latest first.
    pub fn survey_versions(&self, id: &str) -> Result<Vec<SurveyVersion>, StorageError> {
        use survey_versions as v;
        let own = v::table.filter(v::id.eq(id)).order(v::version.desc());
        Ok(own
            .select((v::version, v::definition, v::account, v::at))
            .load(&mut *self.connection()?)?)
    }
}

impl Transaction<'_> {
    /// Keeps a survey definition under its hash.
    pub fn keep_survey(&mut self, survey: &Survey) -> Result<(), StorageError> {
        let row = (
            surveys::hash.eq(survey.hash().as_str()),
            surveys::id.eq(survey.id()),
            surveys::definition.eq(survey.to_json()),
        );
        match self.nested(|db| Ok(diesel::insert_into(surveys::table).values(row).execute(db)?)) {
            Ok(_) | Err(StorageError::Exists) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Keeps a survey that was of version `from` when its change began, 0 for a new one; false if
    /// it is another by now.
    pub fn save_own_survey(
        &mut self,
        id: &str,
        definition: &str,
        from: i32,
        account: &str,
        at: i64,
    ) -> Result<bool, StorageError> {
        let kept = self.nested(|db| {
            let rows = if from == 0 {
                let row = (
                    own_surveys::id.eq(id),
                    own_surveys::definition.eq(definition),
                    own_surveys::version.eq(1),
                );
                diesel::insert_into(own_surveys::table).values(row).execute(db)?
            } else {
                let same = own_surveys::table.find(id).filter(own_surveys::version.eq(from));
                diesel::update(same)
                    .set((
                        own_surveys::definition.eq(definition),
                        own_surveys::version.eq(from + 1),
                    ))
                    .execute(db)?
            };
            if rows == 1 {
                use survey_versions as v;
                let row = (
                    v::id.eq(id),
                    v::version.eq(from + 1),
                    v::definition.eq(definition),
                    v::account.eq(account),
                    v::at.eq(at),
                );
                diesel::insert_into(v::table).values(row).execute(db)?;
            }
            Ok(rows == 1)
        });
        match kept {
            Err(StorageError::Exists) => Ok(false),
            other => other,
        }
    }

    /// Drops a survey of that version, and all versions of it; false if it is another by now.
    pub fn drop_own_survey(&mut self, id: &str, from: i32) -> Result<bool, StorageError> {
        {
            let db = &mut *self.db;
            let dropped =
                diesel::delete(own_surveys::table.find(id).filter(own_surveys::version.eq(from)))
                    .execute(db)?
                    == 1;
            if dropped {
                diesel::delete(survey_versions::table.filter(survey_versions::id.eq(id)))
                    .execute(db)?;
            }
            Ok(dropped)
        }
    }
}
