//! Platforms that block other ranges than the fixtures do.

use std::net::IpAddr;

use super::cell::Cell;
use super::openings;
use super::policy::{End, tcp};
use super::support::{copy, testdata};

/// The fleet's platform with these ranges blocked, its profiles open for port 80 too, and its smallest tenant.
fn cell(blocked: &str) -> Cell {
    let folder = tempfile::tempdir().unwrap();
    let (root, fleet) = (folder.path().canonicalize().unwrap(), testdata().join("fleet"));
    copy(&fleet.join("tenants/acme"), &root.join("tenants/acme"));
    copy(&fleet.join("modules"), &root.join("modules"));
    let mut platform = std::fs::read_to_string(fleet.join("platform.yaml")).unwrap();
    let own = r#"blocked: [10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, "fd00::/8"]"#;
    for (from, to) in
        [(own, format!("blocked: [{blocked}]").as_str()), ("internet, ports: [", "internet, ports: [80, ")]
    {
        assert!(platform.contains(from), "the fleet's platform has no `{from}` any more");
        platform = platform.replace(from, to);
    }
    std::fs::write(root.join("platform.yaml"), platform).unwrap();
    Cell::new("blocked", &root)
}

/// Every one of these is rendered to policies that the API server takes, opens what the files say, and never metadata.
#[test]
fn whatever_is_blocked() {
    let table = [
        // (blocked; the internet is open by IPv4, by IPv6)
        ("", true, false),
        ("10.0.0.0/8", true, false),
        ("0.0.0.0/0", false, false),
        (r#""::/0""#, true, false),
        (r#"0.0.0.0/0, "::/0""#, false, false),
        (r#"0.0.0.0/0, "2001:db8:1::/48""#, false, true),
        (r#"10.0.0.0/8, "2001:db8:1::/48""#, true, true),
        (r#"169.254.169.254/32, "fd00:ec2::254/128""#, true, true),
        (r#"169.0.0.0/8, "fe00::/7""#, true, true),
    ];
    for (blocked, v4, v6) in table {
        let cell = cell(blocked);
        let tenant = &cell.tenants[0];
        let openings = openings::all(&cell.platform, &tenant.spec);
        let pod = tenant.pods[0].ends().next().unwrap();
        let open = |address: &str, port: i32| {
            let address: IpAddr = address.parse().unwrap();
            let open = cell.policies.allow(pod, End::from(address), tcp(port));
            let expected = openings.iter().any(|opening| opening.holds(address, tcp(port)));
            assert_eq!(open, expected, "[{blocked}]: {address} {port}");
            open
        };
        for port in [80, 443] {
            assert_eq!([open("192.0.2.1", port), open("2001:db8::1", port)], [v4, v6], "[{blocked}]");
            for metadata in ["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fe80::1"] {
                assert!(!open(metadata, port), "[{blocked}]: {metadata} {port}");
            }
        }
        // What a profile opens by its range, it opens on purpose.
        assert!(open("10.20.0.5", 3306), "[{blocked}]");
    }
}
