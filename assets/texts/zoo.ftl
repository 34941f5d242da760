# The model zoo

zoo-title = Model zoo
zoo-close = Close model zoo
    .tooltip = Back to the videos (Esc)
zoo-search = Search
    .name = Search the model zoo
    .tooltip = Any part of a name, a network or what it was trained on
zoo-busy = { $count ->
    [one] 1 file on its way
   *[other] { $count } files on their way
}
zoo-offline = Work offline
    .tooltip = Nothing is fetched while this is on; files on the disk can be imported
zoo-offline-by = Nothing is fetched; this was switched on { $by }
zoo-offline-reason = Working offline is switched on
zoo-offline-reason-by = Working offline is switched on { $by }
zoo-fetching = Fetching
zoo-importing = Importing

# The table
zoo-column-name = Name
zoo-column-network = Network
zoo-column-pretrained = Pretrained
zoo-column-batch-norm = Batch norm
zoo-column-top1 = Top-1 %
zoo-column-top5 = Top-5 %
zoo-column-params = Params, M
zoo-column-cost-224 = GMAC 224²
zoo-column-cost-256 = GMAC 256²
zoo-column-size = Size, MB
zoo-column-file = File
zoo-size-rough = ≈ { $number }
zoo-none-found = No published network is called so
    .hint = Search for a part of a name, such as r50, ip or ig65m
zoo-row = { $name }, { $architecture }, pretraining { $pretraining }, { $status }
zoo-row-accuracy = { $name }, { $architecture }, pretraining { $pretraining }, top-1 { $top1 } %, { $status }
zoo-state-absent = Not here
zoo-state-partial = Partly here
zoo-state-busy = { $activity } { $percent }
zoo-state-changed = Here, changed
zoo-state-here = Here
zoo-state-failed = Failed

# One entry
zoo-choose = Choose a network to see all about it
zoo-headline = { $architecture }, { count-classes }
zoo-headline-backbone = { $architecture }, without a classifier: trainings start from it
zoo-looking = Looking for the file…
zoo-busy-bar = { $activity } { $name }
zoo-busy-progress = { $activity }: { $progress }
zoo-cancel = Cancel
zoo-use = Use for analysis
zoo-backbone = Choose it as the start of a training; it cannot name actions by itself
zoo-changed = This file was imported, and its bytes are not the published ones
zoo-here = { $size } on this computer: { $path }
zoo-fetch = Fetch ({ $size })
zoo-fetch-on = Go on fetching ({ $size })
zoo-fetch-again = Fetch again ({ $size })
zoo-about = about { $size }
zoo-partial = { $size } have come already
zoo-have-file = I have the file…
    .tooltip = Choose the file on the disk; it is copied to where fetched ones are kept
zoo-waiting = waiting for the answer
zoo-progress = { $done } of { $total }
zoo-progress-rate = { $rate } MB a second
zoo-progress-left = { $time } left
zoo-reported = Reported accuracy on Kinetics-400
zoo-reported-row = mmaction2 { $branch }: top-1 { $top1 } %, top-5 { $top5 } %
zoo-trained-on = Trained on { $gpus } GPUs
zoo-trained-on-memory = Trained on { $gpus } GPUs with { $memory } MB each
zoo-preset = Preset
zoo-network = Network
zoo-parameters = Parameters
zoo-cost = Cost of a clip
zoo-cost-text = { $small } GMAC at 224², { $large } at 256²
zoo-pretraining = Pretraining
zoo-batch-norm = Batch norm
zoo-pixels = Pixels
zoo-clips = Clips
zoo-clips-text = { $frames } frames { $interval } apart, short side { $side }, crop { $train } ({ $test } in tests)
zoo-file = File
zoo-licence = Licence
zoo-licence-text = { $licence }; { $origin }
zoo-name = Name
zoo-hash = SHA-256
zoo-source = Source
zoo-cite = Cite
zoo-note = Note
