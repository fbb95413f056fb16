//! The `zicha` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    zicha::cli::run(std::env::args_os())
}
