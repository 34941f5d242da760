//! The window's heart: takes in what happened, draws, and carries out what is to be done.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use eframe::egui;
use ks_engine::Places;
use ks_ui::keymap::{Keymap, Profile};
use ks_ui::state::{Action, AppState, Effect, Event, Failure, ProjectEffect, ProjectEvent, Scale, TrainingEffect};
use ks_ui::theme::ThemeChoice;
use ks_ui::{FrameTimes, ViewCtx};

use super::closing::Closing;
use super::config::{Config, ConfigWriter};
use super::dialogs::Dialogs;
use super::engine::{self, EngineLink, StartEngine};
use super::exchange::ExchangeLink;
use super::inbox::Inbox;
use super::media::MediaLink;
use super::player::PlayerLink;
use super::project::ProjectLink;
use super::sample::SampleLink;
use super::training::TrainingLink;
use super::videos::Videos;
use super::zoo::ZooLink;
use super::{WindowOptions, drops, installation, languages, videos};

/// How long events may be taken in before the next frame is drawn; what is left waits for the frame after.
const INTAKE: Duration = Duration::from_millis(4);

/// Set to anything, it prints how long frames took when the window closes.
const FRAME_TIMES: &str = "KINETOSCOPE_FRAME_TIMES";

/// The window.
pub(super) struct Shell {
    pub(super) state: AppState,
    pub(super) ctx: egui::Context,
    pub(super) inbox: Inbox,
    videos: Videos,
    player: PlayerLink,
    pub(super) engine: Option<EngineLink>,
    zoo: ZooLink,
    pub(super) training: TrainingLink,
    sample: SampleLink,
    pub(super) project: ProjectLink,
    exchange: ExchangeLink,
    media: MediaLink,
    dialogs: Dialogs,
    config: ConfigWriter,
    frame_times: FrameTimes,
    frame_times_analysing: FrameTimes,
    frame_times_training: FrameTimes,
    /// From one frame to the next while a video plays: what the eye sees, drawing and waiting included.
    frame_gaps_playing: FrameTimes,
    last_frame: Option<Instant>,
    shown_theme: Option<ThemeChoice>,
    shown_scale: Option<Scale>,
    pub(super) closing: Closing,
}

/// What the window finds outside of itself.
pub(super) struct Outside {
    pub(super) places: Places,
    pub(super) dialogs: Dialogs,
    pub(super) start_engine: StartEngine,
    /// Who draws the window.
    pub(super) drawn_by: String,
}

impl Outside {
    /// The platform's own dialogs, and an engine in a child process.
    pub(super) fn of_the_platform(places: Places, drawn_by: String) -> Self {
        Self { places, dialogs: Dialogs::of_the_platform(), start_engine: engine::in_a_child, drawn_by }
    }
}

