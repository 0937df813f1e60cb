//! Configuration as the command line finds it: the file, the profile, the environment and the flags become one set of settings,
//! and these a policy. Here files are looked for and read; what they mean is decided in `policy`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use super::flags::Judging;
use crate::error::Error;
use crate::finding::{Confidence, Severity};
use crate::pipeline::{Alias, Wishes};
use crate::policy::{
    Baseline, ConfigFile, Filter, GroupBy, Known, Layer, Listed, Policy, Selection, Settings, Strictness,
    Value, dates, expectation,
};
use crate::report::Clock;
use crate::rules::Spec;

/// Where settings come from.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct Configuring {
    /// Configuration file [default: h2lint.toml or .h2lint.toml, searched upwards to the root of the repository; or H2LINT_CONFIG]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,
    /// Ignore configuration files
    #[arg(long)]
    isolated: bool,
    /// A profile of the configuration file; H2LINT_PROFILE counts as well
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Print every setting and where it comes from, and stop
    #[arg(long)]
    pub(super) show_config: bool,
    /// The day that counts as today for expiries and ages [default: the clock's]
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
}

/// What has been settled.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) settings: Settings,
    file: Option<ConfigFile>,
    /// The folder of the configuration file.
    folder: PathBuf,
}

impl Configuring {
    /// Reads what there is to read, and merges it with the flags, the later ones counting.
    pub(super) fn settle(&self, flags: &[Layer]) -> Result<Settled, Error> {
        let found = self.file()?;
        let file = found.as_deref().map(read_config).transpose()?;
        let empty = ConfigFile::default();
        let known = file.as_ref().unwrap_or(&empty);
        let chosen = self.profile.clone().or_else(|| variable("H2LINT_PROFILE"));
        let profile = chosen.map(|name| known.profile(&name).cloned()).transpose()?.unwrap_or_default();
        let layers = [known.layer(), &profile];
        let settings = Settings::merge(layers.into_iter().chain(flags));
        let folder = found.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        Ok(Settled { settings, file, folder })
    }

    fn file(&self) -> Result<Option<PathBuf>, Error> {
        if self.isolated {
            return Ok(None);
        }
        let named = self.config.clone().or_else(|| variable("H2LINT_CONFIG").map(PathBuf::from));
        match named {
            Some(path) if !path.is_file() => {
                Err(Error::Usage(format!("{}: there is no such configuration file", path.display())))
            }
            Some(path) => Ok(Some(path)),
            None => Ok(upwards(&["h2lint.toml", ".h2lint.toml"])),
        }
    }

    /// The day that counts as today.
    pub(super) fn today(&self) -> Result<Date, Error> {
        match &self.today {
            Some(text) => dates::read(text).map_err(|error| Error::Usage(format!("--today: {error}"))),
            None => Ok(Timestamp::now().to_zoned(TimeZone::UTC).date()),
        }
    }
}

impl Settled {
    /// What every setting is, and where it comes from.
    pub(super) fn show(&self) -> String {
        self.settings.show(self.file.as_ref())
    }

    /// Changes what the pipeline is asked for.
    pub(super) fn tune(&self, wishes: &mut Wishes) {
        self.settings.tune(&mut wishes.options);
        if self.settings.text("spec") == Some("rfc7540") {
            wishes.options.spec = Spec::Rfc7540;
        }
        let named = self.file.iter().flat_map(|file| &file.endpoints);
        let aliases: Vec<Alias> =
            named.map(|(endpoint, name)| Alias { endpoint: endpoint.clone(), name: name.clone() }).collect();
        // Read once, and needed until the program ends.
        wishes.aliases = Box::leak(aliases.into_boxed_slice());
    }

    /// How moments are written.
    pub(super) fn clock(&self) -> Clock {
        match self.settings.text("time") {
            Some("utc") => Clock::Utc,
            Some("local") => local(),
            Some("epoch") => Clock::Epoch,
            _ => Clock::Relative,
        }
    }

    /// What a setting led to; a complaint says where it stands, unless that is a flag.
    pub(super) fn told<T>(&self, key: &str, result: Result<T, Error>) -> Result<T, Error> {
        let source = self.settings.source(key).filter(|source| !source.starts_with("flag"));
        match (result, source) {
            (Err(Error::Usage(said)), Some(source)) => Err(Error::Usage(format!("{source}: {said}"))),
            (other, _) => other,
        }
    }

    /// The severity from which a finding fails the run.
    pub(super) fn fail_on(&self) -> Option<Severity> {
        match self.settings.text("fail_on") {
            Some("warning") => Some(Severity::Warning),
            Some("info") => Some(Severity::Info),
            Some("never") => None,
            _ => Some(Severity::Error),
        }
    }

