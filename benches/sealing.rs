//! How fast one core seals and opens ballots of the standard survey, and how fast all cores open
//! them.
//! These are the yardsticks for submissions and for the opening; `scripts/bench` puts them beside
//! the product's own figures.

use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use zicha::access::ServerKey;
use zicha::app::App;
use zicha::ballot::{Layout, RoundPrivateKey, SealedBallot, StuffingKey};
use zicha::id::RoundId;
use zicha::response::Response;
use zicha::round::BallotEdition;

const ROUNDS: usize = 9;
const BALLOTS: usize = 400;

fn main() {
    let survey = App::shipped_surveys().remove(0);
    let layout = Layout::of(&survey, BallotEdition::default());
    let plaintext = layout.encode(&Response::empty(&survey)).expect("it fits");
    let mut rng = StdRng::seed_from_u64(1);
    let key = ServerKey::random(&mut rng);
    let psk = StuffingKey::of(&key);
    let round: RoundId = "abcdefgh".parse().expect("a round id");
    let (private, public) = RoundPrivateKey::generate(&mut rng).expect("memory can be locked");

    let mut ballots: Vec<SealedBallot> = Vec::new();
    let seal = median(|| {
        ballots = (0..BALLOTS)
            .map(|_| public.seal(&psk, &round, &"CY".into(), &plaintext, &mut rng))
            .collect();
    });
    let open = median(|| {
        for ballot in &ballots {
            let plaintext = private.open(&psk, &round, ballot).expect("our own ballots open");
            layout.decode(&plaintext).expect("our own ballots fit");
        }
    });
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let all = median(|| {
        std::thread::scope(|scope| {
            for chunk in ballots.chunks(BALLOTS.div_ceil(cores)) {
                let (private, psk, round, layout) = (&private, &psk, &round, &layout);
                scope.spawn(move || {
                    for ballot in chunk {
                        let plaintext =
                            private.open(psk, round, ballot).expect("our own ballots open");
                        layout.decode(&plaintext).expect("our own ballots fit");
                    }
                });
            }
        });
    });
    let per = |seconds: f64| seconds * 1e6 / BALLOTS as f64;
    println!("plaintext_bytes {}", layout.size());
    println!("cores {cores}");
    println!("seal_us {:.1}", per(seal));
    println!("open_us {:.1}", per(open));
    println!("open_all_cores_per_s {:.0}", BALLOTS as f64 / all);
}

/// Median time of one run, in seconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
