//! `tenantry diff`: what a change does to the fleet.

mod pins;
mod range;
mod verdict;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Failure;
use super::allow::Allow;
use super::open::{below, here, is_ours};
use super::output::Output;
use super::progress::Progress;
use super::render::{refused, told};
use crate::find::{Disk, Files, Repository, is_within};
use crate::problem::{Problem, Problems};
use crate::report::printable;
use crate::review::model::SideInfo;
use crate::review::{Review, Reviewer, Rule, Side, forms};
use crate::source::Sources;
use range::End;
use verdict::{FailOn, Verdict, idle, verdict};

/// What was typed.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The two sides: `BASE..HEAD`; `BASE...HEAD`, from where HEAD left BASE; `BASE` against the working tree. Default: from
    /// where HEAD left the main branch, against the working tree. After it, folders of tenants or platforms; without any, all of
    /// the repository.
    #[arg(value_name = "BASE[..HEAD] PATH")]
    words: Vec<String>,
    /// The base of each tenant and platform is the commit that its own Application is pinned to, in the manifests at and below this
    /// folder: what each would get if its pin moved. One commit may be typed, to which they would; default: the working tree.
    #[arg(long, value_name = "FOLDER")]
    pins: Option<PathBuf>,
    /// Compares two folders that `render -o dir=FOLDER` wrote, as by two versions of the plugin. No repository is asked.
    #[arg(long, num_args = 2, value_names = ["FOLDER", "FOLDER"], conflicts_with_all = ["pins", "words"])]
    rendered: Option<Vec<PathBuf>>,
    /// The form.
    #[arg(short, long, value_enum, value_name = "FORM", default_value = "terminal")]
    output: Form,
    /// Shows all of every set at a terminal: every tenant, object and field, and values to their ends.
    #[arg(long)]
    full: bool,
    /// Acknowledges what is destructive: a rule for a tenant (`DATA-LOSS:acme`), or for all (`DATA-LOSS:*`).
    #[arg(long, value_name = "RULE:TENANT")]
    allow: Vec<Allow<Rule>>,
    /// The rules that fail a review where nobody acknowledges them, or `none`. Default: those that are destructive.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    fail_on: Option<Vec<FailOn>>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Form {
    /// For people, at a terminal.
    Terminal,
    /// A comment of a pull request.
    Markdown,
    /// A page of its own.
    Html,
    /// For programs.
    Json,
}

/// Compares, prints, and says by its code what was found.
pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let here = here()?;
    if arguments.words.iter().any(String::is_empty) {
        return Err(Failure::Usage("an empty word is neither a revision nor a path".to_owned()));
    }
    let found = match (arguments.rendered.as_deref(), &arguments.pins) {
        (Some([base, head]), _) => folders(base, head, &here, output)?,
        (_, Some(folder)) => pins::compare(folder, &arguments.words, &here, output)?,
        _ => commits(&arguments.words, &here, output)?,
    };
    let printed = match arguments.output {
        Form::Terminal => output.text(&forms::terminal::write(&found, arguments.full)),
        Form::Markdown => output.bytes(forms::markdown::write(&found).as_bytes()),
        Form::Html => output.bytes(forms::html::write(&found).as_bytes()),
        Form::Json => output.bytes(forms::json::write(&found).as_bytes()),
    };
    match printed {
        // Who closed the pipe has read enough; what was found stays what it is.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        printed => printed?,
    }
    idle(&found, &arguments.allow).iter().for_each(|warning| output.error(warning));
    match verdict(&found, &arguments.allow, arguments.fail_on.as_deref()) {
        Verdict::Nothing => Ok(()),
        verdict => Err(Failure::Found(verdict.code())),
    }
}

/// Two folders of sets that were rendered before.
fn folders(base: &Path, head: &Path, here: &Path, output: &Output) -> Result<Review, Failure> {
    let disk = |folder: &Path| {
        let shown = printable(&folder.display().to_string());
        let missing = |_| Failure::Input(format!("error: there is no folder `{shown}`\n"));
        Ok::<_, Failure>(Disk::new(here.join(folder).canonicalize().map_err(missing)?, here))
    };
    let (base_files, head_files) = (disk(base)?, disk(head)?);
    let progress = Progress::new(output, "comparing");
    let sources = Sources::default();
    let (before, after) =
        rayon::join(|| Side::rendered(&base_files, &sources), || Side::rendered(&head_files, &sources));
    let mut problems = Problems::new();
    for (side, folder) in [(&before, base), (&after, head)] {
        problems.append(side.problems.clone());
        if side.problems.is_empty() && side.folders().next().is_none() {
            let shown = folder.display().to_string();
            let nothing = Problem::path(&shown, format!("there is no set in `{shown}`"));
            problems.push(nothing.hint(format!("`tenantry render -o dir={shown}` writes some")));
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Input(told(problems, &sources)));
    }
    let info = |folder: &Path| SideInfo { name: folder.display().to_string(), ..SideInfo::default() };
    let mut reviewer = Reviewer::default();
    reviewer.add(&before, &after, &|done, of| progress.show(done, of));
    Ok(reviewer.finish(info(base), info(head)))
}