    /// What counts.
    ///
    /// # Errors
    /// When a list names what is no rule, or a baseline cannot be read.
    pub(super) fn policy(&self, judging: &Judging) -> Result<Policy, Error> {
        let mut policy = self.policy_without_baseline(judging)?;
        policy.known.baseline = self.baseline(judging)?;
        if self.settings.flag("new_only") && policy.known.baseline.is_none() {
            let said = "--new-only needs a baseline; `h2lint baseline write FILE...` makes one";
            return self.told("new_only", Err(Error::Usage(said.to_owned())));
        }
        Ok(policy)
    }

    /// The same, with nothing known by a baseline.
    pub(super) fn policy_without_baseline(&self, judging: &Judging) -> Result<Policy, Error> {
        let settings = &self.settings;
        let lists = ["rules.select", "rules.extend_select", "rules.ignore"].map(|key| settings.list(key));
        let [select, extend, ignore] = lists;
        let expect = judging.expect.iter().map(|word| expectation(word)).collect::<Result<_, _>>()?;
        Ok(Policy {
            fail_on: self.fail_on(),
            min_confidence: match settings.text("min_confidence") {
                Some("certain") => Confidence::Certain,
                Some("possible") => Confidence::Possible,
                _ => Confidence::Likely,
            },
            level: match settings.text("level") {
                Some("strict") => Strictness::Strict,
                Some("lenient") => Strictness::Lenient,
                _ => Strictness::Default,
            },
            selection: Selection::read(select, extend, ignore)?,
            allow_empty: settings.flag("allow_empty"),
            exit_zero: settings.flag("exit_zero"),
            severities: settings.severities(),
            filter: judging.filter.as_deref().map(Filter::read).transpose()?,
            blame: judging.blame(),
            expect,
            known: self.known(judging)?,
            group_by: GroupBy::default(),
        })
    }

    fn known(&self, judging: &Judging) -> Result<Known, Error> {
        let full = self.settings.text("detail") == Some("full") && !self.settings.flag("new_only");
        Ok(Known {
            suppress: self.file.as_ref().map(|file| file.suppress.clone()).unwrap_or_default(),
            baseline: None,
            today: Some(judging.configuring.today()?),
            listed: if full { Listed::Behind } else { Listed::Counted },
        })
    }

    fn baseline(&self, judging: &Judging) -> Result<Option<Baseline>, Error> {
        if judging.no_baseline {
            return Ok(None);
        }
        let read = self.baseline_path().map(|path| read_baseline(&path)).transpose();
        self.told("baseline", read)
    }

    /// The baseline that is named, or found.
    pub(super) fn baseline_path(&self) -> Option<PathBuf> {
        let by_flag = self.settings.source("baseline").is_some_and(|source| source.starts_with("flag"));
        match self.settings.text("baseline") {
            Some(path) if by_flag => Some(PathBuf::from(path)),
            Some(path) => Some(self.folder.join(path)),
            None => upwards(&[BASELINE]),
        }
    }
}

/// The clock of this machine's zone, which does not change while the program runs.
pub(super) fn local() -> Clock {
    Clock::Local(Box::leak(Box::new(TimeZone::system())))
}

/// Reads a baseline.
pub(super) fn read_baseline(path: &Path) -> Result<Baseline, Error> {
    let text = fs::read_to_string(path)
        .map_err(|error| Error::Usage(format!("baseline {}: {error}", path.display())))?;
    Baseline::read(&shown(path), &text)
}

fn read_config(path: &Path) -> Result<ConfigFile, Error> {
    let octets =
        fs::read(path).map_err(|error| Error::Usage(format!("configuration {}: {error}", path.display())))?;
    let text = String::from_utf8(octets).map_err(|error| {
        let valid = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = valid.filter(|octet| **octet == b'\n').count().saturating_add(1);
        Error::Usage(format!("{}:{line}: this is no UTF-8", shown(path)))
    })?;
    ConfigFile::read(&shown(path), &text)
}

/// The first of these files in the current folder or above it, up to the root of the repository.
fn upwards(names: &[&str]) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    for folder in here.ancestors() {
        let found = names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        if found.is_some() || folder.join(".git").exists() {
            return found;
        }
    }
    None
}

/// A path as a person would write it from here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// A variable of the environment that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A layer of flags, each with its name.
pub(super) fn flags(given: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Layer {
    let given: BTreeMap<&str, Value> =
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    let mut layer = Layer::default();
    for (key, value) in given {
        let flag = key.rsplit('.').next().unwrap_or(key).replace('_', "-");
        layer.set(key, value, format!("flag --{flag}"));
    }
    layer
}

/// The file that is looked for when none is named.
pub(super) const BASELINE: &str = ".h2lint-baseline.json";
