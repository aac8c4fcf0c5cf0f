//! The command line: everything is in the library; here a panic becomes an exit code.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        eprintln!("tenantry: a defect of tenantry, not of your files: {info}");
        eprintln!("nothing was printed; please report it with the file that it happened on");
        std::process::exit(i32::from(tenantry::command::DEFECT));
    }));
    tenantry::command::run(std::env::args_os())
}
