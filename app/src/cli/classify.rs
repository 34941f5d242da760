//! `kinetoscope classify`: analyses videos one after the other and prints what was found.

use std::io::{self, BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ks_domain::recipe::Recipe;
use ks_domain::{AnalysisSettings, LabelSet, Progress, Valid, WindowScores};
use ks_engine::{AnalysisSpec, Bottleneck, EngineConfig, Event, ModelSpec, Stage, Task, checkpoint_about};

use super::Exit;
use super::args::ClassifyArgs;
use super::console::{Console, Interrupt};
use super::rows::{Format, RowWriter};
use super::session::{Ended, Session};
use super::{configuration, long_video};

type Rows = RowWriter<BufWriter<io::StdoutLock<'static>>>;

pub(super) fn run(args: ClassifyArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.progress);
    // Before any file is opened, so that wrong usage is said at once.
    if checked(args.cut.settings(None, None), &mut console).is_none() {
        return Ok(Exit::Usage);
    }
    let given = args.labels.as_deref().map(read_labels).transpose()?;
    let (checkpoint, entry) = super::zoo::checkpoint(&args.checkpoint)?;
    let about = match checkpoint_about(&checkpoint) {
        Ok(about) => about,
        Err(failure) => {
            console.complain_with(&failure.summary, &failure.details);
            return Ok(Exit::Failed);
        }
    };
    let Some(settings) = checked(args.cut.settings(about.capsule.as_ref(), entry), &mut console) else {
        return Ok(Exit::Usage);
    };
    // All networks of the zoo that tell classes apart were trained on Kinetics-400.
    let of_zoo = entry.and_then(|entry| entry.classes).map(|_classes| LabelSet::kinetics400());
    let Some(labels) = given.or(about.labels).or(of_zoo) else {
        let checkpoint = checkpoint.display();
        console.complain(&format!(
            "this checkpoint does not name its classes; name its labels file (`--labels FILE`): {checkpoint}"
        ));
        return Ok(Exit::Failed);
    };
    let config = EngineConfig { batch: usize::from(args.batch), ..EngineConfig::default() };
    let mut model = ModelSpec::new(checkpoint, args.device);
    let theirs = match &args.like_mmaction2 {
        Some(config) => Some(configuration::load(config, &mut console)?.recipe),
        None => None,
    };
    model.arch = theirs.as_ref().map(|recipe| recipe.model.arch.clone());
    let mut session = Session::start(config, console, interrupt)?;
    let info = match session.load(&model)? {
        ControlFlow::Continue(info) => info,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let shown = args.labels.as_ref().unwrap_or(&args.checkpoint).display();
    labels.check_count(info.classes).map_err(|error| anyhow::anyhow!("{error}: {shown}"))?;
    session.note_model(&info);
    if let Some(recipe) = theirs {
        return like_mmaction2(&mut session, &args, &recipe, model, &labels);
    }
    let format = match (args.json, args.csv) {
        (true, _) => Format::Json,
        (false, true) => Format::Csv,
        (false, false) => Format::Text,
    };
    let out = BufWriter::new(io::stdout().lock());
    let mut rows = RowWriter::new(format, out, labels, usize::try_from(args.top).unwrap_or(usize::MAX))?;
    let exit = analyze_all(&mut session, &args.videos, &model, settings, &mut rows)?;
    rows.end()?;
    Ok(exit)
}

/// Checked settings; otherwise everything that is wrong with them was said.
fn checked(settings: AnalysisSettings, console: &mut Console) -> Option<Valid<AnalysisSettings>> {
    match settings.validate() {
        Ok(settings) => Some(settings),
        Err(issues) => {
            for issue in issues {
                console.complain(&format!("--{}: {}", issue.field.replace('_', "-"), issue.message));
            }
            None
        }
    }
}

pub(super) fn read_labels(path: &Path) -> anyhow::Result<LabelSet> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("there is no such labels file; check the name: {shown}"),
        io::ErrorKind::IsADirectory => anyhow::anyhow!("this is a folder, not a labels file: {shown}"),
        _ => anyhow::anyhow!("the labels file cannot be read ({error}); check its permissions: {shown}"),
    })?;
    let text = String::from_utf8(bytes).map_err(|_binary| {
        anyhow::anyhow!("the labels file is not a text file in UTF-8; it should hold one class name a line: {shown}")
    })?;
    LabelSet::parse(&text).map_err(|error| anyhow::anyhow!("{error}: {shown}"))
}

