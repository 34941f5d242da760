//! Training through the names that assistive technology hears.

use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ks_domain::metrics::{SegmentCounts, WholeVideoFigures};
use ks_domain::project::UsedModel;
use ks_domain::training::{Estimate, TrainNews, WholeVideoRecord};
use ks_tests_ui::scenes::training as scenes;
use ks_tests_ui::{Look, Window, open};
use ks_ui::commands::Command;
use ks_ui::state::{
    Action, AnalysisPhase, AppState, Effect, Event, Failure, FieldValue, Improve, LearnScreen, PlayerCommand,
    PlayerEvent, RunState, Screen, TrainingAction, TrainingEffect, TrainingEvent, ZooEvent, ZooFile,
};

fn wide(state: AppState) -> Harness<'static, Window> {
    open(state, Look { size: [1500.0, 1400.0], ..Look::default() })
}

fn click(window: &mut Harness<'_, Window>, name: &str) {
    window.get_by_label(name).click();
    window.run();
}

fn happens(window: &mut Harness<'_, Window>, event: TrainingEvent) {
    window.state_mut().happens(Event::Training(event));
    window.run();
}

fn act(window: &mut Harness<'_, Window>, action: TrainingAction) {
    window.state_mut().happens(Action::Training(action).into());
    window.run();
}

fn last_training(window: &Harness<'_, Window>) -> TrainingEffect {
    let effects = window.state().effects.iter().rev();
    let training = effects.filter_map(|effect| match effect {
        Effect::Training(effect) => Some(effect.clone()),
        _ => None,
    });
    training.into_iter().next().expect("should have asked for something")
}

/// A window in which all of a run is seen without scrolling.
fn tall(state: AppState) -> Harness<'static, Window> {
    open(state, Look { size: [1500.0, 2600.0], ..Look::default() })
}

/// What stands together in a line.
fn together(text: &str) -> String {
    text.replace('~', "\u{a0}")
}

fn type_into(window: &mut Harness<'_, Window>, name: &str, text: &str) {
    click(window, name);
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.event(egui::Event::Text(text.to_owned()));
    window.run();
}

#[test]
fn the_screens_are_reached_by_tabs_and_by_keys() {
    let mut window = wide(scenes::labelled());
    window.get_by_label("Screen: Train, 22 labels not learned from yet").click();
    window.run();
    assert_eq!(window.state().state.screen(), Screen::Learn(LearnScreen::Train));
    assert!(window.state().effects.contains(&Effect::Training(TrainingEffect::ListRuns)));
    for (key, screen) in [
        (Key::Num3, Screen::Learn(LearnScreen::Checkpoints)),
        (Key::M, Screen::Zoo),
        (Key::Num2, Screen::Learn(LearnScreen::Train)),
        (Key::Num1, Screen::Analyse),
    ] {
        window.key_press_modifiers(egui::Modifiers::COMMAND, key);
        window.run();
        assert_eq!(window.state().state.screen(), screen, "{key:?}");
    }
    // In a small window the tabs are a menu.
    let window = open(scenes::labelled(), Look { size: [640.0, 400.0], ..Look::default() });
    window.get_by_label("Screen");
}

#[test]
fn without_videos_or_labels_one_sentence_says_what_to_do() {
    let mut window = wide(scenes::train_nothing());
    window.get_by_label("Training learns from labelled moments of your videos");
    click(&mut window, "Open videos…");
    assert_eq!(window.state().effects, [Effect::AskForVideos]);
    let mut window = wide(scenes::train_empty());
    window.get_by_label("There are no labels yet");
    let obstacle = window.state().state.start_obstacle();
    assert_eq!(obstacle.as_deref(), Some("There is no label set; label some moments first"));
    window.get_all_by_label("Analyse videos").next().expect("should be a button").click();
    window.run();
    assert_eq!(window.state().state.screen(), Screen::Analyse);
}

