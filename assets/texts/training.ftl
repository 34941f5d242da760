# The training screen

train-part-data = Data
train-part-settings = Settings
train-part-runs = Runs
train-no-project = Training learns from labelled moments of your videos
    .hint = Open some videos, mark what happens in them, and come back
train-no-labels = There are no labels yet
    .hint = Mark some moments of at least two classes on the timeline
train-no-run = Nothing was trained yet
    .hint = Curves, mistakes and classes of a run stand here as soon as one is started
train-reading = Reading the run…

# Data
train-labels = What is learned
train-label-set = Label set to learn
train-counts = { $train ->
    [one] 1 clip
   *[other] { $train } clips
} to learn from, { $validation } to be judged on
train-counts-unused = { $counts }, { $unused } unused
train-split-video = { $share } are kept for judging, whole videos at a time
train-split-time = The last { $share } of every video are kept for judging, behind a gap of { $gap }
train-imbalance = The most frequent class has { $times } times the clips of the rarest
train-problems = { $count ->
    [one] 1 thing to know
   *[other] { $count } things to know
}
train-problem-at = { $file }, { $time }
train-problem-go = { $message }, go to { $place }
train-problem-hover = Go there
train-classes = { $count ->
    [one] 1 class
   *[other] { $count } classes
}
train-for-training = Learning
train-for-validation = Judging
train-unused = Unused
train-class-row = { $name }: { $train } to learn from, { $validation } to be judged on, { $unused } unused, { $secs } s
train-clips = Clips
train-preview = Preview clips
    .tooltip = Show some clips as the network would see them, cropped and mirrored as the settings say
train-preview-waiting = Cutting clips
train-preview-clip = { $label }, { $file } at { $time }

# Settings
train-preset = Preset
preset-quick-head = Quick head
preset-balanced = Balanced
preset-accurate = Accurate
preset-published = Published recipes
preset-published-hint = What a published network was trained with, to the digit; meant for many graphics cards and days
train-form = Form
train-text = As text
train-text-name = Configuration as text
train-show-all = Show all settings
train-text-wrong = The text is no configuration at the moment; a change here replaces it
train-issue = { $field }: { $message }
train-field = { $section }, { $name }
train-field-hover = { $help }{ $range }
    { $key }
train-field-reset = { $name }: back to the preset
train-field-preset = Differs from the preset ({ $value }); click to take that again

# Starting
train-from = Start from
train-from-analysis = Network of the analysis: { $name }
train-from-built-in = Built-in network
train-from-nothing = No network chosen
train-from-zoo = From the model zoo
train-run-name = Name of the run
train-needs-steps = { $count ->
    [one] 1 step an epoch
   *[other] { $count } steps an epoch
}
train-needs = { $memory } of memory, { $disk } of disk, { $count ->
    [one] 1 step an epoch
   *[other] { $count } steps an epoch
}
train-needs-time = { $needs }, about { $time }
train-start = Start training
train-obstacle-text = The configuration cannot be read; correct the text first
train-obstacle-settings = { $count ->
    [one] 1 setting is wrong; correct it first
   *[other] { $count } settings are wrong; correct them first
}
train-obstacle-labels = There is no label set; label some moments first
train-obstacle-network = Choose a network to start from first
train-obstacle-busy = “{ $name }” is being trained; wait for it, or pause or stop it first

# A run
train-progress = Training of { $name }
phase-checking = Looking at the videos
phase-features = Computing features
phase-training = Learning
phase-validating = Judging
train-whole-videos = Whole videos: segment F1 { $segments } · frame mAP { $map } · frames right { $accuracy }
train-whole-videos-explained = How well the network after epoch { $epoch } finds what happens in the fully labelled parts of held-out videos ({ $videos }). F1 of segments that overlap by at least 10, 25 and 50 %; a frame is right if its best score is that of its label
train-epoch-of = epoch { $epoch } of { $epochs }
train-epoch = epoch { $epoch }
train-step = step { $step } of { $steps }
train-speed = { $rate } clips a second
train-waiting = { $share } of it waiting for clips
train-memory = { $memory } of memory
train-left = { $time } left
train-goes-on = The compute engine was started again; “{ $name }” goes on from its last saved step
train-ended-early = Ended after epoch { $epoch }, because nothing got better any more
train-curves = Curves
train-smoothing = Smoothing
    .tooltip = How much of what was before is in every point
curve-loss = Loss
curve-accuracy = Top-1
curve-rate = Learning rate
curve-throughput = Clips a second
curve-training = training
curve-validation = validation

# Mistakes
confusion-title = What was taken for what
confusion-hint = Rows are what it is, columns what the network said; click on a cell to see its clips
confusion-cell = { $truth } taken for { $predicted }: { $count } ({ $share })
confusion-right = { $count ->
    [one] 1 clip
   *[other] { $count } clips
} of { $truth }, recognised
confusion-wrong = { $count ->
    [one] 1 clip
   *[other] { $count } clips
} of { $truth }, taken for { $predicted }
confusion-unknown = Where some of these clips lie is not known any more
confusion-clip = { $file } at { $time }, { $score }
confusion-clip-hover = Show this clip on the timeline
confusion-more = and { $count } more

# Classes
classes-title = Classes
classes-name = Class
classes-precision = Precision
classes-recall = Recall
classes-f1 = F1
classes-samples = Samples
classes-row = { $name }: precision { $precision }, recall { $recall }, F1 { $f1 }, { $count ->
    [one] 1 sample
   *[other] { $count } samples
}

# Runs
train-runs = { $count ->
    [one] 1 run
   *[other] { $count } runs
}
train-compared = { $count ->
    [one] 1 chosen; choose another one to compare
   *[other] { $count } compared
}
train-compare-none = Compare none
run-running = Running
run-paused = Paused
run-finished = Finished
run-stopped = Stopped
run-failed = Failed
run-row = { $name }, { $preset }, best { $best }, { $state }
run-compare = Compare { $name }
run-pause = Pause { $name }
run-stop = Stop { $name }
run-resume = Resume { $name }
compare-title = { $count } runs compared
compare-best = best { $best }
compare-lines = Dots are validations, thin lines training
compare-curve = { $run }, { $what }
compare-settings = Settings that differ
compare-unknown = The settings of one of them are not known
compare-same = They have the same settings
