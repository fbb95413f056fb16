//! Where a response goes, in four pictures: sealed, in the box, opened together, only sums and
//! shuffled texts.
//! Drawn for those who read no paragraph, on the phone, on the page to hang up and on the slips'
//! cover; each caption is a line of the promise and changes where the promise does.

use maud::{Markup, html};

use crate::round::{Round, RoundState};
use crate::text::Lang;

/// Who holds the key of the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Trustees together.
    Trustees,
    /// The server: a trial.
    Server,
    /// The round is a draft.
    Undecided,
}

impl Key {
    /// The key of a round.
    #[must_use]
    pub fn of(round: &Round) -> Self {
        match round.state {
            RoundState::Draft => Self::Undecided,
            _ if round.trial => Self::Server,
            _ => Self::Trustees,
        }
    }
}

/// The pictures. The third one never says more than is so.
#[must_use]
pub fn journey(key: Key, lang: Lang) -> Markup {
    let opened = match key {
        Key::Trustees => lang.pick("截止后监督员共同开箱", "Opened once, by trustees together"),
        Key::Server => {
            lang.pick("截止后开箱（试用：钥匙在服务器）", "Opened once (trial: the server's key)")
        }
        Key::Undecided => lang.pick("截止后开箱，只开一次", "Opened after closing, once"),
    };
    let steps = [
        (sealed(), lang.pick("收到就加密，不记是谁", "Sealed on arrival, nobody noted")),
        (in_the_box(), lang.pick("投进票箱，混在一起", "Into the box, among the others")),
        (opened_together(), opened),
        (only_sums(), lang.pick("只留汇总数和打散的文字", "Only sums and shuffled texts stay")),
    ];
    html! {
        ol.journey aria-label=(lang.pick("一份答卷的去向", "Where a response goes")) {
            @for (n, (shapes, caption)) in steps.into_iter().enumerate() {
                li {
                    svg viewBox="0 0 64 64" aria-hidden="true" { (shapes) }
                    span { (n + 1) ". " (caption) }
                }
            }
        }
    }
}

/// An envelope from its upper left corner.
fn envelope(x: u32, y: u32, width: u32) -> Markup {
    let (half, height) = (width / 2, width * 2 / 3);
    html! {
        rect class="p" x=(x) y=(y) width=(width) height=(height) rx="2" {}
        path d={ "M" (x) " " (y + 1) "l" (half) " " (height / 2) " " (half) "-" (height / 2) } {}
    }
}

fn sealed() -> Markup {
    html! {
        rect x="18" y="4" width="28" height="48" rx="5" {}
        path d="M28 9h8" {}
        (envelope(11, 28, 42))
        rect class="f" x="26" y="43" width="12" height="10" rx="2" {}
        path d="M28 43v-3a4 4 0 0 1 8 0v3" {}
    }
}

fn in_the_box() -> Markup {
    html! {
        (envelope(22, 4, 20))
        path class="f" d="M32 20v6m-4-4l4 5 4-5" {}
        path d="M8 32h48v26H8zM8 32l5-5h9m20 0h9l5 5" {}
        path d="M20 32h24" {}
        (envelope(13, 45, 14))
        (envelope(25, 41, 14))
        (envelope(38, 45, 14))
    }
}

fn opened_together() -> Markup {
    html! {
        @for (x, y) in [(14, 13), (32, 9), (50, 13)] {
            circle cx=(x) cy=(y) r="5" {}
            path d={ "M" (x - 7) " " (y + 15) "q0-8 7-8t7 8" } {}
        }
        path class="f" d="M14 32v5m18-9v9m18-5v5" {}
        path d="M11 42h42v17H11zM11 42l-5-5m47 5l5-5" {}
        circle class="f" cx="32" cy="49" r="3" {}
        path d="M32 51v4" {}
    }
}

fn only_sums() -> Markup {
    html! {
        path d="M6 56h36" {}
        rect class="f" x="9" y="34" width="8" height="22" {}
        rect class="f" x="20" y="18" width="8" height="38" {}
        rect class="f" x="31" y="28" width="8" height="28" {}
        path class="gone" d="M44 38h15v11H44zM44 38l7.5 5.5L59 38" {}
        path d="M43 53l17-19" {}
    }
}