#[test]
fn the_data_are_counted_by_class_and_problems_lead_to_their_place() {
    let mut window = wide(scenes::train_first());
    window.get_by_label_contains("arm wrestling: ");
    window.get_by_label_contains("juggling balls: ");
    let name = "Juggling balls and arm wrestling happen at once";
    let problem = window.state().state.training.data.problems.iter().find(|problem| problem.time.is_some()).cloned();
    let problem = problem.unwrap_or_else(|| panic!("should have a problem with a place: {name}"));
    let link = format!("{}, go to", problem.message);
    window.get_all_by_label_contains(&link).next().expect("should be a link").click();
    window.run();
    let state = &window.state().state;
    assert_eq!(state.screen(), Screen::Analyse);
    assert_eq!(state.selected, problem.video.map(|(video, _)| video));
}

#[test]
fn a_clip_of_another_video_is_shown_as_soon_as_that_is_open() {
    let mut window = wide(scenes::train_first());
    let state = &window.state().state;
    let (video, start) = (state.videos[4].id, ks_domain::MediaTime::from_secs_f64(4.0));
    let place = ks_ui::state::ClipPlace { video: Some(video), file: String::new(), start, end: start };
    act(&mut window, TrainingAction::OpenClip(place));
    assert_eq!(window.state().state.selected, Some(video));
    window.state_mut().happens(Event::Player(PlayerEvent::Ready));
    assert_eq!(window.state().effects.last(), Some(&Effect::Player(PlayerCommand::SeekFrame(100))));
    // Once: opening it again stays where it was.
    let count = window.state().effects.len();
    window.state_mut().happens(Event::Player(PlayerEvent::Ready));
    assert_eq!(window.state().effects.len(), count);
}

#[test]
fn a_setting_is_typed_marked_wrong_and_taken_back() {
    let mut window = wide(scenes::train_first());
    assert!(window.query_by_label("Schedule, Epochs: back to the preset").is_none());
    type_into(&mut window, "Schedule, Epochs", "0");
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().state.training.form.config.schedule.epochs, 0);
    window.get_by_label("Must be 1 to 10000 epochs");
    window.get_all_by_label("2 settings are wrong; correct them first").next().expect("should say why");
    let before = window.state().effects.len();
    click(&mut window, "Start training");
    assert_eq!(window.state().effects.len(), before);
    click(&mut window, "Schedule, Epochs: back to the preset");
    assert_eq!(window.state().state.training.form.config.schedule.epochs, 60);
    assert!(window.query_by_label("Must be 1 to 10000 epochs").is_none());
    assert!(matches!(last_training(&window), TrainingEffect::Estimate(_)));
}

#[test]
fn every_setting_has_a_control_with_its_name() {
    let mut window = open(scenes::train_first(), Look { size: [1500.0, 2600.0], ..Look::default() });
    assert!(window.query_by_label("Optimizer, Momentum").is_none());
    click(&mut window, "Show all settings");
    for field in ks_domain::training::FIELDS {
        let words = |text: &str| {
            let text = text.replace(['_', '.'], " ");
            text[..1].to_uppercase() + &text[1..]
        };
        window.get_by_label(&format!("{}, {}", words(field.section()), words(field.name())));
    }
}

#[test]
fn the_text_changes_the_form_and_the_form_the_text() {
    let mut window = wide(scenes::train_first());
    act(&mut window, TrainingAction::SetField("data.batch", FieldValue::Integer(5)));
    click(&mut window, "As text");
    let text = window.state().state.training.form.text.clone();
    assert!(text.contains("batch = 5"));
    type_into(&mut window, "Configuration as text", &text.replace("batch = 5", "batch = 6"));
    assert_eq!(window.state().state.training.form.config.data.batch, 6);
    type_into(&mut window, "Configuration as text", "[data]\nbatch = many");
    assert_eq!(window.state().state.training.form.config.data.batch, 6);
    window.get_by_label_contains("The configuration cannot be read: ");
    window.get_all_by_label("The configuration cannot be read; correct the text first").next().expect("should say");
    click(&mut window, "Form");
    window.get_by_label("Data, Batch");
}

