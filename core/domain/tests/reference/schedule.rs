//! `schedule/*.json`.

use std::path::Path;

use ks_domain::schedule::{EpochPolicy, EpochSchedule, IterationSchedule, WarmUp};

use super::{Row, Tally, json, list, real, whole};

pub fn rows(fixtures: &Path) -> Vec<Row> {
    vec![per_iteration(fixtures), per_epoch(fixtures)]
}

fn per_iteration(fixtures: &Path) -> Row {
    let file = "schedule/v0.json";
    let mut tally = Tally::new(file, "learning rate of every iteration, 0.x");
    for (name, run) in json(fixtures, file).as_object().into_iter().flatten() {
        let epochs = whole(&run["epochs"]);
        let (policy, warm_up_epochs) = if name.starts_with("step") {
            (EpochPolicy::Step { milestones: vec![32, 48], gamma: 0.1 }, 16)
        } else {
            (EpochPolicy::Cosine { epochs, min_rate: 0.0 }, 40)
        };
        let warm_up = Some(WarmUp { epochs: warm_up_epochs, start: 0.1 });
        let schedule = IterationSchedule { base_rate: real(&run["base_lr"]), policy, warm_up };
        let rates = list(&run["lr_at_iter"]);
        assert_eq!(rates.len(), (epochs * whole::<u32>(&run["iters_per_epoch"])) as usize);
        for (iteration, theirs) in (0..).zip(rates) {
            tally.case();
            let ours = schedule.rate(iteration, whole(&run["iters_per_epoch"]));
            tally.numbers(&format!("{name} at {iteration}"), &[ours], &[real(theirs)]);
        }
    }
    tally.row()
}

fn per_epoch(fixtures: &Path) -> Row {
    let file = "schedule/v1_58e.json";
    let mut tally = Tally::new(file, "learning rate of every epoch, 1.x");
    let run = json(fixtures, file);
    let schedule = EpochSchedule {
        base_rate: real(&run["base_lr"]),
        warm_up: Some(WarmUp { epochs: 16, start: 0.1 }),
        milestones: vec![32, 48],
        gamma: 0.1,
    };
    for (epoch, theirs) in (0..).zip(list(&run["lr_at_epoch"])) {
        tally.case();
        tally.numbers(&format!("epoch {epoch}"), &[schedule.rate(epoch)], &[real(theirs)]);
    }
    tally.row()
}
