use serde_json::json;

use super::{field, shown, text, value};
use crate::review::change::FieldChange;

fn change(path: &str) -> FieldChange {
    FieldChange { path: path.to_owned(), before: None, after: Some(json!("x")) }
}

#[test]
fn masks_what_a_name_says_is_secret() {
    for path in [
        "env[DB_PASSWORD].value",
        "env[PGPASS].value",
        "env[DB_PWD].value",
        "data[\"password.txt\"]",
        "data[\"db.secret.v1\"]",
        "data.dsn",
        "credentials.github",
        "credentials[0].github",
        "tokens[0]",
        "args[--password]",
    ] {
        assert_eq!(field(&change(path)).after, Some(json!("(masked)")), "{path}");
    }
    for path in [
        "env[LOG_LEVEL].value",
        "rules[/secrets].verbs[get]",
        "resources[secrets]",
        "volumes[a].secret.secretName",
        "volumes[a].secret.items[k].path",
        "secrets[a].name",
        "imagePullSecrets[a]",
        "existingSecret",
    ] {
        assert_eq!(field(&change(path)).after, Some(json!("x")), "{path}");
    }
}

#[test]
fn masks_within_values() {
    let items = json!([{"name": "DB_PASSWORD", "value": "x"}, {"name": "LOG_LEVEL", "value": "x"}]);
    let masked = json!([{"name": "DB_PASSWORD", "value": "(masked)"}, {"name": "LOG_LEVEL", "value": "x"}]);
    assert_eq!(value("env", items), masked);
    assert_eq!(
        value("", json!({"key": "DB_PASSWORD", "value": "x"})),
        json!({"key": "DB_PASSWORD", "value": "(masked)"})
    );
    let args = json!(["--password", "x", "--user", "y", "--token=z"]);
    assert_eq!(value("args", args), json!(["--password", "(masked)", "--user", "y", "--token=(masked)"]));
    let values = json!({"credentials": {"github": "x", "name": "y", "of": [{"key": "k", "pin": 1}]}, "a": 1});
    let masked = json!({"credentials": {"github": "(masked)", "name": "y", "of": [{"key": "(masked)", "pin": "(masked)"}]}, "a": 1});
    assert_eq!(value("values", values), masked);
    let below =
        json!({"credentials": {"url": "https://a/x", "key": "x", "secretName": "a", "b": {"name": "c", "key": "d"}}});
    let masked = json!({"credentials": {"url": "(masked)", "key": "(masked)", "secretName": "a", "b": {"name": "c", "key": "d"}}});
    assert_eq!(value("values", below), masked);
    assert_eq!(value("", json!({"a://u:x@b": {"c": 1}})), json!({"a://u:(masked)@b": {"c": 1}}));
    assert_eq!(field(&change("a[\"b://u:x@c\"].d")).path, "a[\"b://u:(masked)@c\"].d");
    let parameter = json!({"Name": "DB_PASSWORD", "Value": "x", "Type": "String"});
    assert_eq!(value("", parameter), json!({"Name": "DB_PASSWORD", "Value": "(masked)", "Type": "String"}));
    assert_eq!(value("password", json!("$(DB_PASSWORD)")), json!("$(DB_PASSWORD)"));
    let jwt = json!({"secrets": {"jwt": {"generation": 2, "keys": "x"}}});
    assert_eq!(value("", jwt), json!({"secrets": {"jwt": {"generation": 2, "keys": "(masked)"}}}));
}

