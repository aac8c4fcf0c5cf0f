//! The program: reads its command line, and ends with the code that the command says.

use std::process::ExitCode;

fn main() -> ExitCode {
    tenantry_runner::main()
}
