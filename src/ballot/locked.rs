//! Memory for a key: pages of its own that are never swapped, wiped before they are given back.
//! A key that reached the swap file would outlive its destruction there.

use std::ops::Deref;

/// A value on pages of its own, so that unlocking one secret never unlocks another.
#[repr(align(4096))]
struct Pages<T>(Option<T>);

/// A secret that is never swapped. Its type must wipe itself when dropped, as keys and `Zeroizing`
/// values do.
pub struct Locked<T> {
    // Dropped in this order: unlocked only after `Drop` has wiped the value, freed last.
    _guard: region::LockGuard,
    pages: Box<Pages<T>>,
}

/// Memory that cannot be locked.
#[derive(Debug, thiserror::Error)]
#[error(
    "memory for the key cannot be locked, so it could be swapped to disk; raise the limit on \
     locked memory (ulimit -l, LimitMEMLOCK)"
)]
pub struct LockError;

impl<T> Locked<T> {
    /// Takes a secret into locked memory.
    pub fn new(value: T) -> Result<Self, LockError> {
        let mut pages = Box::new(Pages(None));
        let guard =
            region::lock(&raw const *pages, size_of::<Pages<T>>()).map_err(|_| LockError)?;
        pages.0 = Some(value);
        Ok(Self { _guard: guard, pages })
    }
}

impl<T> Deref for Locked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.pages.0.as_ref().expect("emptied only when dropped")
    }
}

impl<T> Drop for Locked<T> {
    fn drop(&mut self) {
        self.pages.0 = None;
    }
}