impl Shell {
    /// Starts everything behind the window.
    pub(super) fn start(ctx: &egui::Context, outside: Outside, options: WindowOptions) -> anyhow::Result<Self> {
        let Outside { places, dialogs, start_engine, drawn_by } = outside;
        ks_ui::theme::apply(ctx);
        let inbox = Inbox::new(ctx);
        let folders = installation::places(&places);
        let training_cache = places.cache_dir.clone();
        let mut shell = Self {
            state: AppState::default(),
            videos: Videos::start(Some(places.cache_dir), inbox.outlet())?,
            player: PlayerLink::new(ctx),
            engine: None,
            zoo: ZooLink::new(inbox.outlet(), dialogs.clone()),
            training: TrainingLink::start(&places.data_dir, &training_cache, inbox.outlet(), dialogs.clone())?,
            sample: SampleLink::new(&places.data_dir, start_engine, inbox.outlet()),
            project: ProjectLink::start(&places.data_dir, inbox.outlet(), dialogs.clone())?,
            exchange: ExchangeLink::new(inbox.outlet(), dialogs.clone()),
            media: MediaLink::new(inbox.outlet(), dialogs.clone()),
            dialogs,
            config: ConfigWriter::start(places.config_dir.clone(), inbox.outlet())?,
            inbox,
            frame_times: FrameTimes::default(),
            frame_times_analysing: FrameTimes::default(),
            frame_times_training: FrameTimes::default(),
            frame_gaps_playing: FrameTimes::default(),
            last_frame: None,
            shown_theme: None,
            shown_scale: None,
            closing: Closing::No,
            ctx: ctx.clone(),
        };
        match EngineLink::start(ctx, start_engine) {
            Ok(engine) => shell.engine = Some(engine),
            Err(error) => shell.happens(Event::Engine(ks_ui::state::EngineEvent::Down(Failure::new(format!(
                "The compute engine cannot be started ({error}); watching videos works, analysing does not"
            ))))),
        }
        let config = Config::read(&places.config_dir).unwrap_or_else(|error| {
            shell.happens(Event::Trouble(Failure::new(ks_ui::format::sentence(&format!("{error:#}")))));
            Config::default()
        });
        shell.restore_look(&config, &places.config_dir);
        shell.restore(config, options);
        // The count of labels that were not learnt from stands on them.
        shell.carry_out(Effect::Training(TrainingEffect::ListCheckpoints));
        shell.carry_out(Effect::Training(TrainingEffect::ListRuns));
        for event in shell.training.bring_built_in() {
            shell.happens(event);
        }
        shell.state.installation.places = folders;
        shell.state.installation.drawn_by = drawn_by;
        installation::look(shell.inbox.outlet());
        // Before the first frame, because panels take their first size from it.
        shell.follow_look();
        Ok(shell)
    }

    /// Languages, keys and motion of the last session; what cannot be used is said, all of it.
    fn restore_look(&mut self, config: &Config, config_dir: &Path) {
        let (found, mut issues) = languages::read(config_dir);
        self.state.languages = found;
        if let Some(key) = config.language.as_deref() {
            match self.state.languages.find(key) {
                Some(language) => self.state.language = language.clone(),
                None => issues.push(format!(
                    "The language “{key}” of the last session is not there; put {key}.ftl into the folder {}",
                    config_dir.join("languages").display()
                )),
            }
        }
        ks_ui::texts::speak(&self.state.language);
        let profile = config.key_profile.as_deref().map(|key| Profile::from_key(key).ok_or(key));
        let profile = profile.transpose().unwrap_or_else(|key| {
            issues.push(format!("There is no profile “{key}” of keys; the usual keys are used"));
            None
        });
        let (keymap, wrong) = Keymap::read(profile.unwrap_or_default(), &config.keys);
        issues.extend(wrong.iter().map(|issue| format!("{issue} (keys of config.toml)")));
        self.state.keymap = Arc::new(keymap);
        self.state.reduced_motion = config.reduced_motion.unwrap_or(false);
        for issue in issues {
            self.happens(Event::Trouble(Failure::new(issue)));
        }
    }

    /// What was asked for on the command line, and for the rest what the last session had.
    fn restore(&mut self, config: Config, options: WindowOptions) {
        self.state.theme = config.theme.as_deref().and_then(ThemeChoice::from_key).unwrap_or_default();
        self.state.scale = Scale::new(config.scale.unwrap_or(1.0));
        self.state.zoo.works_offline = config.offline.unwrap_or(false);
        self.state.zoo.offline_by = ks_engine::zoo::offline_by_environment();
        let device = options.device.map(|device| device.to_string()).or(config.device);
        if let Some(device) = device {
            self.state.devices.wanted = device;
        }
        self.state.studio.recent = config.recent.into_iter().filter(|path| path.is_file()).collect();
        self.state.studio.formats = ExchangeLink::formats();
        self.state.studio.person = config.person.unwrap_or_else(user_name);
        self.state.studio.reaction_millis = config.reaction_millis.unwrap_or(0);
        // From here on the settings are written again, so all that is kept of them has to be there.
        // What the last session used may be gone by now; only what was asked for now is worth a message.
        let still_there = |path: &PathBuf| path.is_file();
        if let Some(checkpoint) = options.checkpoint.or(config.checkpoint.filter(still_there)) {
            self.acts(Action::ChooseCheckpoint(checkpoint));
        }
        if let Some(labels) = options.labels.or(config.labels.filter(still_there)) {
            self.acts(Action::ChooseLabels(labels));
        }
        if !options.videos.is_empty() {
            drops::open(absolute(options.videos), self.inbox.outlet());
        }
    }

