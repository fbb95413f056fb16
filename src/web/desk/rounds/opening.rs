//! Openings that run beside the requests, and how far they are.
//! A request must not wait for a million ballots; the round's page asks here instead.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::web::Data;

use crate::app::{Actor, App, AppError, Cause, Event, Progress, report};
use crate::id::RoundId;
use crate::text::{Lang, Refusal};

/// Openings that run in this process, with how far they are or why they stopped.
#[derive(Default)]
pub struct Openings(pub Mutex<HashMap<RoundId, Result<Progress, Refusal>>>);

/// Opens the box beside the requests; the round's page shows how far it is.
pub(in crate::web::desk) fn start(
    app: &Data<App>,
    openings: &Data<Openings>,
    id: &RoundId,
    by: Actor,
) {
    {
        let mut running = openings.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(running.get(id), Some(Ok(progress)) if *progress != Progress::Done) {
            return;
        }
        running.insert(id.clone(), Ok(Progress::Checking));
    }
    let (app, openings, id) = (app.clone(), openings.clone(), id.clone());
    std::thread::spawn(move || {
        let set = |value| {
            drop(
                openings.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), value),
            );
        };
        let opening = std::panic::AssertUnwindSafe(|| {
            app.open_box(&by, &id, &mut |progress| set(Ok(progress)))
        });
        let result = std::panic::catch_unwind(opening)
            .unwrap_or_else(|_| Err(AppError::File("the opening was interrupted".into())));
        if let Err(error) = result {
            set(Err(match error {
                AppError::Refused(refusal) | AppError::NotFound(refusal) => refusal,
                other => {
                    report(&Event::OpeningFailed(id.clone(), Cause::from(&other)));
                    Refusal::new(
                        "开箱中断，没有丢失任何东西，请排除故障后再次开箱",
                        "the opening was interrupted; nothing is lost, open the box again",
                    )
                }
            }));
        }
    });
}

/// How far an opening is, in words.
pub(in crate::web::desk) fn progress_text(progress: Progress, lang: Lang) -> String {
    match progress {
        Progress::Checking => {
            lang.pick("正在核对票箱与公示……", "Comparing the box with the bulletin …").into()
        }
        Progress::Opening { done, of, left } => {
            let left = duration(left, lang);
            lang.pick(
                format!("正在开箱：{done} / {of} 份，约剩 {left}"),
                format!("Opening: {done} of {of}, about {left} left"),
            )
        }
        Progress::Writing => lang.pick("正在生成结果……", "Writing the results …").into(),
        Progress::Destroying => {
            lang.pick("正在销毁票箱和钥匙……", "Destroying box and key …").into()
        }
        Progress::Done => lang.pick("已完成", "Done").into(),
    }
}

/// 约剩多久, as one says it.
fn duration(left: std::time::Duration, lang: Lang) -> String {
    match left.as_secs() {
        0 => lang.pick("不到 1 秒", "less than a second").into(),
        s @ 1..=99 => lang.pick(format!("{s} 秒"), format!("{s} s")),
        s => lang.pick(format!("{} 分钟", s.div_ceil(60)), format!("{} min", s.div_ceil(60))),
    }
}