#[test]
fn presets_fill_the_form_with_what_was_published() {
    let mut window = wide(scenes::train_first());
    act(&mut window, TrainingAction::Preset("accurate".to_owned()));
    assert!(window.state().state.training.form.changed.is_empty());
    let recipe = "ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb";
    click(&mut window, "Preset");
    window.get_by_label(recipe).click();
    window.run();
    let form = &window.state().state.training.form;
    assert_eq!((form.preset.as_str(), form.config.schedule.epochs), (recipe, 58));
}

#[test]
fn a_run_is_started_with_everything_that_was_shown() {
    let mut window = wide(scenes::train_first());
    window.get_by_label("2.1 GB of memory, 640 MB of disk, 1 step an epoch, about 4 min 12 s");
    type_into(&mut window, "Name of the run", "the gym");
    click(&mut window, "Start training");
    let TrainingEffect::Start(order) = last_training(&window) else { panic!("should start") };
    assert_eq!((order.name.as_str(), order.preset.as_str()), ("the gym", "quick-head"));
    assert_eq!(order.data, window.state().state.training.data.data);
    assert!(order.journal > 20);
    let mut entry = scenes::entry("run-0001", "the gym", "quick-head", 0.0);
    entry.state = RunState::Running;
    happens(&mut window, TrainingEvent::Started { entry, is_improvement: false });
    let obstacle = window.state().state.start_obstacle();
    assert_eq!(obstacle.as_deref(), Some("“the gym” is being trained; wait for it, or pause or stop it first"));
    happens(&mut window, TrainingEvent::Estimated(Estimate::default()));
}

#[test]
fn news_draw_curves_the_matrix_and_the_table() {
    let mut window = tall(scenes::train_running());
    window.get_by_label_contains(&together("Learning · epoch~20~of~60 · step~40~of~40 · "));
    window.get_by_label_contains("Loss: training: ");
    window.get_by_label_contains("Top-1: training: ");
    // Three of its six were taken for others, and some of others for it.
    let (_, record) = window.state().state.training.runs.shown().expect("should be read");
    let figures = record.evaluation().expect("should be judged").per_class();
    assert_eq!((figures[3].recall, figures[3].samples), (Some(0.5), 6));
    window.get_by_label_contains("class 00: precision ");
    let step = scenes::step(21, 1, 20);
    happens(&mut window, scenes::news("run-0003", TrainNews::Steps(step)));
    window.get_by_label_contains(&together("epoch~21~of~60 · step~4~of~40"));
    happens(
        &mut window,
        TrainingEvent::Changed {
            run: "run-0003".to_owned(),
            state: RunState::Failed(Failure::new("The disk is full; make room and resume the run")),
        },
    );
    window.get_by_label("The disk is full; make room and resume the run");
    window.get_by_label("Resume everything again").click();
    window.run();
    assert_eq!(last_training(&window), TrainingEffect::Resume { run: "run-0003".to_owned() });
}

#[test]
fn a_cell_lists_its_clips_and_a_clip_leads_to_its_place() {
    let mut window = tall(scenes::train_running());
    window.get_by_label_contains("juggling balls taken for shaking hands: ").click();
    window.run();
    assert_eq!(window.state().state.training.runs.cell, Some((1, 2)));
    let found = window.get_all_by_label_contains(".mp4 at ").next().expect("should list a clip");
    found.click();
    window.run();
    assert_eq!(window.state().state.screen(), Screen::Analyse);
}

#[test]
fn classes_are_sorted_by_any_column() {
    let mut window = tall(scenes::train_running());
    click(&mut window, "Sort by Recall");
    let state = &window.state().state.training.runs;
    let (_, record) = state.shown().expect("should be read");
    let sorted = state.sorted_classes(record.evaluation().expect("should be judged"));
    assert!(sorted.windows(2).all(|pair| pair[0].1.recall <= pair[1].1.recall));
    click(&mut window, "Sort by Recall");
    assert!(window.state().state.training.runs.is_descending);
}

