//! The `mailgap` command: hands the process's arguments and streams to the library.

use std::io;
use std::process::ExitCode;

use mailgap::Environment;

fn main() -> ExitCode {
    let environment = Environment::from_system();
    let mut out = io::stdout().lock();
    mailgap::run(
        std::env::args_os(),
        &environment,
        &mut out,
        &mut io::stderr(),
    )
    .into()
}
