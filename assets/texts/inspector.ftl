# The right side: scores, network, clips, and the big button

inspector-playhead = At the playhead
inspector-score = { $name }: { $percent }
inspector-not-analysed = Scores appear here once the video is analysed
inspector-moment-waits = This moment is not analysed yet
inspector-no-scores = No scores at this moment

inspector-network = Network
inspector-checkpoint = Checkpoint
    .hint = A CSN checkpoint (.pth)
inspector-reading = Reading…
inspector-architecture = { $architecture }, { count-classes }
inspector-choose-zoo = Choose from the model zoo
inspector-labels = Labels
    .hint = A text file with one class name a line; without it, classes are numbered
inspector-none-chosen = None chosen
inspector-open = Open…
inspector-device = Device
    .tooltip = What computes; “Automatic” takes the fastest that works
inspector-device-automatic = Automatic
inspector-device-details = { $name } ({ $details })
inspector-device-missing = This device was not found; choose another one
inspector-device-looking = Looking for devices…

inspector-clips = Clips
inspector-stride = Stride
    .tooltip = Frames between the starts of two windows; fewer find more, and take longer
inspector-frames = frames
inspector-windows = Each window sees { $frames } frames, every { $interval } one: { $span }; one window every { $stride }
inspector-ordinal = { NUMBER($number, type: "ordinal") ->
    [one] { $number }st
    [two] { $number }nd
    [few] { $number }rd
   *[other] { $number }th
}
inspector-frames-count = { $count } frames
inspector-frames-secs = { $count } frames ({ $secs } s)

inspector-cancel-waiting = Cancel waiting
inspector-cancel = Cancel
inspector-analyse = Analyse
inspector-analyse-again = Analyse again
inspector-analyse-all = Analyse all { count-videos }
inspector-analysis = Analysis
inspector-starting = Starting
inspector-progress = { $activity }: { $done } of { $total }
inspector-progress-unknown = { $activity }…
inspector-rate = { $rate } a second
inspector-left = { $time } left
inspector-limited = limited by { $bottleneck }
inspector-restarted = The engine was restarted and goes on…
inspector-waits = Waits for the video before it
inspector-cancelled = Cancelled after { count-windows }
inspector-done = Done: { count-windows }

obstacle-no-video = Open a video first
obstacle-video = This video cannot be analysed: { $why }
obstacle-no-checkpoint = Choose a checkpoint first