#[test]
fn runs_are_paused_stopped_and_compared() {
    let mut window = wide(scenes::train_running());
    click(&mut window, "Pause everything again");
    assert_eq!(last_training(&window), TrainingEffect::Pause { run: "run-0003".to_owned() });
    click(&mut window, "Stop everything again");
    assert_eq!(last_training(&window), TrainingEffect::Stop { run: "run-0003".to_owned() });
    click(&mut window, "Compare run-0001");
    assert_eq!(last_training(&window), TrainingEffect::ReadRun { run: "run-0001".to_owned() });
    let mut window = wide(scenes::train_compared());
    window.get_by_label("3 runs compared");
    window.get_by_label("schedule.epochs");
    click(&mut window, "Compare none");
    assert!(window.state().state.training.runs.compared.is_empty());
}

#[test]
fn clips_are_previewed() {
    let mut window = wide(scenes::train_first());
    click(&mut window, "Preview clips");
    assert!(matches!(last_training(&window), TrainingEffect::Preview(_)));
    window.get_by_label("Cutting clips");
    happens(&mut window, TrainingEvent::Preview(Err(Failure::new("No clip could be cut; look at the videos"))));
    window.get_by_label("No clip could be cut; look at the videos");
    let mut window = wide(scenes::train_previews());
    window.get_all_by_label_contains("arm wrestling, recording 01.mp4 at ").next().expect("should be shown").click();
    window.run();
    assert_eq!(window.state().state.screen(), Screen::Analyse);
}

#[test]
fn improving_shows_what_was_gained_and_is_taken_back() {
    let mut window = wide(scenes::labelled());
    click(&mut window, "Improve (22)");
    let TrainingEffect::Improve(order) = last_training(&window) else { panic!("should improve") };
    assert_eq!(order.preset, "quick-head");
    let mut window = wide(scenes::improving());
    window.get_by_label("Learning, epoch 7, 15 min 1 s left");
    let before = window.state().state.model.file().cloned();
    window.state_mut().happens(Event::Training(TrainingEvent::Improved(scenes::improvement())));
    window.run();
    window.get_by_label("Right before: 58 %, now: 83 %");
    window.get_by_label("On 12 labels that it did not learn from");
    let improved = scenes::improvement().checkpoint;
    assert_eq!(window.state().state.model.file().map(|file| file.path.clone()), Some(improved.clone()));
    click(&mut window, "Take back");
    assert_eq!(window.state().state.model.file().cloned(), before);
    let expected = Effect::Training(TrainingEffect::TakeBackImprove { checkpoint: improved });
    assert!(window.state().effects.contains(&expected));
    let mut window = wide(scenes::improved());
    click(&mut window, "Keep");
    assert_eq!(window.state().state.training.improve, Improve::Idle);
}

#[test]
fn videos_of_the_network_before_are_analysed_again_on_request() {
    let mut window = wide(scenes::improving());
    let before = window.state().state.model.file().cloned().expect("should have a network");
    let others: Vec<_> = window.state().state.videos.iter().map(|video| video.id).collect();
    for video in &mut window.state_mut().state.videos {
        let model = UsedModel { checkpoint: before.name.clone(), ..UsedModel::default() };
        video.analysis.model = Some(std::sync::Arc::new(model));
        video.analysis.is_complete = true;
        video.analysis.phase = AnalysisPhase::Done;
    }
    happens(&mut window, TrainingEvent::Improved(scenes::improvement()));
    let left = window.state().state.analysed_before_improving().len();
    assert!(left > 0 && left < others.len(), "{left} of {}", others.len());
    let text =
        if left == 1 { "Analyse 1 other video again".to_owned() } else { format!("Analyse {left} other videos again") };
    click(&mut window, &text);
    assert_eq!(window.state().state.analysing_others_again(), left);
    click(&mut window, "Stop analysing them");
    // What was found in them earlier is still there.
    assert_eq!(window.state().state.analysed_before_improving().len(), left);
}