/// Two commits, or a commit and the working tree.
fn commits(words: &[String], here: &Path, output: &Output) -> Result<Review, Failure> {
    let repository = Repository::open(here).map_err(refused)?;
    let range = range::read(&repository, words, here).map_err(refused)?;
    if range.is_one_of_several {
        let base = printable(&range.base.name);
        output.error(&format!(
            "warning: the two histories meet in several commits, and one of them is compared with; what came from \
             `{base}` by the others may be shown as well\n"
        ));
    }
    let progress = Progress::new(output, "comparing");
    let starts = starts(&repository, &range.paths, here)?;
    let files = rayon::join(|| range.base.files(&repository, here), || range.head.files(&repository, here));
    let (base_files, head_files) = (files.0.map_err(refused)?, files.1.map_err(refused)?);
    let (base_sources, head_sources) = (Sources::default(), Sources::default());
    let (base, head) = rayon::join(
        || Side::find(&*base_files, &base_sources, &starts),
        || Side::find(&*head_files, &head_sources, &starts),
    );
    nothing_at(range.paths.iter().zip(&starts), &base, &head)?;
    let mut reviewer = Reviewer::default();
    reviewer.add(&base, &head, &|done, of| progress.show(done, of));
    all_read(&*base_files, &*head_files)?;
    not_nothing(reviewer.finish(range.base.info(), range.head.info()), &range.head)
}

/// A review of something.
fn not_nothing(found: Review, head: &End) -> Result<Review, Failure> {
    if found.counts.all == 0 {
        let shown = printable(&head.name);
        let nothing = Problem::path(".", format!("no tenant and no platform on either side, nor in `{shown}`"));
        return Err(refused(nothing.hint("name the folder of the fleet, or stand in its repository")));
    }
    Ok(found)
}

/// The folders that were typed, below the root; without any, the root. They need not be there on each side.
fn starts(repository: &Repository, paths: &[PathBuf], here: &Path) -> Result<Vec<String>, Failure> {
    if paths.is_empty() {
        return Ok(vec![String::new()]);
    }
    let start = |path: &PathBuf| {
        let folder = if is_ours(path) { path.parent().unwrap_or(path) } else { path };
        let real = here.join(folder);
        let real = real.canonicalize().unwrap_or(real);
        if !real.starts_with(repository.root()) {
            let shown = printable(&path.display().to_string());
            return Err(Failure::Usage(format!("`{shown}` is not in the repository")));
        }
        Ok(below(repository.root(), &real))
    };
    paths.iter().map(start).collect()
}

/// Refuses a comparison in which something could not be read: it was taken for something that is not there.
fn all_read(base: &dyn Files, head: &dyn Files) -> Result<(), Failure> {
    base.failure().or_else(|| head.failure()).map_or(Ok(()), |problem| Err(refused(problem)))
}

/// Refuses paths that have nothing to compare: one that is mistyped would be a tenant that nobody looked at.
fn nothing_at<'p>(
    typed: impl Iterator<Item = (&'p PathBuf, &'p String)>,
    base: &Side<'_>,
    head: &Side<'_>,
) -> Result<(), Failure> {
    let mut problems = Problems::new();
    for (path, start) in typed {
        let is_there = |(folder, _): (&String, _)| is_within(folder, start);
        if !base.folders().chain(head.folders()).any(is_there) && base.problems.is_empty() && head.problems.is_empty() {
            let shown = printable(&path.display().to_string());
            problems.push(
                Problem::path(&shown, format!("no tenant and no platform at or below `{shown}` on either side"))
                    .hint("name folders of tenants or platforms; two commits are typed as `BASE..HEAD`"),
            );
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Input(told(problems, &Sources::default()))) }
}
