//! `kinetoscope classify`: analyses videos one after the other and prints what was found.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use ks_domain::recipe::Recipe;
use ks_domain::{AnalysisSettings, LabelSet, Progress, Valid, WindowScores};
use ks_engine::{
    AnalysisSpec, Bottleneck, Engine, EngineConfig, Event, EventReceiver, ModelInfo, ModelSpec, Stage, Task,
    checkpoint_about,
};

use super::Exit;
use super::args::ClassifyArgs;
use super::console::{Console, Interrupt};
use super::rows::{Format, RowWriter};
use super::{configuration, long_video};

/// How often Ctrl-C is looked for while nothing happens.
const POLL: Duration = Duration::from_millis(30);

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
    let (engine, events) = Engine::in_process(config, Box::new(|| {}))?;
    let mut model = ModelSpec::new(checkpoint, args.device);
    let theirs = match &args.like_mmaction2 {
        Some(config) => Some(configuration::load(config, &mut console)?.recipe),
        None => None,
    };
    model.arch = theirs.as_ref().map(|recipe| recipe.model.arch.clone());
    let mut session = Session { engine, events, console, interrupt: interrupt.clone() };
    match session.load(&model)? {
        Loaded::Ready(info) => {
            let shown = args.labels.as_ref().unwrap_or(&args.checkpoint).display();
            labels.check_count(info.classes).map_err(|error| anyhow::anyhow!("{error}: {shown}"))?;
            session.console.note(&format!("{} on {} ({})", info.architecture, info.device.name, info.reason));
        }
        Loaded::Ended(exit) => return Ok(exit),
    }
    if let Some(recipe) = theirs {
        return session.like_mmaction2(&args, &recipe, model, &labels);
    }
    let format = match (args.json, args.csv) {
        (true, _) => Format::Json,
        (false, true) => Format::Csv,
        (false, false) => Format::Text,
    };
    let out = BufWriter::new(io::stdout().lock());
    let mut rows = RowWriter::new(format, out, labels, usize::try_from(args.top).unwrap_or(usize::MAX))?;
    let exit = session.analyze_all(&args.videos, &model, settings, &mut rows)?;
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

enum Loaded {
    Ready(ModelInfo),
    Ended(Exit),
}

/// The engine and who watches it.
struct Session {
    engine: Engine,
    events: EventReceiver,
    console: Console,
    interrupt: Interrupt,
}

impl Session {
    /// Loads the network before any video is touched.
    fn load(&mut self, model: &ModelSpec) -> anyhow::Result<Loaded> {
        let job = self.engine.submit(Task::Inspect(model.clone()))?;
        let mut info = None;
        loop {
            match self.next(job)? {
                Event::ModelReady { model, .. } => info = Some(model),
                Event::Failed { failure, .. } => {
                    self.console.complain_with(&failure.summary, &failure.details);
                    return Ok(Loaded::Ended(Exit::Failed));
                }
                Event::Cancelled { .. } => return Ok(Loaded::Ended(Exit::Interrupted)),
                Event::Finished { .. } => {
                    let info = info.context("the engine loaded the checkpoint without saying what it is")?;
                    return Ok(Loaded::Ready(info));
                }
                _ => {}
            }
        }
    }

    /// Analyses every video that can be; the others are reported.
    fn analyze_all(
        &mut self,
        videos: &[PathBuf],
        model: &ModelSpec,
        settings: Valid<AnalysisSettings>,
        rows: &mut Rows,
    ) -> anyhow::Result<Exit> {
        let mut exit = Exit::Done;
        for video in videos {
            let spec = AnalysisSpec { video: video.clone(), model: model.clone(), settings, clips: 1 };
            match self.analyze(spec, &mut |scores| rows.window(video, &scores))? {
                Exit::Done => {}
                Exit::Failed | Exit::Usage => exit = Exit::Failed,
                Exit::Interrupted => return Ok(Exit::Interrupted),
            }
        }
        Ok(exit)
    }

