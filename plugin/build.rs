//! `include_dir!` does not tell cargo which files it took.

fn main() {
    println!("cargo::rerun-if-changed=../templates");
}