#[test]
fn masks_within_texts() {
    let cases = [
        ("{\"password\": \"x\", \"a\": 1}", "{\"a\":1,\"password\":\"(masked)\"}"),
        ("{\"a\":  1}", "{\"a\":  1}"),
        ("db.user=a\ndb.password=x\n", "db.user=a\ndb.password=(masked)\n"),
        ("user: a\ncredentials:\n  github: x\nlog: info", "user: a\ncredentials:\n  (masked)\nlog: info"),
        ("export PGPASS='x y'", "export PGPASS='(masked)'"),
        ("export PGPASSWORD=$PW; dropdb db", "export PGPASSWORD=$PW; dropdb db"),
        ("run --token=$T --force", "run --token=$T --force"),
        ("auth: {user: a, password: x, port: 1}", "auth: {user: a, password: (masked), port: 1}"),
        ("- {name: a, password: x}", "- {name: a, password: (masked)}"),
        ("a=b,password=x,c=d", "a=b,password=(masked),c=d"),
        ("user=a; password: x", "user=a; password: (masked)"),
        ("jdbc:postgresql://db/a?user=u&password=x", "jdbc:postgresql://db/a?user=u&password=(masked)"),
        ("Authorization: Bearer x", "Authorization: Bearer (masked)"),
        ("-H \"Authorization: Basic x\" -k", "-H \"Authorization: Basic (masked)\" -k"),
        ("copy --token x --to y", "copy --token (masked) --to y"),
        ("<a><password>x y</password><port>1</port></a>", "<a><password>(masked)</password><port>1</port></a>"),
        ("<password of=\"b\">\n  <![CDATA[x]]>\n</password> y", "<password of=\"b\">(masked)</password> y"),
        ("<token></token><token>x</token>", "<token></token><token>(masked)</token>"),
        ("run --user <token> --file <password> FILE", "run --user <token> --file <password> FILE"),
        ("<token>s are parsed, <user>s are not", "<token>s are parsed, <user>s are not"),
        ("machine a login b password x", "machine a login b password (masked)"),
        ("machine a\n  password\tx login b\n", "machine a\n  password\t(masked) login b\n"),
        ("machine a password x machine b password y", "machine a password (masked) machine b password (masked)"),
        ("the password is wrong", "the password is wrong"),
        ("password sufficient pam_unix.so", "password sufficient pam_unix.so"),
        ("first login then password reset", "first login then password reset"),
        (" {\"password\": \"x\"}", "{\"password\":\"(masked)\"}"),
        ("{\"password\": \"x y\", \"a\": \"b\",}", "{\"password\": \"(masked)\", \"a\": \"b\",}"),
        ("{\"a\":1,\"password\":\"x\"}\n{\"pin\":1}", "{\"a\":1,\"password\":\"(masked)\"}\n{\"pin\":1}"),
        ("curl -d '{\"password\": \"x\"}' a", "curl -d '{\"password\": \"(masked)\"}' a"),
        ("a: {'password': 'x', 'b': 'c'}", "a: {'password': '(masked)', 'b': 'c'}"),
        ("{\"password\":12}\n{\"token\": 12}\n", "{\"password\":(masked)}\n{\"token\": (masked)}\n"),
        (
            "a: {\"tls_secret\":null,\"tokens\":[],\"secrets\": [\"x\"], \"b\":1}",
            "a: {\"tls_secret\":null,\"tokens\":[],\"secrets\": [\"(masked)\"], \"b\":1}",
        ),
        ("a: {'mountToken': False, 'password': {'key': 'b'}}", "a: {'mountToken': False, 'password': {'key': 'b'}}"),
        ("password: |2- # of a\n  x\nb: |+\n  y", "password: |2- # of a\n  (masked)\nb: |+\n  y"),
        ("password: |\n  x\n\n  y\nb: z", "password: |\n  (masked)\n\n  (masked)\nb: z"),
        ("password=|x", "password=(masked)"),
        ("password=#x", "password=(masked)"),
        ("db:password=#x", "db:password=(masked)"),
        ("password: # of a\n  x", "password: # of a\n  (masked)"),
        ("db = {user = \"a\", password = \"x y\"}", "db = {user = \"a\", password = \"(masked)\"}"),
        ("c(user='a', password='x')", "c(user='a', password='(masked)')"),
        ("requirepass x\nport 1", "requirepass (masked)\nport 1"),
        ("a: b\nSECRET_KEY = 'x'", "a: b\nSECRET_KEY = (masked)"),
        ("Basic x", "Basic (masked)"),
        ("Basic auth is off", "Basic auth is off"),
        // Addresses.
        ("postgres://u:x@db/a", "postgres://u:(masked)@db/a"),
        ("a: b\nurl: postgres://u:x@db/a", "a: b\nurl: postgres://u:(masked)@db/a"),
        (
            "['redis://:x,y@a:1/0', \"amqp://u:x;y@b\"] mongodb://u:x@a:1,b:2/c?d=e",
            "['redis://:(masked)@a:1/0', \"amqp://u:(masked)@b\"] mongodb://u:(masked)@a:1,b:2/c?d=e",
        ),
        ("postgres://u:x/y#@z@db/a?b=c", "postgres://u:(masked)@db/a?b=c"),
        ("redis://:x@a,redis://:y@b", "redis://:(masked)@a,redis://:(masked)@b"),
        ("{\"url\": \"https://u:x@a\", \"b\": 1}", "{\"b\":1,\"url\":\"https://u:(masked)@a\"}"),
        (
            "postgres://u:${PW}@db postgres://u@db http://a:80/b@c http://a:${PORT}/b@c http://[::1]:80/a@b https://a/b:c@d",
            "postgres://u:${PW}@db postgres://u@db http://a:80/b@c http://a:${PORT}/b@c http://[::1]:80/a@b https://a/b:c@d",
        ),
        (
            "a://u:x@y#z@b/c a://u:x@y/z@b/c?d=e@f a://u:x@b?c=d@e a://u:/x@b a://u:none#x@b a://me@a:x@b/c a://u:2x/y@b",
            "a://u:(masked)@b/c a://u:(masked)@b/c?d=e@f a://u:(masked)@b?c=d@e a://u:(masked)@b a://u:(masked)@b a://me@a:(masked)@b/c a://u:(masked)@b",
        ),
        ("https://x:x-oauth-basic@a/b.git", "https://(masked):x-oauth-basic@a/b.git"),
        ("a://${U:-b}:${PW}@db a://${U:-b}:x@db", "a://${U:-b}:${PW}@db a://${U:-b}:(masked)@db"),
        ("curl --proxy-user a:x b", "curl --proxy-user a:(masked) b"),
        // Ports, images, mail addresses, settings: no password.
        (
            "oci://a:5000/b@sha256:0 docker://a:1.0@sha256:0 git::https://a//b?ref=v1:c",
            "oci://a:5000/b@sha256:0 docker://a:1.0@sha256:0 git::https://a//b?ref=v1:c",
        ),
        (
            "a://b:1,c:2,d:3/e?f=g@h jdbc:sqlserver://a:1433;database=b;user=c@d;encrypt=true",
            "a://b:1,c:2,d:3/e?f=g@h jdbc:sqlserver://a:1433;database=b;user=c@d;encrypt=true",
        ),
        ("secretName: a\nkey: b", "secretName: a\nkey: b"),
        ("arn:aws:secretsmanager:eu-central-1:1:secret:a", "arn:aws:secretsmanager:eu-central-1:1:secret:a"),
        // A name, and its value beside it.
        (
            "- name: DB_PASSWORD\n  value: x\n- name: A\n  value: y",
            "- name: DB_PASSWORD\n  value: (masked)\n- name: A\n  value: y",
        ),
        (
            "  - name: \"API_KEY\" # of a\n    value: |\n      x\n",
            "  - name: \"API_KEY\" # of a\n    value: |\n      (masked)\n",
        ),
        ("- name: DB_PASSWORD\n  valueFrom:\n    value: x", "- name: DB_PASSWORD\n  valueFrom:\n    value: x"),
        (
            "- {name: DB_PASSWORD, value: x}, {name: a, value: y}",
            "- {name: DB_PASSWORD, value: (masked)}, {name: a, value: y}",
        ),
        (
            "<p name=\"password\" value=\"x y\"/><p name=\"a\" value=\"y\"/>",
            "<p name=\"password\" value=\"(masked)\"/><p name=\"a\" value=\"y\"/>",
        ),
        (
            "a: \"{\\\"password\\\": \\\"x\\\", \\\"b\\\": 1}\"",
            "a: \"{\\\"password\\\": \\\"(masked)\\\", \\\"b\\\": 1}\"",
        ),
        // What may look like the end of a value, and is none.
        ("a=b,password=x,y;z", "a=b,password=(masked)"),
        ("run --password x(y)[z]", "run --password (masked)]"),
        ("echo $PASSWORD; a PASSWORD=${A:-x y} b", "echo $PASSWORD; a PASSWORD=(masked) b"),
        ("a: {password: 'it''s x', b: c}", "a: {password: '(masked)', b: c}"),
        ("a: {\"password\": \"x\\\"y\", b: c}", "a: {\"password\": \"(masked)\", b: c}"),
        ("a {\"encryption_key\":\"x==\"}", "a {\"encryption_key\":\"(masked)\"}"),
        ("\"encryption_key\":\"x==\"", "\"encryption_key\":\"(masked)\""),
        ("fn::secret: x", "fn::secret: (masked)"),
        ("password:x=y z", "password:(masked) z"),
        ("-passin pass:'' -out a", "-passin pass:'' -out a"),
        ("publish --token ${{ secrets.A }} b", "publish --token ${{ secrets.A }} b"),
        ("${A}_PASSWORD=x", "${A}_PASSWORD=(masked)"),
        ("it's a password's name: b", "it's a password's name: b"),
        ("tokens of a: {tokens: [x, \"y\"], b: [z]}", "tokens of a: {tokens: [(masked), \"(masked)\"], b: [z]}"),
        ("run --token --force x", "run --token --force x"),
        ("exec [\"a\", \"--token\", \"x\", \"--b\"]", "exec [\"a\", \"--token\", \"(masked)\", \"--b\"]"),
        // Words of other tools.
        ("CREATE USER a PASSWORD 'x y';", "CREATE USER a PASSWORD '(masked)';"),
        ("create user a identified by 'x' -- b", "create user a identified by '(masked)' -- b"),
        ("masterauth x", "masterauth (masked)"),
        ("curl -u a:x -s https://b", "curl -u a:(masked) -s https://b"),
        ("curl --user 'a:x' b; id -u a", "curl --user 'a:(masked)' b; id -u a"),
        (
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=x==",
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=(masked)",
        ),
        ("{\"auths\":{\"a\":{\"auth\":\"x\"}}}", "{\"auths\":{\"a\":{\"auth\":\"(masked)\"}}}"),
        // As it is written in files and scripts.
        (
            "run --from-literal=password=x --set=db.password=x,y=z",
            "run --from-literal=password=(masked) --set=db.password=(masked),y=z",
        ),
        ("args:\n- --password\n- x\n- --user\n- y", "args:\n- --password\n- (masked)\n- --user\n- y"),
        (
            "- name: DB_PASSWORD\n\n  value: x\n  default: y",
            "- name: DB_PASSWORD\n\n  value: (masked)\n  default: (masked)",
        ),
        ("passwords = [\n  \"x\",\n]\na = b", "passwords = [\n  (masked)\n]\na = b"),
        ("SECRET_KEY = \"\"\"\nx\n\"\"\"\na = b", "SECRET_KEY = (masked)\n(masked)\n\"\"\"\na = b"),
        ("secret = <<-EOT\nx\nEOT\na = b", "secret = (masked)\n(masked)\nEOT\na = b"),
        ("a: {secrets: {db: x, name: y}, b: c}", "a: {secrets: {db: (masked), name: y}, b: c}"),
        ("password: x\n  y\nb: c", "password: (masked)\n  (masked)\nb: c"),
        (
            "password x\napikey  x;\nENV DB_PASSWORD x\nset $token \"x\";",
            "password (masked)\napikey  (masked)\nENV DB_PASSWORD (masked)\nset $token (masked)",
        ),
        ("user => \"a\" password => \"x\"", "user => \"a\" password => \"(masked)\""),
        ("app.config['SECRET_KEY'] = 'x'", "app.config['SECRET_KEY'] = '(masked)'"),
        ("-H 'Authorization: token x' -H 'a: b'", "-H 'Authorization: (masked) (masked)' -H 'a: b'"),
        ("authorization: bearer x", "authorization: bearer (masked)"),
        ("IDENTIFIED BY \"x\"", "IDENTIFIED BY \"(masked)\""),
        (
            "password: ${DB_X}\ntoken: $(A)\nsecret=\"{{ .Values.a }}\"",
            "password: ${DB_X}\ntoken: $(A)\nsecret=\"{{ .Values.a }}\"",
        ),
        ("password: ${A:-x}", "password: (masked)"),
        (
            "password:\n  valueFrom:\n    secretKeyRef:\n      name: a\n      other: x",
            "password:\n  valueFrom:\n    secretKeyRef:\n      name: a\n      (masked)",
        ),
        (
            "tlsSecret: a\ntokens_per_minute: 1\npad_tokenizer: b\nsecretArn: c",
            "tlsSecret: a\ntokens_per_minute: 1\npad_tokenizer: b\nsecretArn: c",
        ),
        // What only speaks of a secret.
        (
            "max_tokens: 4096\ntoken_url: https://a/b\ntoken_ttl=1h",
            "max_tokens: 4096\ntoken_url: https://a/b\ntoken_ttl=1h",
        ),
        ("proxy_pass http://a;\nssl_password_file /run/a", "proxy_pass http://a;\nssl_password_file /run/a"),
        ("password_min_length = 12", "password_min_length = 12"),
        ("mountToken: false\npassword_file=/run/a", "mountToken: false\npassword_file=/run/a"),
        ("replaced by 'x'", "replaced by 'x'"),
        ("Secret \"a\" not found", "Secret \"a\" not found"),
        ("basic use", "basic use"),
        ("no authorization: for a", "no authorization: for a"),
        ("a virtual machine asks for a password twice", "a virtual machine asks for a password twice"),
        ("run \"${flags_with_token[@]:?}\" -v ${PWD}:/a", "run \"${flags_with_token[@]:?}\" -v ${PWD}:/a"),
        ("if: ${{ secrets.TOKEN == 'a' }}", "if: ${{ secrets.TOKEN == 'a' }}"),
        ("ghcr.io/external-secrets/external-secrets:v1", "ghcr.io/external-secrets/external-secrets:v1"),
        ("external-secrets.io/disabled: a", "external-secrets.io/disabled: a"),
        ("a mit ä=ö, 'ü' {ß: 🔑} \"", "a mit ä=ö, 'ü' {ß: 🔑} \""),
    ];
    let masked: Vec<(&str, String)> = cases.iter().map(|(from, _)| (*from, text(from))).collect();
    let expected: Vec<(&str, String)> = cases.iter().map(|(from, to)| (*from, (*to).to_owned())).collect();
    let wrong: Vec<_> = masked.iter().zip(&expected).filter(|(masked, expected)| masked != expected).collect();
    assert!(wrong.is_empty(), "masked, expected: {wrong:#?}");
}

