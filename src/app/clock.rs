//! Whether the server's clock can be believed. A clock that is wrong for a moment must not close a
//! round or destroy what is kept: neither can be undone.
//! The service notes the time while it runs; if that is more than a day ago, nothing is moved by
//! the calendar until a person has looked at a calendar.

use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;

use crate::app::{Action, Actor, App, AppError, Part, Permission, config, minute_of};
use crate::text::Refusal;

/// The setting that holds the last moment at which the service ran.
const CLOCK: &str = "clock";
/// How far ahead of that moment a clock may be and still be believed, in seconds.
const BELIEVED: i64 = 24 * 3600;
/// How often the moment is noted, in seconds.
const NOTED: i64 = 60;

/// What a running process knows of time.
pub(super) struct Clock {
    /// The latest moment that was seen, Unix seconds.
    latest: AtomicI64,
    /// How far it runs behind, for the demo's past round.
    back: AtomicI64,
    /// The last moment of a clock that can be believed, Unix seconds.
    trusted: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            latest: AtomicI64::new(i64::MIN),
            back: AtomicI64::new(0),
            trusted: AtomicI64::new(i64::MIN),
        }
    }
}

/// A clock that waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockDoubt {
    /// When the service ran last, Unix seconds.
    pub last: i64,
    /// What the clock says now.
    pub now: i64,
}

impl ClockDoubt {
    /// What is held back, and what to do.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        let (last, now) = (minute_of(self.last), minute_of(self.now));
        Refusal::new(
            format!(
                "服务器时间为 {now}，而服务上次运行是 {last}，相差超过一天。为防时钟有误，到期截\
                 止、到期销毁等都已暂停；请核对服务器时间，无误后在工作台首页或用 zicha clock \
                 confirm 确认"
            ),
            format!(
                "the server's clock says {now}, but the service ran last at {last}, more than a \
                 day before. In case the clock is wrong, nothing is closed or destroyed by the \
                 calendar: check it, then confirm it on the desk's first page or with `zicha clock \
                 confirm`"
            ),
        )
    }
}

impl App {
    /// The server's clock, which never goes back while the process runs. One that is far ahead of
    /// itself is told, but not held to.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let now = self.clock_reads();
        let trusted = self.clock.trusted.load(Ordering::Relaxed);
        if trusted != i64::MIN && now.unix_timestamp() - trusted > BELIEVED {
            return now;
        }
        let latest = self.clock.latest.fetch_max(now.unix_timestamp(), Ordering::Relaxed);
        if latest > now.unix_timestamp() {
            OffsetDateTime::from_unix_timestamp(latest).unwrap_or(now)
        } else {
            now
        }
    }

    fn clock_reads(&self) -> OffsetDateTime {
        config::system_now() - time::Duration::seconds(self.clock.back.load(Ordering::Relaxed))
    }

    /// Lets the clock run behind, for the demo's past round. It can only come forward again.
    pub(super) fn set_clock_back(&self, back: time::Duration) {
        self.clock.back.store(back.whole_seconds(), Ordering::Relaxed);
    }

    /// Whether the clock waits for a person.
    pub fn clock_doubt(&self) -> Result<Option<ClockDoubt>, AppError> {
        let now = self.clock_reads().unix_timestamp();
        let last = self.storage.setting(CLOCK)?.and_then(|at| at.parse::<i64>().ok());
        Ok(last
            .filter(|last| now.saturating_sub(*last) > BELIEVED)
            .map(|last| ClockDoubt { last, now }))
    }

    /// Refuses what depends on the calendar while the clock waits for a person.
    pub(super) fn believe_clock(&self) -> Result<(), AppError> {
        self.clock_doubt()?.map_or(Ok(()), |doubt| Err(doubt.refusal().into()))
    }

    /// Somebody has looked at a calendar: the clock is right.
    pub fn confirm_clock(&self, by: &Actor) -> Result<(), AppError> {
        let now = self.clock_reads().unix_timestamp();
        by.need(Permission::Clock)?;
        // First in memory: the link bears the time that is believed from now on.
        let before = self.clock.trusted.swap(now, Ordering::Relaxed);
        let done = self.deed(by, Action::ClockConfirmed, &minute_of(now), |tx| {
            Ok(tx.set_setting(CLOCK, &now.to_string())?)
        });
        if done.is_err() {
            self.clock.trusted.store(before, Ordering::Relaxed);
        }
        done
    }

    /// Notes that the service runs now; false if the clock is far ahead of when it ran last.
    pub(super) fn note_time(&self) -> Result<bool, AppError> {
        let now = self.clock_reads().unix_timestamp();
        if self.settings.part == Part::Intake {
            // Moves nothing, and may write no setting.
            let trusted = self.clock.trusted.load(Ordering::Relaxed);
            if trusted == i64::MIN || now - trusted <= BELIEVED {
                self.clock.trusted.store(now, Ordering::Relaxed);
            }
            return Ok(true);
        }
        if let Some(doubt) = self.clock_doubt()? {
            self.clock.trusted.store(doubt.last, Ordering::Relaxed);
            return Ok(false);
        }
        let last = self.storage.setting(CLOCK)?.and_then(|at| at.parse::<i64>().ok());
        if last.is_none_or(|last| now - last >= NOTED) {
            self.set_setting(CLOCK, &now.to_string())?;
        }
        self.clock.trusted.fetch_max(now, Ordering::Relaxed);
        Ok(true)
    }
}
