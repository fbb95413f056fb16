//! Destroying box, custody file and wrapped key, in this order, each step repeatable.
//! Whatever crashes in between is finished by the next node that comes by and holds the custody
//! file.

use super::staging;
use crate::app::{Action, Actor, App, AppError, fault};
use crate::id::RoundId;

impl App {
    /// Whether this node holds what is left of the round's custody.
    pub(in crate::app) fn may_destroy(&self, id: &RoundId) -> bool {
        self.custody_path(id).with_extension("gone").exists() || !self.custody_files(id).is_empty()
    }

    /// Finishes an interrupted destruction, unless whoever opens the box is still at it.
    pub(in crate::app) fn finish_destruction(&self, id: &RoundId) -> Result<(), AppError> {
        let _turn = if self.holds_custody(id) { Some(self.opener_turn(id)?) } else { None };
        if self.round(id)?.destroyed { Ok(()) } else { self.destroy(id) }
    }

    /// Destroys box, custody file and wrapped key, in this order, each step repeatable.
    pub(in crate::app) fn destroy(&self, id: &RoundId) -> Result<(), AppError> {
        // A void round has no Release; its box and keys go all the same.
        if self.round(id)?.state.has_results() {
            self.keep_release_file(id)?;
        }
        fault::at("release_kept");
        self.stop_writer(id);
        self.storage.destroy_box(id)?;
        staging::remove_leftovers(&self.settings.data, id)?;
        fault::at("box_gone");
        let gone = self.custody_path(id).with_extension("gone");
        if !gone.exists() {
            crate::app::write_private(&gone, "")?;
        }
        fault::at("marked_gone");
        for path in self.custody_files(id) {
            wipe(&path)
                .map_err(|e| AppError::File(format!("cannot destroy {}: {e}", path.display())))?;
        }
        fault::at("custody_gone");
        self.storage.mark_destroyed(id)?;
        self.tell(&Actor::Service, Action::BoxDestroyed, id.as_str())?;
        fault::at("noted");
        self.remove_marker(id)?;
        self.changed(id);
        fault::at("done");
        Ok(())
    }

    /// Removes the note that this node was destroying a custody file, once all is done.
    pub(in crate::app) fn remove_marker(&self, id: &RoundId) -> Result<(), AppError> {
        let gone = self.custody_path(id).with_extension("gone");
        match std::fs::remove_file(&gone) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(AppError::File(format!("cannot delete {}: {e}", gone.display())))
            }
            _ => Ok(()),
        }
    }

    /// Keeps the Release in a file, so that an older database can take it back.
    fn keep_release_file(&self, id: &RoundId) -> Result<(), AppError> {
        let path = self.release_file(id);
        let kept = crate::app::backup::KeptRelease {
            closing: self.round(id)?.closing,
            release: self.storage.release(id)?,
        };
        let json = serde_json::to_string(&kept).expect("a release is JSON");
        if std::fs::read_to_string(&path).is_ok_and(|kept| kept == json) {
            return Ok(());
        }
        // A crash may have left half a file: it is replaced as a whole.
        let pending = path.with_extension("tmp");
        match std::fs::remove_file(&pending) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(AppError::File(format!("cannot replace {}: {e}", pending.display())));
            }
            _ => {}
        }
        crate::app::write_private(&pending, &json)?;
        std::fs::rename(&pending, &path)
            .map_err(|e| AppError::File(format!("cannot write {}: {e}", path.display())))
    }
}

/// Overwrites and deletes a file.
fn wipe(path: &std::path::Path) -> std::io::Result<()> {
    use std::io::Write;
    let length = std::fs::metadata(path)?.len();
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![b'0'; usize::try_from(length).unwrap_or(0)])?;
    file.sync_all()?;
    std::fs::remove_file(path)
}