    pub(super) fn acts(&mut self, action: Action) {
        self.happens(Event::Action(action));
    }

    /// How much is not on the disk yet.
    #[cfg(test)]
    pub(super) fn unsaved(&self) -> usize {
        self.project.state().unsaved
    }

    /// Takes in an event and carries out what follows from it, until nothing more does.
    pub(super) fn happens(&mut self, event: Event) {
        let mut events = std::collections::VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.state.apply(event) {
                events.extend(self.carry_out(effect));
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Vec<Event> {
        let outlet = self.inbox.outlet();
        let folder_of =
            |file: Option<&ks_ui::state::NamedFile>| file.and_then(|file| file.path.parent()).map(PathBuf::from);
        match effect {
            Effect::AskForVideos => self.dialogs.ask_for_videos(outlet),
            Effect::AskForCheckpoint => {
                self.dialogs.ask_for_checkpoint(outlet, folder_of(self.state.model.file()));
            }
            Effect::AskForLabels => {
                self.dialogs.ask_for_labels(outlet, folder_of(self.state.labels.file.as_ref()));
            }
            Effect::Examine { video, path } => self.videos.examine(video, path),
            Effect::MakePictures { video, path, info, table, is_strip } => {
                self.videos.make_pictures(video, path, (info, table), is_strip);
            }
            Effect::Forget { video } => {
                self.videos.forget(video);
                if let Some(engine) = &mut self.engine {
                    engine.forget(video);
                }
            }
            Effect::LoadPlayer { video, path, info, table } => {
                return self.player.load((video, &path), &info, table, &self.state.player);
            }
            Effect::GivePlayerTable(table) => self.player.give_table(table),
            Effect::ClosePlayer => self.player.close(),
            Effect::Player(command) => self.player.command(command),
            Effect::InspectModel { checkpoint, device } => {
                return self.engine.as_mut().map_or_else(Vec::new, |engine| engine.inspect(checkpoint, &device));
            }
            Effect::ReadLabels { path } => videos::read_labels(path, outlet),
            Effect::Analyse { video, path, checkpoint, device, settings, first_window } => {
                return match &mut self.engine {
                    Some(engine) => engine.analyse((video, path), (checkpoint, &device), settings, first_window),
                    None => vec![Event::Engine(ks_ui::state::EngineEvent::Failed(
                        video,
                        Failure::new("The compute engine does not run; start the program again"),
                    ))],
                };
            }
            Effect::Cancel { video } => {
                if let Some(engine) = &self.engine {
                    engine.cancel(video);
                }
            }
            Effect::Media(effect) => self.media.carry_out(effect),
            Effect::Project(ProjectEffect::Exchange(effect)) => {
                return self.exchange.carry_out(effect, &self.state);
            }
            Effect::Project(effect) => {
                if let ProjectEffect::Close | ProjectEffect::Abandon = effect {
                    self.exchange.let_go();
                }
                return self.project.carry_out(effect);
            }
            Effect::Zoo(effect) => return self.zoo.carry_out(effect),
            Effect::Training(effect) => {
                return self.training.carry_out(effect, &self.state, self.engine.as_mut());
            }
            Effect::FindSample => self.sample.find(),
            Effect::CancelSample => self.sample.cancel(),
            Effect::CheckForUpdates => installation::check_for_updates(&outlet),
            Effect::SaveConfig => self.config.save(Config::of(&self.state)),
            Effect::Quit => self.ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
        vec![]
    }

    /// Takes in what happened outside, for a few milliseconds at most.
    fn take_in(&mut self) {
        let begin = Instant::now();
        self.state.studio.now_millis =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        for event in self.project.poll() {
            if let Event::Project(ProjectEvent::Opened { .. }) = event {
                self.exchange.let_go();
            }
            self.happens(event);
        }
        for event in self.player.poll() {
            self.happens(event);
        }
        for event in self.training.poll(self.engine.as_mut()) {
            self.happens(event);
        }
        loop {
            let said = self.engine.as_mut().and_then(EngineLink::next).map(|said| said.in_words(&mut self.training));
            let told = self.inbox.try_next();
            if said.is_none() && told.is_none() {
                break;
            }
            for event in said.into_iter().flatten().chain(told) {
                self.happens(event);
            }
            if begin.elapsed() > INTAKE {
                self.ctx.request_repaint();
                break;
            }
        }
        self.state.refresh();
    }

    /// Remembers how long the last frame took to make, and how long ago it was begun.
    fn time_frame(&mut self, cpu_secs: Option<f32>) {
        if let Some(secs) = cpu_secs {
            self.frame_times.push(secs * 1000.0);
            if self.state.running_video().is_some() {
                self.frame_times_analysing.push(secs * 1000.0);
            }
            if self.state.training.runs.busy().is_some() {
                self.frame_times_training.push(secs * 1000.0);
            }
        }
        let now = Instant::now();
        if let Some(last) = self.last_frame.replace(now).filter(|_| self.state.player.is_playing) {
            self.frame_gaps_playing.push((now - last).as_secs_f32() * 1000.0);
        }
    }

    /// Lets the toolkit know about theme and scale where they changed.
    fn follow_look(&mut self) {
        if self.shown_theme != Some(self.state.theme) {
            self.shown_theme = Some(self.state.theme);
            self.ctx.set_theme(self.state.theme.preference());
        }
        if self.shown_scale != Some(self.state.scale) {
            self.shown_scale = Some(self.state.scale);
            self.ctx.set_zoom_factor(self.state.scale.factor());
        }
    }
}

/// The name by which the system knows the user; empty if it knows none.
fn user_name() -> String {
    ["USER", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
}

impl eframe::App for Shell {
    fn logic(&mut self, _ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.guard_closing();
        self.time_frame(frame.info().cpu_usage);
        self.take_in();
        self.follow_look();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let (dropped, hovered_files) = ui.input(|input| {
            let paths: Vec<PathBuf> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
            (paths, input.raw.hovered_files.len())
        });
        if !dropped.is_empty() {
            drops::open(dropped, self.inbox.outlet());
        }
        let view = ViewCtx { frame_times: Some(&self.frame_times), hovered_files };
        let actions = ks_ui::show(ui, &self.state, view);
        let has_acted = !actions.is_empty();
        for action in actions {
            self.acts(action);
        }
        if has_acted {
            self.state.refresh();
            self.ctx.request_repaint();
        }
    }

    fn raw_input_hook(&mut self, ctx: &egui::Context, input: &mut egui::RawInput) {
        if self.state.reduced_motion {
            let points_in_line = ctx.options(|options| options.input_options.line_scroll_speed);
            ks_ui::theme::still_wheel(input, points_in_line);
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        if std::env::var_os(FRAME_TIMES).is_some() {
            eprintln!("interface: {}", self.frame_times.summary());
            eprintln!("interface while analysing: {}", self.frame_times_analysing.summary());
            eprintln!("interface while training: {}", self.frame_times_training.summary());
            eprintln!("from frame to frame while playing: {}", self.frame_gaps_playing.summary());
        }
    }
}

/// Paths that stay right whatever the working directory is later, and that compare equal.
fn absolute(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.into_iter().map(|path| std::path::absolute(&path).unwrap_or(path)).collect()
}