/// Analyses every video that can be; the others are reported.
fn analyze_all(
    session: &mut Session,
    videos: &[PathBuf],
    model: &ModelSpec,
    settings: Valid<AnalysisSettings>,
    rows: &mut Rows,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for video in videos {
        let spec = AnalysisSpec { video: video.clone(), model: model.clone(), settings, clips: 1 };
        match analyze(session, spec, &mut |scores| rows.window(video, &scores))? {
            Exit::Done => {}
            Exit::Failed | Exit::Usage => exit = Exit::Failed,
            Exit::Interrupted => return Ok(Exit::Interrupted),
        }
    }
    Ok(exit)
}

/// Prints what `long_video_demo` of mmaction2 writes.
fn like_mmaction2(
    session: &mut Session,
    args: &ClassifyArgs,
    recipe: &Recipe,
    model: ModelSpec,
    labels: &LabelSet,
) -> anyhow::Result<Exit> {
    let [video] = args.videos.as_slice() else {
        session.console.complain("--like-mmaction2 takes one video: its output does not say which");
        return Ok(Exit::Usage);
    };
    let clips = recipe.test.as_ref().context("the configuration does not say how clips are cut for testing")?;
    let (settings, clips) = match long_video::settings(clips, recipe.normalization, args.drop) {
        Ok(settings) => settings,
        Err(sentence) => {
            session.console.complain(&sentence);
            return Ok(Exit::Usage);
        }
    };
    let Some(valid) = checked(settings, &mut session.console) else { return Ok(Exit::Usage) };
    let mut windows = Vec::new();
    let spec = AnalysisSpec { video: video.clone(), model, settings: valid, clips };
    let exit = analyze(session, spec, &mut |window| {
        windows.push(window);
        Ok(())
    })?;
    if exit == Exit::Done {
        // Windows reach to the last frame.
        let frames = windows.iter().map(|window| window.end_frame).max().unwrap_or(0);
        let json = long_video::json(frames, &settings, &windows, labels, args.threshold);
        session.console.clear();
        io::stdout().write_all(json.as_bytes())?;
    }
    Ok(exit)
}

fn analyze(
    session: &mut Session,
    spec: AnalysisSpec,
    on_window: &mut dyn FnMut(WindowScores) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let shown = spec.video.display().to_string();
    let ended = session.run(Task::Analyze(spec), &mut |event, console| {
        match event {
            Event::Window { scores, .. } => {
                console.clear();
                on_window(scores)?;
            }
            Event::Progress { stage, progress, bottleneck, .. } => show(console, &shown, stage, &progress, bottleneck),
            Event::Warning { message, .. } => console.complain(&format!("warning: {message}: {shown}")),
            _ => {}
        }
        Ok(())
    })?;
    match ended {
        Ended::Failed(failure) => {
            session.console.complain(&failure.summary);
            if !failure.details.is_empty() {
                tracing::error!(details = failure.details, "{shown}");
            }
            Ok(Exit::Failed)
        }
        Ended::Cancelled => Ok(Exit::Interrupted),
        Ended::Finished(timing) => {
            let slower = timing.bottleneck.map(|slower| format!(", {slower} is the slower part"));
            let slower = slower.unwrap_or_default();
            session.console.note(&format!("{shown}: done in {:.1} s{slower}", timing.total_secs));
            Ok(Exit::Done)
        }
    }
}

fn show(console: &mut Console, shown: &str, stage: Stage, progress: &Progress, bottleneck: Option<Bottleneck>) {
    let (what, more) = match stage {
        Stage::Indexing => (format!("{shown}: listing frames"), String::new()),
        Stage::Analyzing
        | Stage::Testing
        | Stage::Verifying
        | Stage::Checking
        | Stage::Features
        | Stage::Validating => {
            let slower = bottleneck.map(|slower| format!(", {slower} is the slower part")).unwrap_or_default();
            (format!("{shown}: analysing"), format!("{:.2} windows/s{slower}", progress.rate))
        }
    };
    console.progress(&what, progress, &more);
}