/// Two masks look alike, and so do two texts of which one masked line is other.
#[test]
fn what_changed_shows_that_it_did() {
    let both = |path: &str, before: &str, after: &str| {
        let field = FieldChange { path: path.to_owned(), before: Some(json!(before)), after: Some(json!(after)) };
        let field = shown("ConfigMap", &field);
        (field.before.unwrap(), field.after.unwrap())
    };
    assert_eq!(both("password", "x", "y"), (json!("(masked)"), json!("(masked, changed)")));
    assert_eq!(both("a", "token=x", "token=y"), (json!("token=(masked)"), json!("token=(masked, changed)")));
    assert_eq!(
        both("a", "b=1\ntoken=x\npwd=z", "b=2\ntoken=y\npwd=z"),
        (json!("b=1\ntoken=(masked)\npwd=(masked)"), json!("b=2\ntoken=(masked, changed)\npwd=(masked)"))
    );
    let list = |pin: u32, size: u32| Some(json!([{"token": pin, "size": size}, {"token": 1}]));
    let field = FieldChange { path: "a".to_owned(), before: list(1, 2), after: list(2, 3) };
    assert_eq!(
        shown("ConfigMap", &field).after,
        Some(json!([{"token": "(masked, changed)", "size": 3}, {"token": "(masked)"}]))
    );
    assert_eq!(
        both("a", "b=1\na://u:x@c", "b=1\na://u:y@d"),
        (json!("b=1\na://u:(masked)@c"), json!("b=1\na://u:(masked, changed)@d"))
    );
    assert_eq!(both("a", "token=x", "pwd=y\ntoken=x").1, json!("pwd=(masked)\ntoken=(masked)"));
    assert_eq!(both("a", "a://u:x@c", "a://u:x@d"), (json!("a://u:(masked)@c"), json!("a://u:(masked)@d")));
    assert_eq!(both("a", "x", "y"), (json!("x"), json!("y")));
    assert_eq!(shown("Secret", &change("data.x")).after, Some(json!("(masked)")));
    assert_eq!(shown("ConfigMap", &change("data.x")).after, Some(json!("x")));
}

/// However odd, a text is read in one go, and what is no secret stays as it is.
#[test]
fn odd_texts_are_read_to_their_end() {
    let one = "\"'\\\"".repeat(50_000);
    let two = "'".repeat(100_001);
    let three = "name=,".repeat(50_000);
    let four = "${".repeat(100_000);
    let five = "a://b:c/".repeat(100_000);
    for odd in [one, two, three, four, five] {
        assert!(text(&format!("a {odd} b=c")).starts_with("a "));
    }
    for odd in ["''", "\"", "a: '\"'", "= =", ": :", "x=${", "\u{e4}=\"\u{1f511}", "- -", "<a", "</a>", "()[]{}"] {
        assert_eq!(text(odd), odd);
    }
}
