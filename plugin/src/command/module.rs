//! `tenantry module describe`: what a Terraform module is to Tenantry.

use std::fmt::Write as _;
use std::path::Path;

use super::Failure;
use super::open::here;
use super::output::Output;
use super::render::told;
use crate::module;
use crate::report::printable;
use crate::source::Sources;
use crate::write::replace_file;

/// Describes a module's folder: on standard output, into a file, or against one.
pub(super) fn describe(folder: &Path, to: Option<&Path>, check: Option<&Path>, output: &Output) -> Result<(), Failure> {
    let here = here()?;
    let shown = printable(&folder.display().to_string());
    let root = here.join(folder).canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::Input(format!("error: there is no `{shown}`\n")),
        kind => Failure::Input(format!("error: `{shown}` cannot be read: {kind}\n")),
    })?;
    if !root.is_dir() {
        return Err(Failure::Usage(format!("`{shown}` is no folder")));
    }
    for file in [to, check].into_iter().flatten() {
        let place = here.join(file);
        let inside = place.parent().and_then(|parent| parent.canonicalize().ok());
        if inside.is_some_and(|parent| parent.starts_with(&root)) {
            let file = printable(&file.display().to_string());
            return Err(Failure::Usage(format!("`{file}` is in the module's folder, whose hash it would change")));
        }
    }
    let sources = Sources::default();
    let text = module::describe(&root, &here, &sources).map_err(|problems| Failure::Input(told(problems, &sources)))?;
    match (to, check) {
        (Some(file), _) => {
            let named = printable(&file.display().to_string());
            replace_file(&here.join(file), &text)
                .map_err(|error| Failure::Input(format!("error: `{named}` cannot be written: {error}\n")))?;
            Ok(output.text(&format!("wrote {named}\n"))?)
        }
        (None, Some(file)) => compare(&here.join(file), &printable(&file.display().to_string()), &shown, &text),
        (None, None) => Ok(output.text(&text)?),
    }
}

fn compare(path: &Path, named: &str, folder: &str, text: &str) -> Result<(), Failure> {
    let found = std::fs::read_to_string(path)
        .map_err(|error| Failure::Input(format!("error: `{named}` cannot be read: {}\n", error.kind())))?;
    if found == text {
        return Ok(());
    }
    let mut message = format!("error: `{named}` is not what the module in `{folder}` is\n");
    for (sign, line) in difference(&found, text) {
        // Writing into a string does not fail.
        writeln!(message, "{sign} {}", printable(line)).unwrap_or_default();
    }
    message.push_str(&format!("hint: run `tenantry module describe {folder} -o {named}`\n"));
    Err(Failure::Input(message))
}

/// How many pairs of lines are compared.
const MAX_COMPARED: usize = 4_000_000;

/// The lines that only one of two texts has, in order: `-` of the first, `+` of the second.
fn difference<'a>(old: &'a str, new: &'a str) -> Vec<(char, &'a str)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // A file of another kind altogether: the lines would say nothing.
    if old.len().saturating_mul(new.len()) > MAX_COMPARED {
        return Vec::new();
    }
    // How many lines two ends have in common, in order.
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for (i, line) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            common[i][j] =
                if line == other { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn shows_only_lines_that_differ() {
        let told = difference("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n");
        assert_eq!(told, [('-', "b"), ('+', "x"), ('+', "e")]);
        assert_eq!(difference("", "a"), [('+', "a")]);
        assert_eq!(difference("a\nb", "a\nb\n"), []);
    }
}