#[test]
fn an_improvement_that_was_interrupted_is_offered_to_go_on() {
    let mut window = wide(scenes::labelled());
    let mut entry = scenes::entry("Improve", "Improve", "quick-head", 0.5);
    (entry.is_improvement, entry.state) = (true, RunState::Stopped);
    happens(&mut window, TrainingEvent::Runs(vec![entry]));
    click(&mut window, "Go on improving");
    assert_eq!(last_training(&window), TrainingEffect::Resume { run: "Improve".to_owned() });
    happens(&mut window, TrainingEvent::GoesOn { run: "Improve".to_owned(), is_improvement: true });
    window.get_by_label("Cancel improving");
}

#[test]
fn a_run_may_start_from_a_published_network_that_is_here() {
    let mut window = wide(scenes::train_first());
    let name = ks_domain::zoo::entries()[0].name.clone();
    let path = std::path::PathBuf::from("/zoo/published.pth");
    let file = ZooFile::Here { path: path.clone(), bytes: 1, is_published: Some(true) };
    window.state_mut().happens(Event::Zoo(ZooEvent::File(name.clone(), file)));
    window.run();
    window.get_by_role_and_label(Role::ComboBox, "Start from").click();
    window.run();
    click(&mut window, &name);
    assert_eq!(window.state().state.training.start_from, Some(path));
}

#[test]
fn improving_can_be_cancelled_before_and_after_it_has_begun() {
    let mut window = wide(scenes::improving());
    click(&mut window, "Cancel improving");
    assert_eq!(last_training(&window), TrainingEffect::Stop { run: "run-0009".to_owned() });
    // What comes of it nevertheless is not wanted.
    let before = window.state().state.model.file().cloned();
    happens(&mut window, TrainingEvent::Improved(scenes::improvement()));
    assert_eq!(window.state().state.model.file().cloned(), before);
    let mut window = wide(scenes::labelled());
    act(&mut window, TrainingAction::Improve);
    click(&mut window, "Cancel improving");
    let entry = scenes::entry("run-0010", "Improve", "quick-head", 0.0);
    happens(&mut window, TrainingEvent::Started { entry, is_improvement: true });
    assert_eq!(last_training(&window), TrainingEffect::Stop { run: "run-0010".to_owned() });
}

#[test]
fn labels_count_as_learnt_once_a_checkpoint_has_learnt_from_them() {
    let mut window = wide(scenes::labelled());
    assert_eq!(window.state().state.training.unlearnt.count, 22);
    let journal = window.state().state.studio.project.history().entries().len() as u64;
    let mut learnt = scenes::checkpoint(1, "learnt", &["arm wrestling"]);
    learnt.journal = Some(journal);
    happens(&mut window, TrainingEvent::Checkpoints(vec![learnt]));
    assert_eq!(window.state().state.training.unlearnt.count, 0);
    window.get_by_label("Screen: Train");
    assert!(!window.state().state.can(Command::Improve));
    ks_tests_ui::scenes::draw(&mut window.state_mut().state, "arm wrestling", 8.2, 9.0);
    window.run();
    window.get_by_label("Screen: Train, 1 label not learned from yet");
    // Taken back, it is as it was.
    window.state_mut().happens(Action::Command(Command::Undo).into());
    window.run();
    window.get_by_label("Screen: Train");
}

#[test]
fn figures_of_whole_videos_stand_with_their_run() {
    let mut window = tall(scenes::train_running());
    assert!(window.query_by_label_contains("Whole videos").is_none());
    let counts = |hits| SegmentCounts { hits, wrong: 10 - hits, missed: 10 - hits };
    let figures = WholeVideoFigures {
        videos: 2,
        frames: 900,
        segments: [counts(9), counts(8), counts(5)],
        frame_accuracy: None,
        frame_map: Some(0.75),
        classes: vec![],
    };
    let judged = WholeVideoRecord { epoch: 12, figures };
    happens(&mut window, scenes::news("run-0003", TrainNews::WholeVideos(judged)));
    window.get_by_label("Whole videos: segment F1 90 % / 80 % / 50 % · frame mAP 75 % · frames right –");
}