    /// Prints what `long_video_demo` of mmaction2 writes.
    fn like_mmaction2(
        &mut self,
        args: &ClassifyArgs,
        recipe: &Recipe,
        model: ModelSpec,
        labels: &LabelSet,
    ) -> anyhow::Result<Exit> {
        let [video] = args.videos.as_slice() else {
            self.console.complain("--like-mmaction2 takes one video: its output does not say which");
            return Ok(Exit::Usage);
        };
        let clips = recipe.test.as_ref().context("the configuration does not say how clips are cut for testing")?;
        let (settings, clips) = match long_video::settings(clips, recipe.normalization, args.drop) {
            Ok(settings) => settings,
            Err(sentence) => {
                self.console.complain(&sentence);
                return Ok(Exit::Usage);
            }
        };
        let Some(valid) = checked(settings, &mut self.console) else { return Ok(Exit::Usage) };
        let mut windows = Vec::new();
        let spec = AnalysisSpec { video: video.clone(), model, settings: valid, clips };
        let exit = self.analyze(spec, &mut |window| {
            windows.push(window);
            Ok(())
        })?;
        if exit == Exit::Done {
            // Windows reach to the last frame.
            let frames = windows.iter().map(|window| window.end_frame).max().unwrap_or(0);
            let json = long_video::json(frames, &settings, &windows, labels, args.threshold);
            self.console.clear();
            io::stdout().write_all(json.as_bytes())?;
        }
        Ok(exit)
    }

    fn analyze(
        &mut self,
        spec: AnalysisSpec,
        on_window: &mut dyn FnMut(WindowScores) -> anyhow::Result<()>,
    ) -> anyhow::Result<Exit> {
        let shown = spec.video.display().to_string();
        let job = self.engine.submit(Task::Analyze(spec))?;
        loop {
            match self.next(job)? {
                Event::Window { scores, .. } => {
                    self.console.clear();
                    on_window(scores)?;
                }
                Event::Progress { stage, progress, bottleneck, .. } => {
                    self.show(&shown, stage, &progress, bottleneck);
                }
                Event::Warning { message, .. } => self.console.complain(&format!("warning: {message}: {shown}")),
                Event::Failed { failure, .. } => {
                    self.console.complain(&failure.summary);
                    if !failure.details.is_empty() {
                        tracing::error!(details = failure.details, "{shown}");
                    }
                    return Ok(Exit::Failed);
                }
                Event::Cancelled { .. } => return Ok(Exit::Interrupted),
                Event::Finished { timing, .. } => {
                    let slower = timing.bottleneck.map(|slower| format!(", {slower} is the slower part"));
                    let slower = slower.unwrap_or_default();
                    self.console.note(&format!("{shown}: done in {:.1} s{slower}", timing.total_secs));
                    return Ok(Exit::Done);
                }
                _ => {}
            }
        }
    }

    fn show(&mut self, shown: &str, stage: Stage, progress: &Progress, bottleneck: Option<Bottleneck>) {
        let (what, more) = match stage {
            Stage::Indexing => (format!("{shown}: listing frames"), String::new()),
            Stage::Analyzing | Stage::Testing | Stage::Verifying => {
                let slower = bottleneck.map(|slower| format!(", {slower} is the slower part")).unwrap_or_default();
                (format!("{shown}: analysing"), format!("{:.2} windows/s{slower}", progress.rate))
            }
        };
        self.console.progress(&what, progress, &more);
    }

    /// The next event; Ctrl-C cancels the job, which then ends with [`Event::Cancelled`].
    fn next(&mut self, job: ks_engine::JobId) -> anyhow::Result<Event> {
        next_event(&self.engine, &self.events, &self.interrupt, job)
    }
}

/// Waits for the next event of an engine in this process, and passes Ctrl-C on to `job`.
pub(super) fn next_event(
    engine: &Engine,
    events: &EventReceiver,
    interrupt: &Interrupt,
    job: ks_engine::JobId,
) -> anyhow::Result<Event> {
    loop {
        if interrupt.is_asked() {
            engine.cancel(job);
        }
        if let Some(event) = events.recv_timeout(POLL) {
            return Ok(event);
        }
    }
}
