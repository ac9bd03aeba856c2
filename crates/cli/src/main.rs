//! The `mailgap` command: hands the process's arguments and streams to the library.

use std::io;
use std::process::ExitCode;

use mailgap::Environment;

fn main() -> ExitCode {
    let environment = Environment::from_system();
    mailgap::run(
        std::env::args_os(),
        &environment,
        &mut io::stdout(),
        &mut io::stderr(),
    )
    .into()
}
