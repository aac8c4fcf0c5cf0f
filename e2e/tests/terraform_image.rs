//! The images of Terraform's Jobs, unpacked: a Job's first steps in them, with nothing else there and no network.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use e2e::authority::Authority;
use e2e::cache::{Cache, workspace};
use e2e::parts::Parts;
use e2e::process::run;
use e2e::requirements;
use e2e::terraform_image::{Engine, terraform};

/// A program of an image's root, by the image's own user, with the environment of a Job.
fn inside(root: &Path, program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new("unshare");
    command.args(["--net", "chroot", "--userspec=65532:65532"]).arg(root).arg(program).args(arguments).env_clear();
    command.env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("CHECKPOINT_DISABLE", "1");
    command.env("TF_CLI_CONFIG_FILE", "/opt/terraform/terraformrc").env("TF_DATA_DIR", "/tf/data");
    run(&mut command).unwrap()
}

#[test]
fn a_job_needs_nothing_else() {
    if let Some(missing) = requirements::missing() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        eprintln!("not run: {missing}");
        return;
    }
    let cache = Cache::open().unwrap();
    let (parts, authority) = (Parts::get(&cache).unwrap(), Authority::get(&cache).unwrap());
    for (engine, program, version) in
        [(Engine::Terraform, "terraform", "Terraform v1.11."), (Engine::OpenTofu, "tofu", "OpenTofu v1.12.6\n")]
    {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        let image = terraform(&parts, &authority, engine, &workspace().join("testdata/modules")).unwrap();
        image.unpack(&root).unwrap();

        let programs = fs::read_dir(root.join("usr/local/bin")).unwrap();
        let mut programs: Vec<_> = programs.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        programs.sort();
        let mut expected = vec!["tenantry-runner".to_owned(), program.to_owned()];
        expected.sort();
        assert_eq!(programs, expected);
        assert!(inside(&root, "tenantry-runner", &["--help"]).contains("tenantry-runner"));
        assert!(inside(&root, program, &["version"]).starts_with(version));

        // What a pod mounts.
        for (name, user) in [("tf", 65532), ("tmp", 65532)] {
            fs::create_dir(root.join(name)).unwrap();
            chown(root.join(name), Some(user), Some(user)).unwrap();
        }
        let module = root.join("tf/module");
        run(Command::new("cp").arg("-r").arg(root.join("opt/terraform/modules/tenant/2.0.0")).arg(module)).unwrap();
        inside(&root, program, &["-chdir=/tf/module", "init", "-input=false", "-lockfile=readonly", "-reconfigure"]);
        // Starts the provider.
        inside(&root, program, &["-chdir=/tf/module", "validate"]);
    }
}
